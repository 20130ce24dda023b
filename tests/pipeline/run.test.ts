import { describe, expect, it } from 'vitest';
import { createMemoryHistory } from '../../src/adapters/memory/memory-history.ts';
import { BarMarketData } from '../../src/adapters/recorded/bar-market-data.ts';
import { createSimBroker } from '../../src/adapters/sim/sim-broker.ts';
import { loadStrategy } from '../../src/app/load-strategy.ts';
import { usd } from '../../src/domain/money.ts';
import { type EpochMs, epochMs, MINUTE_MS } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import type { StrategyDesk } from '../../src/pipeline/desk.ts';
import {
  type PipelineParts,
  type RunOutcome,
  type RunRequest,
  runPipeline,
} from '../../src/pipeline/run.ts';
import type { SendOutcome } from '../../src/ports/broker.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import { homeWith, strategyText } from '../app/strategy-homes.ts';
import {
  FLAT,
  plainDesk,
  position,
  sessionOn,
  settingsWith,
  sourceOf,
  wanderers,
} from './builders.ts';

const SESSION = sessionOn('2014-12-01');
const RULES = settingsWith({
  scan: { minActivityUsd: 0 },
  risk: { dailyLossFraction: 0.5, maxOpenRiskFraction: 0.5 },
});
const source = sourceOf(wanderers(12));

interface Scene {
  readonly request?: Partial<RunRequest>;
  readonly identity?: Partial<PipelineParts['identity']>;
  readonly strategy?: StrategyDesk;
  readonly state?: Partial<typeof FLAT>;
  /** What the broker answers, in turn; accepted after the last. */
  readonly answers?: readonly SendOutcome[];
  /** How far the clock is from the slot, and how far it moves each time it is asked. */
  readonly lateMs?: number;
}

interface Ran {
  readonly outcome: RunOutcome | null;
  readonly error: unknown;
  readonly events: readonly JournalEvent[];
  readonly sent: readonly string[];
}

async function run(scene: Scene = {}): Promise<Ran> {
  const fold = { apply: () => [], checkpoint: () => null, restore: () => {} };
  const history = createMemoryHistory(fold);
  const slotAt = scene.request?.slotAt ?? SESSION.openAt;
  let now: number = slotAt + (scene.lateMs ?? 0);
  const clock = {
    now: (): EpochMs => {
      now += scene.lateMs ?? 0;
      return epochMs(now);
    },
  };
  const broker = createSimBroker({
    account: 'SIM-1',
    startingCash: usd(100_000),
    source,
    clock,
    slippageBps: 5,
    commission: commissionModel('none'),
    accountKind: 'margin',
    childArm: 'partial',
  });
  const sent: string[] = [];
  const answers = [...(scene.answers ?? [])];
  const answer = (ref: string): Promise<SendOutcome> => {
    sent.push(ref);
    return Promise.resolve(answers.shift() ?? { outcome: 'accepted' });
  };
  const watched = Object.assign(Object.create(broker) as typeof broker, {
    submit: ({ entry }: Parameters<typeof broker.submit>[0]) => answer(entry.orderRef),
    submitOrder: ({ orderRef }: Parameters<typeof broker.submitOrder>[0]) => answer(orderRef),
  });
  const identity = {
    mode: 'sim',
    account: 'SIM-1',
    name: 'desk',
    configHash: '0'.repeat(64),
  } as const;
  const parts: PipelineParts = {
    identity: { ...identity, version: '0.1.0', ...scene.identity },
    market: new BarMarketData(source, { halfSpreadBps: 2 }),
    broker: watched,
    history,
    strategy: scene.strategy ?? plainDesk(),
    settings: RULES,
    now: clock.now,
    portfolio: () => Promise.resolve({ ...FLAT, ...scene.state }),
    isUsed: () => false,
    exitParts: (symbol) => [
      { quantity: 1_000, ocaGroup: `2014-11-28/scan-open/${symbol}/entry/1/oca` },
    ],
  };
  const request: RunRequest = {
    slot: 'scan-open',
    slotAt: SESSION.openAt,
    session: SESSION,
    top: 3,
    dryRun: false,
    ...scene.request,
  };
  let outcome: RunOutcome | null = null;
  let error: unknown = null;
  try {
    outcome = await runPipeline(parts, request);
  } catch (thrown) {
    error = thrown;
  }
  const events: JournalEvent[] = [];
  for await (const event of history.reader.events()) events.push(event);
  return { outcome, error, events, sent };
}

const types = ({ events }: Ran): string[] => events.map(({ type }) => type);
const completed = ({ events }: Ran) => events.find((event) => event.type === 'run.completed');

