/**
 * Sizes, prices and caps once more, in whole millionths of a dollar as big integers, one candidate after the other
 * with the account written down after each. Nothing of the program.
 */
import type { PlainRow } from './recomputed-signals.ts';

export interface PlainPosition {
  readonly symbol: string;
  readonly quantity: number;
  readonly mark: number;
  readonly stop: number | null;
}

export interface PlainWorking {
  readonly symbol: string;
  readonly remaining: number;
  readonly limit: number;
  readonly stop: number;
}

/** Dollars. */
export interface PlainAccount {
  readonly equity: number;
  readonly cash: number;
  readonly previousEquity: number;
  readonly dayPnl: number;
  readonly intensity: number;
  readonly entriesToday: number;
  readonly positions: readonly PlainPosition[];
  readonly working: readonly PlainWorking[];
}

/** Parts in a million of equity, so that they are whole. */
export interface PlainLimits {
  readonly perTrade: number;
  readonly maxPosition: number;
  readonly maxGross: number;
  readonly maxOpenRisk: number;
  readonly dailyLoss: number;
  readonly maxAdv: number;
  readonly minNotional: number;
  readonly maxPositions: number;
  readonly maxEntries: number;
}

export interface PlainOutcome {
  readonly symbol: string;
  readonly reference: bigint;
  readonly limit: bigint;
  readonly stop: bigint;
  readonly byRisk: number;
  readonly byPosition: number;
  readonly sized: number;
  readonly approved: number;
  /** Why nothing can be proposed, or null. */
  readonly unsized: string | null;
  /** Every cap below what was sized, with what it allows; in any order. */
  readonly caps: Readonly<Record<string, number>>;
}

const MILLION = 1_000_000n;

export const money = (dollars: number): bigint => BigInt(Math.round(dollars * 1e6));
const share = (amount: bigint, millionths: number): bigint =>
  (amount * BigInt(millionths)) / MILLION;
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Down to a cent, or to a hundredth of one below a dollar. */
const floorToTick = (price: bigint): bigint =>
  price - (price % (price >= MILLION ? 10_000n : 100n));

/** Half a cent a share, at least a dollar, at most 1 % of the value. */
const commission = (quantity: number, price: bigint): bigint => {
  const wanted = larger(BigInt(quantity) * 5_000n, MILLION);
  const value = BigInt(quantity) * price;
  return smaller(wanted, (value + 50n) / 100n);
};

/** What a run may still use. */
interface Left {
  gross: bigint;
  cash: bigint;
  openRisk: bigint;
  loss: bigint;
  positions: number;
  entries: number;
}

function startingWith(account: PlainAccount, limits: PlainLimits): Left {
  const equity = money(account.equity);
  let gross = share(equity, limits.maxGross);
  let openRisk = share(equity, limits.maxOpenRisk);
  let cash = money(account.cash);
  const lost = larger(0n, -money(account.dayPnl));
  let loss = share(money(account.previousEquity), limits.dailyLoss) - lost;
  for (const { quantity, mark, stop } of account.positions) {
    const shares = BigInt(quantity);
    gross -= shares * money(mark);
    openRisk -= shares * larger(0n, money(mark) - money(stop ?? 0));
  }
  cash = smaller(cash, gross);
  for (const { remaining, limit, stop } of account.working) {
    const shares = BigInt(remaining);
    gross -= shares * money(limit);
    cash -= shares * money(limit) + commission(remaining, money(limit));
    openRisk -= shares * (money(limit) - money(stop));
    loss -= shares * (money(limit) - money(stop));
  }
  return {
    gross,
    cash,
    openRisk,
    loss,
    positions: limits.maxPositions - account.positions.length - account.working.length,
    entries: limits.maxEntries - account.entriesToday,
  };
}

