/** Why a symbol did not get past the scan: counted per run, never journalled one by one. */
export const SCAN_EXCLUSIONS = [
  'stale',
  'few_bars',
  'min_price',
  'min_activity',
  'spread',
  'below_cut',
] as const;
export type ScanExclusion = (typeof SCAN_EXCLUSIONS)[number];

/** Why a found row was not scored or ranked. */
export const INELIGIBLE_REASONS = [
  'held',
  'working',
  'order_unknown',
  'cooling_down',
  'quarantined',
  'deny_list',
  'not_on_allow_list',
  'history_short',
  'volatility_band',
  'no_signal',
  'undefined_feature',
] as const;
export type IneligibleReason = (typeof INELIGIBLE_REASONS)[number];

/** What became of a found row in the end. */
export const FATES = [
  'ineligible',
  'not_selected',
  'slots_full',
  'not_sized',
  'denied',
  'approved',
] as const;
export type Fate = (typeof FATES)[number];

/** Why the last gate before the broker refuses an order, whatever the guards said of it. */
export const GATE_CODES = [
  'ORDER_INVALID',
  'SYMBOL_UNKNOWN',
  'NOT_JOURNALLED',
  'PAYLOAD_CONFLICT',
  'CONSERVATION',
  'OVERSELL',
  'ORDER_RATE',
  'ORDERS_PER_MINUTE',
  'ORDERS_PER_RUN',
  'ORDERS_PER_DAY',
] as const;
export type GateCode = (typeof GATE_CODES)[number];

/** Every reason a sized or unsized proposal is refused or reduced for; `risk explain` and the reports use these. */
export const REASON_CODES = [
  'KILL_SWITCH',
  'DISARMED',
  'STALE_CLOCK',
  'BREAKER',
  'PAUSED',
  'UNPROTECTED',
  'RECONCILE_BREAK',
  'CONSECUTIVE_LOSSES',
  'DAY_TRADES',
  'DUPLICATE_ENTRY',
  'SYMBOL_ENTRIES',
  'OPPOSITE_ORDER',
  'WORKING_ORDERS',
  'SYMBOL_ORDERS',
  'MARKET_CLOSED',
  'SESSION_EARLY',
  'SESSION_LATE',
  'NO_PRICE',
  'NO_OPENING_QUOTE',
  'HALTED',
  'QUOTE_STALE',
  'QUOTE_DELAYED',
  'QUOTE_MODELLED',
  'SPREAD_TOO_WIDE',
  'PRICE_COLLAR',
  'PRICE_JUMP',
  'RESTRICTED',
  'MIN_PRICE',
  'MIN_SCORE',
  'VOLATILITY_BAND',
  'COOLING_DOWN',
  'STOP_MISSING',
  'STOP_TOO_CLOSE',
  'STOP_NOT_BELOW_ENTRY',
  'TARGET_NOT_ABOVE_ENTRY',
  'PRICE_OFF_TICK',
  'QUANTITY_ZERO',
  'MIN_NOTIONAL',
  'REWARD_TOO_SMALL',
  'ALREADY_HELD',
  'MAX_POSITIONS',
  'MAX_ENTRIES_PER_DAY',
  'ORDER_SHARES',
  'ORDER_NOTIONAL',
  'RUN_NOTIONAL',
  'POSITION_SIZE',
  'TRADE_RISK',
  'OPEN_RISK',
  'GROSS_EXPOSURE',
  'NET_EXPOSURE',
  'SECTOR_EXPOSURE',
  'CORRELATION',
  'BUYING_POWER',
  'LIQUIDITY',
  'DAILY_LOSS',
  'LOSS_ROOM',
  'STALE_MARK',
  'DRAWDOWN',
  'REVIEW_DECLINED',
  'MARGIN',
  'MARGIN_UNKNOWN',
  ...GATE_CODES,
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/**
 * One thing a guard said: the rule that bound, the quantity it would allow (0 denies), and the numbers behind it.
 * Money in the numbers is dollars; fractions are fractions.
 */
export interface Reason {
  readonly code: ReasonCode;
  readonly allowed: number;
  readonly limit: number | null;
  readonly value: number | null;
}

/** What all guards said of one intent. `approved` is 0 when denied, never above what was asked. */
export interface Verdict {
  readonly approved: number;
  readonly reasons: readonly Reason[];
}
