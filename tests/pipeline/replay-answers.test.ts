import { beforeAll, describe, expect, it } from 'vitest';
import type { DecidedRow } from '../../src/domain/decided.ts';
import { add, type Micros, usd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { epochMs, sessionDate } from '../../src/domain/time.ts';
import type { EventDraft, EventOf, JournalEvent } from '../../src/events/event.ts';
import { type Decision, decide } from '../../src/pipeline/decide.ts';
import { decidedOf } from '../../src/pipeline/decided.ts';
import { type AnsweredOrder, replayAnswers } from '../../src/pipeline/replay-answers.ts';
import { resend } from '../../src/pipeline/replay-orders.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import { FLAT, momentumDesk, SETTINGS, snapshotOf, sourceOf, wanderers } from './builders.ts';

const SESSION = sessionDate('2015-02-02');
const at = epochMs(Date.UTC(2015, 1, 2, 14, 30));
const model = commissionModel('ibkr-fixed');

let decision: Decision;
let row: DecidedRow;
beforeAll(async () => {
  const snapshot = await snapshotOf(sourceOf(wanderers(12)), SESSION);
  decision = decide(snapshot, FLAT, SETTINGS, momentumDesk(), 5);
  row = assertExists(
    decidedOf(decision).rows.find(({ fate }) => fate === 'approved'),
    'one is approved',
  );
});

const sealed = (drafts: readonly EventDraft[]): JournalEvent[] =>
  drafts.map((draft, i) => ({ ...draft, v: 1, seq: i + 1, prev: '', hash: '' }) as JournalEvent);

const entryRef = (): string => `${SESSION}/scan-open/${row.symbol}/entry/1`;

/** The entry as the decision wants it, unless changed. */
function submitted(changes: Partial<EventOf<'order.submitted'>> = {}): EventDraft {
  return {
    type: 'order.submitted',
    at,
    runId: 'run',
    orderRef: entryRef(),
    session: SESSION,
    symbol: row.symbol,
    leg: 'entry',
    side: 'buy',
    orderType: 'limit',
    quantity: row.approved,
    limitPrice: row.proposal?.limitPrice ?? null,
    stopPrice: null,
    timeInForce: 'DAY',
    parentRef: null,
    ocaGroup: null,
    exitReason: null,
    payloadHash: '0'.repeat(64),
    ...changes,
  } as EventDraft;
}

const priceOf = (): Micros => assertExists(row.proposal, 'an approved row is sized').stopPrice;

/** A fill of all of it at the model's commission, unless changed. */
function filled(changes: Partial<EventOf<'fill.recorded'>> = {}): EventDraft {
  const quantity = changes.quantity ?? row.approved;
  const price = changes.price ?? priceOf();
  const value = (price * quantity) as Micros;
  return {
    type: 'fill.recorded',
    at,
    runId: null,
    execId: 'E1',
    orderRef: entryRef(),
    symbol: row.symbol,
    side: 'buy',
    quantity,
    price,
    commission: model.ofOrder({ side: 'buy', quantity, value, session: SESSION }),
    filledAt: at,
    session: SESSION,
    source: 'broker',
    ...changes,
  } as EventDraft;
}

/** What was recorded against what is sent now: the entry as the decision wants it, unless said otherwise. */
const answers = (
  events: readonly EventDraft[],
  differing: string[] = [],
  resent: readonly EventDraft[] = [submitted()],
): AnsweredOrder[] =>
  replayAnswers({
    resent,
    differing: new Set(differing),
    events: sealed(events),
    commission: model,
  });

describe('the answers that were recorded, given to the orders of today', () => {
  it('are the same where order and answer are', () => {
    expect(answers([submitted(), filled()])).toEqual([
      {
        orderRef: entryRef(),
        symbol: row.symbol,
        leg: 'entry',
        filled: row.approved,
        class: 'same',
        details: [],
      },
    ]);
  });

  it('are another fill where the price is above the limit', () => {
    const limit = assertExists(row.proposal, 'sized').limitPrice;
    const [order] = answers([submitted(), filled({ price: add(limit, usd(0.01)) })]);
    expect(order?.class).toBe('fill');
    expect(order?.details[0]).toContain('above the limit');
  });

  it('are another fill where more was filled than ordered', () => {
    const [order] = answers([submitted(), filled({ quantity: row.approved + 1 })]);
    expect(order?.class).toBe('fill');
  });

  it('are another fill where the simulated broker charges otherwise now, and not with a real one', () => {
    const events = sealed([submitted(), filled({ commission: usd(0.99) })]);
    const question = { resent: [submitted()], differing: new Set<string>(), events };
    const [simulated] = replayAnswers({ ...question, commission: model });
    const [real] = replayAnswers({ ...question, commission: null });
    expect([simulated?.class, real?.class]).toEqual(['fill', 'same']);
    expect(simulated?.details[0]).toMatch(/^commission \$0\.99 was charged, now /);
  });

  it('take a commission that came later in place of the one with the fill', () => {
    const late: EventDraft = {
      type: 'commission.recorded',
      at,
      runId: null,
      execId: 'E1',
      commission: usd(7),
    };
    expect(answers([submitted(), filled({ commission: null }), late])[0]?.class).toBe('fill');
    expect(answers([submitted(), filled({ commission: null })])[0]?.class).toBe('same');
  });

  it('do not go with an order of other terms, which is a matter of code', () => {
    const limit = assertExists(row.proposal, 'sized').limitPrice;
    const now = (changes: Parameters<typeof submitted>[0]): AnsweredOrder | undefined =>
      answers([submitted(), filled()], [], [submitted(changes)])[0];
    expect(now({ limitPrice: add(limit, usd(0.05)) })).toMatchObject({ class: 'code' });
    expect(now({ quantity: row.approved - 5 })).toMatchObject({ class: 'code' });
    expect(now({ ocaGroup: 'other' })?.details).toEqual(['ocaGroup null was sent, now other']);
    expect(now({ payloadHash: '1'.repeat(64) })?.class).toBe('same');
  });

  it('are for nothing where no such order is sent now', () => {
    const [order] = answers([submitted(), filled()], [], []);
    expect([order?.class, order?.details]).toEqual(['code', ['no such order is sent now']]);
  });

  it('may be for less than was approved: orders shrink on their way', () => {
    const less = row.approved - 3;
    const [order] = answers([submitted({ quantity: less }), filled({ quantity: less })]);
    expect(order?.class).toBe('same');
  });

  it('may be for a lower limit where the run had decided that of today: it met a newer quote', () => {
    const proposal = assertExists(row.proposal, 'sized');
    const lower = add(proposal.limitPrice, usd(-0.05));
    const sized = { type: 'intent.sized', at, runId: 'run', symbol: row.symbol } as const;
    const decidedAt = (limitPrice: Micros) => ({ ...sized, limitPrice }) as EventDraft;
    const sent = [submitted({ limitPrice: lower }), filled()];
    expect(answers([decidedAt(proposal.limitPrice), ...sent])[0]?.class).toBe('same');
    expect(answers([decidedAt(lower), ...sent])[0]?.class).toBe('code');
    expect(answers(sent)[0]?.class).toBe('code');
  });

  it('are not judged where the decision itself differs', () => {
    expect(answers([submitted({ limitPrice: usd(1) }), filled()], [row.symbol])).toEqual([]);
  });
});

describe('entries that are sent again', () => {
  const sendAgain = (events: readonly EventDraft[]): Promise<EventDraft[]> =>
    resend(decision, {
      runId: 'run',
      session: SESSION,
      slot: 'scan-open',
      at,
      entry: SETTINGS.entry,
      strategy: 'momentum',
      events: sealed(events),
    });
  const ordersOf = (drafts: readonly EventDraft[]) =>
    drafts.flatMap((draft) => (draft.type === 'order.submitted' ? [draft] : []));

  it('are those that the run sent, each with its stop, on the terms of the decision', async () => {
    const drafts = await sendAgain([submitted()]);
    expect(drafts.map(({ type }) => type)).toEqual([
      'intent.approved',
      'order.submitted',
      'order.submitted',
    ]);
    const [entry, stop] = ordersOf(drafts);
    const { limitPrice = null, stopPrice = null } = row.proposal ?? {};
    expect(entry).toMatchObject({ orderRef: entryRef(), quantity: row.approved, limitPrice });
    expect(stop).toMatchObject({ leg: 'stop', quantity: row.approved, stopPrice });
  });

  it('are none where the run sent none', async () => {
    expect(await sendAgain([])).toEqual([]);
  });

  it('have the generation that they had', async () => {
    const second = entryRef().replace(/1$/, '2');
    const [entry] = ordersOf(await sendAgain([submitted({ orderRef: second })]));
    expect(entry?.orderRef).toBe(second);
  });

  it('get the answer that they got while they were sent, and none that came later', async () => {
    const lost = { type: 'order.unknown', at, orderRef: entryRef(), cause: 'no answer' } as const;
    const then = await sendAgain([submitted(), { ...lost, runId: 'run' }]);
    expect(then.filter(({ type }) => type === 'order.unknown')).toHaveLength(2);
    const later = await sendAgain([submitted(), { ...lost, runId: null }]);
    expect(later.filter(({ type }) => type === 'order.unknown')).toEqual([]);
  });
});
