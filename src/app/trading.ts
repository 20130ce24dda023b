import { type KillFile, readKillFile } from '../adapters/file/kill-file.ts';
import { newYorkDate, nextSession, sessionContaining, sessionOf } from '../calendar/nyse.ts';
import { windowAt } from '../calendar/windows.ts';
import { liveAckOf } from '../config/limits-hash.ts';
import type { LoadedConfig } from '../config/load.ts';
import { brokerWindowsOf, type Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { Mode } from '../domain/run.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { Trading } from '../domain/trading-state.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { Book } from '../ledger/book.ts';
import { type TradingView, tradingOf } from '../ledger/trading.ts';
import type { SendOutcome } from '../ports/broker.ts';
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
  mode,
  broker,
}: Pick<TradingParts, 'config' | 'loaded' | 'acknowledged' | 'approvals' | 'broker'> & {
  readonly mode: Mode;
}): ArmingFacts => ({
  mode,
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

/** What keeps orders from a real broker; the simulated one needs no arming. */
const faultsOf = (parts: TradingParts): readonly string[] =>
  parts.broker.simulated ? [] : armingFaults(armingOf({ ...parts, mode: parts.identity.mode }));

/** Why no order of any kind may reach the broker, stops and sales among them; null where they may. */
export function disarmedWhy(parts: TradingParts): string | null {
  const faults = faultsOf(parts);
  return faults.length === 0 ? null : faults.join('; ');
}

/** What restricts trading from outside the journal. A run in the past is nobody's to kill but by its environment. */
export function outsideOf(parts: TradingParts, file = killFileOf(parts)): Outside {
  const { loaded } = parts;
  const faults = faultsOf(parts);
  return {
    killSwitch: loaded.switches.killSwitch,
    killFile: file === null ? null : file.cause,
    disarmed: faults.length === 0 ? null : faults.join('; '),
  };
}

/**
 * Why nothing at all may be sent to a real broker now; the last gate asks before every message. A process that is not
 * armed sends nothing, not even a stop: it calls a person instead.
 */
export const refusalOf =
  (parts: TradingParts): (() => SendOutcome | null) =>
  () => {
    const disarmed = disarmedWhy(parts);
    if (disarmed !== null) return { outcome: 'denied', code: 'DISARMED', message: disarmed };
    const { account } = parts.config.ib;
    const { account: reported } = parts.broker;
    if (reported !== account) {
      const message = `the broker reports account ${reported}, the configuration has ${account}`;
      return { outcome: 'denied', code: 'DISARMED', message };
    }
    const away = windowAt(brokerWindowsOf(parts.config), parts.clock.now());
    if (away === null) return null;
    const { name, to } = away.window;
    return { outcome: 'not_sent', message: `the broker is away: ${name} until ${to} ET` };
  };

/**
 * Refuses to look after an account at a real broker without being allowed to send anything. Throws REFUSED_BY_GATE;
 * where positions are held a person is called first, since nobody looks after their stops.
 */
export async function refuseDisarmed(system: System): Promise<void> {
  const { book, history, clock } = system;
  const faults = faultsOf(system);
  if (faults.length === 0) return;
  const held = book.openTrades().map(({ symbol }) => symbol);
  if (held.length > 0) {
    const message = `${held.join(', ')} held, and no order may be sent: ${faults.join('; ')}`;
    const at = clock.now();
    await history.append([alertDraft({ at, level: 'critical', code: 'DISARMED', message })]);
  }
  throw new Failure('REFUSED_BY_GATE', 'no order may reach this broker', {
    details: faults,
    hint: 'set TRADE_LABS_ARMED=1 where that is meant; to look on only: trade-labs daemon --observe',
  });
}

/** Throws REFUSED_BY_GATE where a person asks for orders that may not be sent. */
export function assertArmed(parts: TradingParts): void {
  const faults = faultsOf(parts);
  if (faults.length === 0) return;
  throw new Failure('REFUSED_BY_GATE', 'no order may reach this broker', {
    details: faults,
    hint: 'set TRADE_LABS_ARMED=1 where that is meant; the stops that are at the broker stay there',
  });
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
  outside,
  ...restrictingLimits(parts.config, parts.source),
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
    if (first === undefined && !parts.broker.simulated) return closedMarket(parts.clock.now());
    return first === undefined
      ? null
      : { code: REASON_OF_SOURCE[first.source], message: first.why };
  };

/** A real broker would keep an entry for the next open; one that was decided on other prices may not wait for it. */
const closedMarket = (now: EpochMs): ReturnType<EntryRestriction> =>
  sessionContaining(now) === null
    ? { code: 'MARKET_CLOSED', message: 'the market is closed: entries leave in a session only' }
    : null;

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