describe('a run of the pipeline', () => {
  it('writes down what it decides before it sends, and every order before it leaves', async () => {
    const ran = await run();
    expect(types(ran)).toEqual([
      'run.started',
      'scan.completed',
      'candidates.scored',
      ...Array(3).fill('intent.sized'),
      ...Array(3).fill(['intent.approved', 'order.submitted', 'order.submitted']).flat(),
      'run.completed',
    ]);
    expect(ran.outcome?.counts).toMatchObject({ selected: 3, sized: 3, approved: 3, submitted: 3 });
    expect(ran.sent).toHaveLength(3);
    const spreads = ran.events.map((event) =>
      event.type === 'intent.sized' ? event.spreadBps : null,
    );
    // Half a spread of 2 bps on both sides of the reference.
    expect(spreads.filter((spread) => spread !== null)).toEqual([4, 4, 4]);
    expect(completed(ran)).toMatchObject({
      status: 'completed',
      counts: ran.outcome?.counts,
      signalHash: ran.outcome?.decision?.signalHash,
      decisionHash: ran.outcome?.decision?.decisionHash,
    });
  });

  it('decides the same whoever runs it, whenever, in whichever slot and mode', async () => {
    const usual = await run();
    const others = await Promise.all([
      run({ identity: { mode: 'backtest', account: 'DU1', name: 'other', version: '9' } }),
      run({ identity: { configHash: 'f'.repeat(64) } }),
      run({ lateMs: 12_345 }),
      run({ request: { slot: 'manual-7' } }),
      run({ request: { dryRun: true } }),
    ]);
    for (const other of others) {
      expect(completed(other)).toMatchObject({
        signalHash: usual.outcome?.decision?.signalHash,
        decisionHash: usual.outcome?.decision?.decisionHash,
      });
    }
    expect(others[3]?.outcome?.runId).not.toBe(usual.outcome?.runId);
  });

  it('sends nothing on a dry run', async () => {
    const ran = await run({ request: { dryRun: true } });
    expect(ran.sent).toEqual([]);
    expect(types(ran)).not.toContain('order.submitted');
    expect(ran.outcome?.counts).toMatchObject({ approved: 3, submitted: 0 });
  });

  it('denies what a person declines', async () => {
    const asked: string[] = [];
    const review: NonNullable<RunRequest['review']> = ({ row }) => {
      asked.push(row.symbol);
      return Promise.resolve(asked.length !== 2);
    };
    const ran = await run({ request: { review } });
    expect(ran.sent).toHaveLength(2);
    expect(ran.outcome?.counts).toMatchObject({ approved: 2, denied: 1, submitted: 2 });
    expect(ran.outcome?.denials).toEqual({ REVIEW_DECLINED: 1 });
    const denied = ran.events.find((event) => event.type === 'intent.denied');
    expect(denied).toMatchObject({ symbol: asked[1], reasons: [{ code: 'REVIEW_DECLINED' }] });
  });

  it('writes every answer down, and counts what was sent', async () => {
    const ran = await run({
      answers: [
        { outcome: 'unknown', message: 'no answer' },
        { outcome: 'rejected', code: '201', message: 'no' },
        ...Array<SendOutcome>(3).fill({ outcome: 'not_sent', message: 'not connected' }),
      ],
    });
    const after = types(ran).filter((type) => /order\.(unknown|rejected|cancelled)/.test(type));
    expect(after).toEqual([
      ...Array(2).fill('order.unknown'),
      ...Array(2).fill('order.rejected'),
      ...Array(2).fill('order.cancelled'),
    ]);
    // What certainly did not leave is tried three times.
    expect(ran.sent).toHaveLength(5);
    expect(ran.outcome?.counts.submitted).toBe(2);
  });

  it('counts nothing as sent that the last gate before the broker held back', async () => {
    const ran = await run({
      answers: [{ outcome: 'denied', code: 'ORDER_RATE', message: 'too fast' }],
    });
    expect(types(ran).filter((type) => type === 'order.denied')).toHaveLength(2);
    expect(ran.outcome?.counts).toMatchObject({ approved: 3, submitted: 2 });
  });

  it('leaves before it enters', async () => {
    const strategy = plainDesk({
      evaluate: ({ held, close }) =>
        held === null
          ? { direction: 'long', reason: 'always', features: [close(0) / close(1) - 1] }
          : { direction: 'none', reason: 'no_signal', exit: true },
    });
    const ran = await run({ strategy, state: { positions: [position('A01', { quantity: 30 })] } });
    expect(ran.sent[0]).toBe('2014-12-01/scan-open/A01/exit/1');
    expect(ran.sent).toHaveLength(4);
    const exit = ran.events.find((event) => event.type === 'order.submitted');
    expect(exit).toMatchObject({ leg: 'exit', quantity: 30, exitReason: 'signal' });
  });

  it('is skipped, saying why, at an instant that daily bars have no price for', async () => {
    const noon = epochMs(SESSION.openAt + 150 * MINUTE_MS);
    const ran = await run({ request: { slotAt: noon } });
    expect(types(ran)).toEqual(['run.started', 'run.completed']);
    expect(completed(ran)).toMatchObject({
      status: 'skipped',
      note: 'no price at 12:00 ET: daily bars have one at the open only',
    });
  });
});

describe('a strategy that fails while it is asked', () => {
  it.each([
    ['throws', "() => { throw new Error('inside'); }", 'inside'],
    ['answers NaN', '() => NaN', 'must return an opinion, was NaN'],
    ['answers what it cannot', "() => ({ direction: 'short' })", 'direction must be long or none'],
    ['reads what is not there', '({ nothing }) => nothing.close', 'undefined'],
  ])('ends the run when it %s: nothing is sent', async (_, evaluate, words) => {
    const { home, config } = homeWith(strategyText({ evaluate }));
    const ran = await run({ strategy: await loadStrategy(config, home) });
    expect(ran.error).toMatchObject({
      code: 'STRATEGY_FAILED',
      message: /^strategy mine failed on A/,
    });
    expect((ran.error as { details: string[] }).details.join()).toContain(words);
    expect(types(ran)).toEqual(['run.started', 'run.failed']);
    expect(ran.events.at(-1)).toMatchObject({ code: 'STRATEGY_FAILED' });
    expect(ran.sent).toEqual([]);
  });
});
