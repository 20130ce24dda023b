import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { SILENT_LOG } from '../../src/adapters/memory/silent-log.ts';
import { SimClock } from '../../src/adapters/sim/sim-clock.ts';
import { type BacktestResult, playBacktest } from '../../src/app/backtest.ts';
import { compose } from '../../src/app/compose.ts';
import { Engine } from '../../src/app/engine.ts';
import { slotsOf } from '../../src/app/jobs.ts';
import { lastSessionClosedBy, previousSession, sessionsBetween } from '../../src/calendar/nyse.ts';
import type { Config } from '../../src/config/schema.ts';
import { lowerBound, type Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { epochMs, MINUTE_MS, type Session, sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { configWith, type Flags } from '../app/backtest-world.ts';
import { withFiveMinutePath } from './five-minute-path.ts';

/** Weeks in which the market rises slowly, then the crash: both dates are played. */
export interface Period {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** The two weeks that matter. */
  readonly crash: readonly [string, string];
}

export const PERIODS: readonly Period[] = [
  {
    name: 'the flash crash of August 2015',
    from: '2015-06-01',
    to: '2015-09-11',
    crash: ['2015-08-17', '2015-08-28'],
  },
  {
    name: 'the vote of June 2016',
    from: '2016-04-01',
    to: '2016-07-15',
    crash: ['2016-06-20', '2016-07-01'],
  },
];

/** Ten times the usual slippage. */
export const ADVERSE: Flags = { 'costs.slippageBps': '50' };
/** Nearly all of the equity in a few positions, each far from its stop, and half the usual limits of the day. */
export const INVESTED: Flags = {
  ...ADVERSE,
  'sizing.perTradeFraction': '0.02',
  'sizing.maxPositionFraction': '0.2',
  'scan.rows': '100',
  'risk.maxOpenRiskFraction': '0.2',
  'risk.maxAdvFraction': '0.05',
  'risk.maxPositions': '12',
  'risk.maxEntriesPerDay': '20',
  'risk.maxDrawdownFraction': '0.5',
  'intensity.enabled': 'false',
};
export const TIGHT: Flags = {
  ...INVESTED,
  'risk.dailyLossFraction': '0.01',
  'risk.hardDailyLossFraction': '0.015',
};
/** The drawdown alone ends entries. */
export const DEEP: Flags = {
  ...INVESTED,
  'risk.dailyLossFraction': '0.05',
  'risk.hardDailyLossFraction': '0.06',
};
/** A backtest that was played, with all that is needed to tell it again. */
export interface Played {
  readonly source: BarSource;
  readonly sessions: readonly Session[];
  readonly config: Config;
  readonly events: readonly JournalEvent[];
}

/** The same with what the program makes of it. */
export interface PlayedBacktest extends Played {
  readonly result: BacktestResult;
}

let opened: BarSource | null = null;

/** The recorded daily bars; read once. */
export async function recordedBars(dir: string): Promise<BarSource> {
  if (opened !== null) return opened;
  const source = barFolderSource(openBarFolder(join(dir, 'bars_daily')));
  await source.prepare(lastSessionClosedBy(epochMs(Date.UTC(2016, 11, 31))), source.symbols);
  opened = source;
  return source;
}

/**
 * Symbols with a bar in each session of a period, those with the largest dollar volume in the twenty before it first.
 */
export function mostActive(source: BarSource, { from, to }: Period, count: number): Symbol[] {
  const sessions = sessionsBetween(sessionDate(from), sessionDate(to)).length;
  const ranked = source.symbols.flatMap((symbol) => {
    const { time, close, volume } = source.daily(symbol);
    const first = lowerBound(time, Date.parse(from));
    const isWhole = lowerBound(time, Date.parse(to) + 1) - first === sessions;
    if (!isWhole || first < 250) return [];
    let traded = 0;
    for (let i = first - 20; i < first; i += 1) {
      traded += (close[i] as number) * (volume[i] as number);
    }
    return [{ symbol, traded }];
  });
  ranked.sort((a, b) => b.traded - a.traded);
  return ranked.slice(0, count).map(({ symbol }) => symbol);
}

/** Plays a period over daily bars, or with a seed over a five-minute path through each, halts and all if wanted. */
export async function playCrash(
  bars: BarSource,
  period: Period,
  flags: Flags,
  seed: number | null,
  symbols: readonly Symbol[],
  halts: boolean = false,
): Promise<PlayedBacktest> {
  const source = seed === null ? bars : withFiveMinutePath(bars, seed, halts);
  const loaded = configWith(flags);
  const events: JournalEvent[] = [];
  const [from, to] = [sessionDate(period.from), sessionDate(period.to)];
  const result = await playBacktest({
    home: tmpdir(),
    loaded,
    version: '0',
    source,
    symbols,
    from,
    to,
    onEvents: (written) => events.push(...written),
  });
  if (result.end.kind === 'failed') throw result.end.error;
  const last = result.last?.date ?? to;
  const sessions = sessionsBetween(from, last);
  return { source, sessions, config: loaded.config, events, result };
}

/**
 * The same over daily bars, with money paid in a minute before the open of a session; whoever pays it in tells the
 * history, not the simulated broker, which has its own cash.
 */
export async function playWithDeposit(
  source: BarSource,
  period: Period,
  flags: Flags,
  symbols: readonly Symbol[],
  deposit: { readonly before: string; readonly usd: number },
): Promise<Played> {
  const loaded = configWith(flags);
  const events: JournalEvent[] = [];
  const sessions = sessionsBetween(sessionDate(period.from), sessionDate(period.to));
  const [first] = sessions;
  if (first === undefined) throw new Error('a period has sessions');
  const clock = new SimClock(epochMs(previousSession(first.date).closeAt + MINUTE_MS));
  const system = await compose({
    home: tmpdir(),
    loaded,
    mode: 'backtest',
    version: '0',
    clock,
    log: SILENT_LOG,
    source,
    universe: symbols,
    inMemory: 'records',
    onEvents: (written) => events.push(...written),
  });
  const engine = new Engine(system, clock, clock.now());
  for (const session of sessions) {
    if (session.date === deposit.before) {
      const at = epochMs(session.openAt - MINUTE_MS);
      const paid = { kind: 'deposit', amount: usd(deposit.usd), session: session.date } as const;
      await system.history.append([
        { type: 'cash.recorded', at, runId: null, ...paid, note: 'paid in' },
      ]);
    }
    await engine.playTo(session.closeAt, slotsOf(system, session));
  }
  await system.close();
  return { source, sessions, config: loaded.config, events };
}
