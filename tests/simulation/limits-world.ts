import { z } from 'zod';
import { arrayBarSource, dailyBar } from '../../src/adapters/sim/array-bar-source.ts';
import { runBacktest } from '../../src/app/backtest.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { NO_ENVIRONMENT } from '../../src/config/environment.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { type Bar, TIMEFRAME_MINUTES, type Timeframe } from '../../src/domain/market.ts';
import { assertExists } from '../../src/domain/result.ts';
import { MINUTE_MS, type Session, sessionDate } from '../../src/domain/time.ts';
import type { EventOf, EventType, JournalEvent } from '../../src/events/event.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import { defineStrategy } from '../../src/strategy/strategy.ts';

/** Long, always: what is held back is held back by a limit. */
const always = defineStrategy({
  name: 'always',
  description: 'long whatever happens',
  params: z.strictObject({}),
  relative: false,
  warmupBars: () => 20,
  inputs: () => ({}),
  features: () => [{ name: 'one', weight: 1, lo: 0, hi: 1, inverted: false }],
  evaluate: ({ bars }) =>
    bars() < 20
      ? { direction: 'none', reason: 'no_signal' }
      : { direction: 'long', reason: 'always', features: [1] },
});

const ALL = sessionsBetween(sessionDate('2015-01-02'), sessionDate('2015-06-30'));
/** Sessions of quiet bars before anything happens. */
const QUIET = 40;

/** The n-th session of a scene; session 0 is the first that may trade. */
export const sessionNo = (n: number): Session => assertExists(ALL[QUIET + n], `session ${n}`);

/** What every symbol does in one session, in dollars: an open, a close, and where given its five-minute closes. */
export interface Day {
  readonly open: number;
  readonly close: number;
  readonly fives?: readonly number[];
}

/** A scene: the days from session 0 on, the limits, and the symbols. */
export interface Scene {
  /** Null for a session of which there is no data at all. */
  readonly days: readonly (Day | null)[];
  readonly config?: Record<string, unknown>;
  readonly symbols?: readonly string[];
  /** Plays bars of this length; true for five minutes. */
  readonly intraday?: boolean | Intraday;
  /** Symbols without intraday bars. */
  readonly dailyOnly?: readonly string[];
  readonly schedule?: readonly Record<string, unknown>[];
}

const wide = (open: number, close: number): [number, number, number, number] => [
  open,
  Math.max(open, close) * 1.005,
  Math.min(open, close) * 0.995,
  close,
];

type Intraday = Exclude<Timeframe, '1d'>;

function intradayBars(session: Session, { open, close, fives }: Day, length: Intraday): Bar[] {
  const step = TIMEFRAME_MINUTES[length] * MINUTE_MS;
  const count = Math.ceil((session.closeAt - session.openAt) / step);
  const closes = Array.from({ length: count }, (_, i) => fives?.[i] ?? fives?.at(-1) ?? close);
  return closes.map((at, i) => {
    const from = i === 0 ? open : (closes[i - 1] as number);
    const time = session.openAt + i * step;
    return {
      time,
      open: from,
      high: Math.max(from, at),
      low: Math.min(from, at),
      close: at,
      volume: 1_000_000,
    };
  });
}

const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH'];

function sourceOf({ days, symbols = SYMBOLS, intraday, dailyOnly = [] }: Scene) {
  const quiet = ALL.slice(0, QUIET).map((session, i) =>
    dailyBar([session.date, ...wide(100 + (i % 2), 101 - (i % 2)), 5_000_000]),
  );
  const played = days.flatMap((day, n) => (day === null ? [] : [{ session: sessionNo(n), day }]));
  const daily = [
    ...quiet,
    ...played.map(({ session, day }) =>
      dailyBar([session.date, ...wide(day.open, day.close), 5_000_000]),
    ),
  ];
  const length = intraday === true ? '5m' : intraday || null;
  const sessions =
    length === null
      ? {}
      : Object.fromEntries(
          played.map(({ session, day }) => [session.date, intradayBars(session, day, length)]),
        );
  const all = Object.fromEntries(
    symbols.map((symbol) => [
      symbol,
      { daily, sessions: dailyOnly.includes(symbol) ? {} : sessions },
    ]),
  );
  return arrayBarSource(all, { intraday: length });
}

