import type { Mode } from '../domain/run.ts';

/** Everything that decides whether an order may reach a broker. */
export interface ArmingFacts {
  readonly mode: Mode;
  /** A simulated broker needs no arming: nothing reaches a real one. */
  readonly simulated: boolean;
  /** TRADE_LABS_ARMED. */
  readonly armed: boolean;
  /** The account of the configuration, and the one that the broker reports; null while it has not said. */
  readonly account: string;
  readonly reportedAccount: string | null;
  /** `approval.mode`. */
  readonly approval: 'off' | 'two-person';
  /** Whether some part of this process does ask two persons before an entry: a setting alone approves nothing. */
  readonly approvalInForce: boolean;
  /** TRADE_LABS_LIVE_ACK, and what it has to be: `liveAck` of the account and its limits. */
  readonly liveAck: string | undefined;
  readonly expectedAck: string;
}

/** Interactive Brokers' paper accounts begin with DU, live ones with U. */
const PAPER = /^DU\d+$/;
const LIVE = /^U\d+$/;

/** What is acknowledged for live trading: this account with these limits. */
export const liveAck = (account: string, limitsHash: string): string =>
  `${account}:${limitsHash.slice(0, 16)}`;

/**
 * Why no order may reach the broker, one sentence each; none where orders may. The guards ask before every entry, and
 * every adapter of a real broker again before it sends, so that neither alone has to be right.
 */
export function armingFaults(facts: ArmingFacts): string[] {
  const { mode, simulated, account, reportedAccount } = facts;
  if (simulated) return [];
  if (mode !== 'paper' && mode !== 'live') return [`mode ${mode} has no real broker`];
  const faults: string[] = [];
  if (!facts.armed) faults.push('TRADE_LABS_ARMED is not set');
  if (reportedAccount === null) faults.push('the broker has not said which account it is');
  else if (reportedAccount !== account) {
    faults.push(`the broker reports account ${reportedAccount}, the configuration has ${account}`);
  }
  for (const name of new Set([account, reportedAccount ?? account])) {
    if (mode === 'paper' && !PAPER.test(name)) faults.push(`${name} is no paper account (DU...)`);
    if (mode === 'live' && !LIVE.test(name)) faults.push(`${name} is no live account (U...)`);
  }
  if (mode === 'live') faults.push(...liveFaults(facts));
  return faults;
}

function liveFaults(facts: ArmingFacts): string[] {
  const { approval, approvalInForce, liveAck: given, expectedAck } = facts;
  const faults: string[] = [];
  if (approval !== 'two-person') faults.push('approval.mode is not two-person');
  else if (!approvalInForce) faults.push('nobody asks two persons before an entry');
  if (given === undefined) faults.push('TRADE_LABS_LIVE_ACK is not set');
  else if (given !== expectedAck) {
    faults.push('TRADE_LABS_LIVE_ACK acknowledges another account or other limits');
  }
  return faults;
}

/** Limits by key, in the units of the configuration; 0 is off for those that say so. */
export type LimitValues = ReadonlyMap<string, unknown>;

/** Keys besides those named max... of which a larger value allows more. */
const LOOSER_ABOVE: ReadonlySet<string> = new Set([
  'risk.orderBurst',
  'risk.ordersPerSecond',
  'risk.dailyLossFraction',
  'risk.hardDailyLossFraction',
  'sizing.perTradeFraction',
  'intensity.floor',
  'entry.collarFraction',
  'breakers.slippageFraction',
  'breakers.dataSilenceMs',
  'breakers.rejections',
  'breakers.stopOuts',
  'breakers.equityJumpFraction',
  'breakers.clockSkewMs',
]);

/** Keys besides those named min... of which a smaller value allows more. */
const LOOSER_BELOW: ReadonlySet<string> = new Set([
  'risk.cooldownSessionsAfterStop',
  'risk.cooldownSessionsAfterExit',
  'risk.quarantineSessions',
  'entry.noEntryFirstMinutes',
  'entry.noEntryLastMinutes',
  'breakers.coolOffMs',
]);

/** Keys where 0 is off, and off allows more than any value. */
const OFF_AT_ZERO: ReadonlySet<string> = new Set([
  'risk.maxConsecutiveLosses',
  'breakers.slippageFraction',
  'breakers.dataSilenceMs',
  'breakers.rejections',
  'breakers.stopOuts',
  'breakers.equityJumpFraction',
  'breakers.clockSkewMs',
]);

/** Keys that allow something, which without them is not done at all. */
const NOTHING_UNLESS_SET: ReadonlySet<string> = new Set(['entry.scaleIn']);

/**
 * The keys whose change allows more than before: a number that went where it allows more, a limit that went away, and
 * whatever else changed in a way of which nobody can say that it is stricter.
 */
export function loosened(before: LimitValues, after: LimitValues): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.filter((key) => isLooser(key, before.get(key), after.get(key)));
}

function isLooser(key: string, before: unknown, after: unknown): boolean {
  if (JSON.stringify(before) === JSON.stringify(after)) return false;
  if (after === undefined && NOTHING_UNLESS_SET.has(key)) return false;
  const [was, is] = [freedomOf(key, before), freedomOf(key, after)];
  return was === null || is === null ? true : is > was;
}

/** How much a value allows, on a scale where more is looser; null where that cannot be said. */
function freedomOf(key: string, value: unknown): number | null {
  const name = key.slice(key.lastIndexOf('.') + 1);
  const isAbove = name.startsWith('max') || LOOSER_ABOVE.has(key);
  const isBelow = name.startsWith('min') || LOOSER_BELOW.has(key);
  if (!isAbove && !isBelow) return null;
  if (value === undefined || value === null) return Number.POSITIVE_INFINITY;
  if (typeof value !== 'number') return null;
  if (OFF_AT_ZERO.has(key) && value === 0) return Number.POSITIVE_INFINITY;
  return isAbove ? value : -value;
}
