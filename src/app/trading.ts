import { type KillFile, readKillFile } from '../adapters/file/kill-file.ts';
import { newYorkDate, nextSession, sessionOf } from '../calendar/nyse.ts';
import { liveAckOf } from '../config/limits-hash.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { Trading } from '../domain/trading-state.ts';
import type { Book } from '../ledger/book.ts';
import { type TradingView, tradingOf } from '../ledger/trading.ts';
import { type ArmingFacts, armingFaults } from '../risk/arming.ts';
import { type Outside, REASON_OF_SOURCE } from '../risk/trading-state.ts';
import type { System } from './compose.ts';
import type { EntryRestriction } from './gated-broker.ts';

/** What of a system decides whether it may trade. */
export type TradingParts = Pick<
  System,
  'home' | 'writesReports' | 'config' | 'loaded' | 'acknowledged' | 'book' | 'clock' | 'identity'
> & {
  /** Set where some part of the process asks two persons before an entry is sent. */
  readonly approvals?: true;
  readonly source: Pick<System['source'], 'intraday'>;
  readonly broker: { readonly simulated: boolean; readonly account: string };
};

/** What arming depends on: for the guards, and for the adapter of a real broker, which asserts it again. */
export const armingOf = ({
  config,
  loaded,
  acknowledged = config,
  approvals,
  identity,
  broker,
}: TradingParts): ArmingFacts => ({
  mode: identity.mode,
  simulated: broker.simulated,
  armed: loaded.switches.armed,
  account: config.ib.account,
  reportedAccount: broker.account === '' ? null : broker.account,
  approval: config.approval.mode,
  approvalInForce: approvals === true,
  liveAck: loaded.switches.liveAck,
  expectedAck: liveAckOf(acknowledged).ack,
});

const killFileOf = ({ writesReports, home }: TradingParts): KillFile | null =>
  writesReports ? readKillFile(home) : null;

/** What restricts trading from outside the journal. A run in the past is nobody's to kill but by its environment. */
export function outsideOf(parts: TradingParts, file = killFileOf(parts)): Outside {
  const { loaded, broker } = parts;
  const faults = broker.simulated ? [] : armingFaults(armingOf(parts));
  return {
    killSwitch: loaded.switches.killSwitch,
    killFile: file === null ? null : file.cause,
    disarmed: faults.length === 0 ? null : faults.join('; '),
  };
}

/** The limits of a configuration that restrict trading once they are reached. */
export const restrictingLimits = (
  { risk }: Config,
  { intraday }: Pick<System['source'], 'intraday'>,
): Pick<
  TradingView,
  'dailyLossFraction' | 'maxDrawdownFraction' | 'maxConsecutiveLosses' | 'lossJudgedAtClose'
> => ({
  dailyLossFraction: risk.dailyLossFraction,
  maxDrawdownFraction: risk.maxDrawdownFraction,
  maxConsecutiveLosses: risk.maxConsecutiveLosses,
  lossJudgedAtClose: intraday === null,
});

/** How a system's trading is looked at, at an instant of a session. */
export const tradingView = (
  parts: TradingParts,
  asOf: EpochMs,
  session: SessionDate,
  outside: Outside = outsideOf(parts),
): TradingView => ({
  asOf,
  session,
  ...restrictingLimits(parts.config, parts.source),
  outside,
});

/** What may be done now, and everything that restricts it. */
export function tradingNow(parts: TradingParts, outside: Outside = outsideOf(parts)): Trading {
  const now = parts.clock.now();
  const date = newYorkDate(now);
  const session = sessionOf(date) ?? nextSession(date);
  return tradingOf(parts.book, tradingView(parts, now, session.date, outside));
}

/** What the last gate asks before every entry: the first thing that restricts trading now, where anything does. */
export const entryRestriction =
  (parts: TradingParts): EntryRestriction =>
  () => {
    const [first] = tradingNow(parts).restrictions;
    return first === undefined
      ? null
      : { code: REASON_OF_SOURCE[first.source], message: first.why };
  };

/** The same for whoever only looks at a home, also while a daemon holds it. */
export function tradingSeen(home: string, loaded: LoadedConfig, book: Book, now: EpochMs): Trading {
  const date = newYorkDate(now);
  const session = sessionOf(date) ?? nextSession(date);
  const { config, switches } = loaded;
  return tradingOf(book, {
    asOf: now,
    session: session.date,
    // What a close reached was written down by whoever saw it.
    ...restrictingLimits(config, { intraday: '1m' }),
    outside: {
      killSwitch: switches.killSwitch,
      killFile: readKillFile(home)?.cause ?? null,
      disarmed: null,
    },
  });
}