/**
 * Nearly everything is put into five positions of 189 shares at 100, each with a stop at 98.10; what is left of the
 * cash is too little for another.
 */
const BASE = {
  scan: { minActivityUsd: 0 },
  sizing: {
    perTradeFraction: 0.01,
    maxPositionFraction: 0.19,
    minNotionalUsd: 10_000,
    stop: { kind: 'percent', fraction: 0.019 },
  },
  entry: { gapFraction: 1, gapAtr: 100, collarFraction: 0.002 },
  exits: { trail: { kind: 'none' }, maxHoldingSessions: 0 },
  intensity: { enabled: false },
  costs: { commission: 'none', slippageBps: 0 },
};
const RISK = {
  maxOpenRiskFraction: 1,
  maxAdvFraction: 1,
  maxEntriesPerDay: 100,
  quarantineSessions: 0,
  cooldownSessionsAfterStop: 0,
  dailyLossFraction: 0.02,
  hardDailyLossFraction: 0.03,
  maxDrawdownFraction: 0.5,
};

/** A scene that was played, with its journal. */
export class Played {
  readonly events: readonly JournalEvent[];
  readonly end: Awaited<ReturnType<typeof runBacktest>>['end'];
  readonly book: Awaited<ReturnType<typeof runBacktest>>['book'];

  constructor(
    events: readonly JournalEvent[],
    { end, book }: Awaited<ReturnType<typeof runBacktest>>,
  ) {
    this.events = events;
    this.end = end;
    this.book = book;
  }

  of<T extends EventType>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** How many entries were sent in each session, by its number. */
  entries(): number[] {
    const sent = this.of('order.submitted').filter(({ leg }) => leg === 'entry');
    return ALL.slice(QUIET).map(
      ({ date }) => sent.filter(({ session }) => session === date).length,
    );
  }

  /** Why entries were denied in a session, each reason once. */
  denials(n: number): string[] {
    const { openAt, closeAt } = sessionNo(n);
    const runs = this.of('run.completed').filter(({ at }) => at >= openAt && at < closeAt);
    return [...new Set(runs.flatMap(({ denials }) => Object.keys(denials)))].sort();
  }

  /** "daily_loss 2015-03-05": how and when trades ended, each once. */
  exits(): string[] {
    return [
      ...new Set(
        this.of('trade.closed').map(
          ({ exitReason, at }) => `${exitReason} ${new Date(at).toISOString().slice(0, 10)}`,
        ),
      ),
    ];
  }
}

/** Plays a scene from its first session to its last. */
export async function playScene(scene: Scene): Promise<Played> {
  const { risk, ...config } = scene.config ?? {};
  const parsed = configSchema.parse({
    ...BASE,
    ...config,
    risk: { ...RISK, ...(risk as Record<string, unknown> | undefined) },
    schedule: scene.schedule ?? [{ name: 'scan-open', job: 'scan', at: '09:30', top: 5 }],
  });
  const loaded: LoadedConfig = {
    config: parsed,
    file: undefined,
    origins: new Map(),
    rowOrigins: new Map(),
    hash: '0'.repeat(64),
    switches: NO_ENVIRONMENT.switches,
    secrets: NO_ENVIRONMENT.secrets,
    warnings: [],
  };
  const events: JournalEvent[] = [];
  const result = await runBacktest({
    home: '',
    loaded,
    version: '0',
    source: sourceOf(scene),
    strategy: new StrategyDesk(always as never, {}),
    from: sessionNo(0).date,
    to: sessionNo(scene.days.length - 1).date,
    onEvents: (written) => events.push(...written),
  });
  return new Played(events, result);
}