/** Sizes and judges ranked candidates at an open that only daily bars precede. */
export function recomputeOrders(
  ranked: readonly PlainRow[],
  account: PlainAccount,
  limits: PlainLimits,
): PlainOutcome[] {
  const left = startingWith(account, limits);
  return ranked.map((row) => {
    const sized = sizeOf(row, account, limits);
    if (sized.unsized !== null) return { ...sized, approved: 0, caps: { [sized.unsized]: 0 } };
    const caps = capsOf(row, sized, account, limits, left);
    const most = Math.max(0, Math.min(sized.sized, ...Object.values(caps)));
    const approved = worth(sized.reference, most, limits) ? most : 0;
    if (most > 0 && approved === 0) caps.MIN_NOTIONAL = 0;
    if (approved > 0) debit(left, sized, approved);
    return { ...sized, approved, caps };
  });
}

const worth = (reference: bigint, quantity: number, { minNotional }: PlainLimits): boolean =>
  reference * BigInt(quantity) >= money(minNotional);

type Sized = Omit<PlainOutcome, 'approved' | 'caps'>;

function sizeOf(row: PlainRow, account: PlainAccount, limits: PlainLimits): Sized {
  const reference = money(row.close);
  const equity = money(account.equity);
  const stop = floorToTick(reference - money(3 * row.atr));
  const risk = reference - stop;
  const factor = BigInt(Math.round(account.intensity * 1e6));
  const budget = (equity * BigInt(limits.perTrade) * factor) / (MILLION * MILLION);
  const byRisk = Number(budget / risk);
  const byPosition = Number((equity * BigInt(limits.maxPosition)) / (MILLION * reference));
  const sized = Math.min(byRisk, byPosition);
  const least = larger(money(row.atr / 2), (reference * 3n) / 1000n);
  return {
    unsized: unsizedBy(risk < least, sized, worth(reference, sized, limits)),
    symbol: row.symbol,
    reference,
    limit: floorToTick(reference + reference / 100n),
    stop,
    byRisk,
    byPosition,
    sized,
  };
}

function unsizedBy(stopTooClose: boolean, sized: number, isWorth: boolean): string | null {
  if (stopTooClose) return 'STOP_TOO_CLOSE';
  if (sized === 0) return 'QUANTITY_ZERO';
  return isWorth ? null : 'MIN_NOTIONAL';
}

function capsOf(
  row: PlainRow,
  { sized, limit, stop }: Sized,
  account: PlainAccount,
  limits: PlainLimits,
  left: Left,
): Record<string, number> {
  const caps: Record<string, number> = {};
  const note = (code: string, allowed: number): void => {
    if (allowed < sized) caps[code] = Math.max(0, allowed);
  };
  const pays = (amount: bigint, each: bigint): number => (amount <= 0n ? 0 : Number(amount / each));
  note('MAX_POSITIONS', left.positions > 0 ? sized : 0);
  note('MAX_ENTRIES_PER_DAY', left.entries > 0 ? sized : 0);
  note('GROSS_EXPOSURE', pays(left.gross, limit));
  note('OPEN_RISK', pays(left.openRisk, limit - stop));
  note('LOSS_ROOM', pays(left.loss, limit - stop));
  note('POSITION_SIZE', pays(share(money(account.equity), limits.maxPosition), limit));
  note('LIQUIDITY', Math.floor((row.medianVolume * limits.maxAdv) / 1_000_000));
  let affordable = sized;
  while (affordable > 0 && BigInt(affordable) * limit + commission(affordable, limit) > left.cash) {
    affordable -= 1;
  }
  note('BUYING_POWER', affordable);
  return caps;
}

function debit(left: Left, { limit, stop }: Sized, approved: number): void {
  const cost = BigInt(approved) * limit;
  left.gross -= cost;
  left.cash -= cost + commission(approved, limit);
  left.openRisk -= BigInt(approved) * (limit - stop);
  left.loss -= BigInt(approved) * (limit - stop);
  left.positions -= 1;
  left.entries -= 1;
}
