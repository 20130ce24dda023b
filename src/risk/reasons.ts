import { formatUsd, microsFromFloat } from '../domain/money.ts';
import type { Reason, ReasonCode } from '../domain/reason.ts';

/** How a reason is told to a person. */
export interface ReasonWords {
  /**
   * What happened, with {limit:unit} and {value:unit} where the numbers of the reason belong.
   * Units: usd, count, shares, fraction (told in percent), bps, ms (told in seconds), minutes, atr, score, correlation.
   */
  readonly sentence: string;
  /** The key of the configuration that sets the limit; null where no key does. */
  readonly key: string | null;
}

/** The words of every reason code: the one place that all who explain take them from. */
export const REASON_WORDS: Readonly<Record<ReasonCode, ReasonWords>> = {
  KILL_SWITCH: { sentence: 'the kill switch is on: nothing is entered', key: null },
  DISARMED: { sentence: 'orders may not reach this broker: it is not armed', key: null },
  STALE_CLOCK: {
    sentence: 'the clock was not to be believed, which blocks every entry for a while',
    key: 'breakers.clockSkewMs',
  },
  BREAKER: {
    sentence: 'a circuit breaker had tripped, which blocks every entry for a while',
    key: 'breakers.coolOffMs',
  },
  PAUSED: { sentence: 'entries were paused by hand', key: null },
  CONSECUTIVE_LOSSES: {
    sentence: 'so many losses followed each other that entries pause for a session',
    key: 'risk.maxConsecutiveLosses',
  },
  UNPROTECTED: {
    sentence: 'some position was not proved to be protected, which blocks every entry',
    key: null,
  },
  RECONCILE_BREAK: {
    sentence:
      "the book differs from the broker's statement: nothing is entered until that is resolved",
    key: null,
  },
  DAY_TRADES: {
    sentence:
      'five sessions had or may have {value:count} trades opened and closed in one, at most {limit:count} are allowed',
    key: 'risk.maxDayTrades',
  },
  DUPLICATE_ENTRY: {
    sentence: 'an entry of the symbol was sent less than {limit:ms} before',
    key: 'risk.minEntryIntervalMs',
  },
  SYMBOL_ENTRIES: {
    sentence: '{value:count} of {limit:count} entries of the symbol had been sent in the session',
    key: 'risk.maxEntriesPerSymbol',
  },
  OPPOSITE_ORDER: {
    sentence: '{value:count} sells of the symbol were working without a position to sell',
    key: null,
  },
  WORKING_ORDERS: {
    sentence: 'it would make {value:count} working orders, at most {limit:count} are allowed',
    key: 'risk.maxWorkingOrders',
  },
  SYMBOL_ORDERS: {
    sentence:
      'it would make {value:count} working orders of the symbol, at most {limit:count} are allowed',
    key: 'risk.maxWorkingOrdersPerSymbol',
  },
  MARKET_CLOSED: { sentence: 'the market was not in its regular session', key: null },
  SESSION_EARLY: {
    sentence:
      'the session was {value:minutes} old; in its first {limit:minutes} nothing is entered',
    key: 'entry.noEntryFirstMinutes',
  },
  SESSION_LATE: {
    sentence:
      'the session had {value:minutes} left; in its last {limit:minutes} nothing is entered',
    key: 'entry.noEntryLastMinutes',
  },
  NO_PRICE: { sentence: 'there was no price or no ATR to size and guard with', key: null },
  NO_OPENING_QUOTE: {
    sentence: 'the symbol had not traded in the session yet, or nobody quoted both sides',
    key: 'entry.openingWaitMs',
  },
  HALTED: { sentence: 'trading in the symbol was halted', key: null },
  QUOTE_STALE: {
    sentence: 'the quote was {value:ms} old, at most {limit:ms} is allowed',
    key: 'entry.maxQuoteAgeMs',
  },
  QUOTE_DELAYED: { sentence: 'the quote was delayed; delayed data moves no money', key: null },
  QUOTE_MODELLED: {
    sentence: 'the quote was modelled from bars, which only a simulated broker takes',
    key: null,
  },
  SPREAD_TOO_WIDE: {
    sentence: 'bid and ask were {value:bps} apart, at most {limit:bps} are allowed',
    key: 'scan.maxSpreadBps',
  },
  PRICE_COLLAR: {
    sentence: 'the limit price of {value:usd} was beyond {limit:usd}, the collar around the quote',
    key: 'entry.collarFraction',
  },
  PRICE_JUMP: {
    sentence: 'the price was {value:atr} away from the last close, at most {limit:atr} is allowed',
    key: 'risk.maxJumpAtr',
  },
  RESTRICTED: {
    sentence: 'the symbol is on the deny list, or not on the allow list',
    key: 'scan.deny',
  },
  MIN_PRICE: {
    sentence: 'the price was {value:usd}, stocks below {limit:usd} are not entered',
    key: 'scan.minPriceUsd',
  },
  MIN_SCORE: {
    sentence: 'the score was {value:score}, the least to be entered is {limit:score}',
    key: 'risk.minScore',
  },
  VOLATILITY_BAND: {
    sentence: 'ATR14 was {value:fraction} of the price, beyond the bound of {limit:fraction}',
    key: 'risk.maxAtrFraction',
  },
  COOLING_DOWN: {
    sentence: 'the symbol was left too few sessions ago to be entered again',
    key: 'risk.cooldownSessionsAfterStop',
  },
  STOP_MISSING: {
    sentence: 'there was no protective stop at a positive price',
    key: 'sizing.stop',
  },
  STOP_TOO_CLOSE: {
    sentence:
      'the stop was {value:usd} a share away, at least {limit:usd} (half an ATR, or 0.3 % of the price) is asked for',
    key: 'sizing.stop',
  },
  STOP_NOT_BELOW_ENTRY: {
    sentence: 'the stop at {value:usd} was not below the entry at {limit:usd}',
    key: 'sizing.stop',
  },
  TARGET_NOT_ABOVE_ENTRY: {
    sentence: 'the target at {value:usd} was not above {limit:usd}, which a share cost then',
    key: 'exits.target',
  },
  PRICE_OFF_TICK: {
    sentence: 'the price {value:usd} is not on the grid that the exchange accepts',
    key: null,
  },
  QUANTITY_ZERO: {
    sentence: 'one share would risk {value:usd}, the risk budget of the trade is {limit:usd}',
    key: 'sizing.perTradeFraction',
  },
  MIN_NOTIONAL: {
    sentence: 'the order was worth {value:usd}, below the least of {limit:usd}',
    key: 'sizing.minNotionalUsd',
  },
  REWARD_TOO_SMALL: {
    sentence: 'its target would win {value:usd}, its costs ask for {limit:usd} at least',
    key: 'risk.minRewardOverCosts',
  },
  ALREADY_HELD: {
    sentence: 'the symbol was held already, or an entry of it was working',
    key: null,
  },
  MAX_POSITIONS: {
    sentence: '{value:count} of {limit:count} positions were taken, working entries counted',
    key: 'risk.maxPositions',
  },
  MAX_ENTRIES_PER_DAY: {
    sentence: '{value:count} of {limit:count} entries of the day had been sent',
    key: 'risk.maxEntriesPerDay',
  },
  ORDER_SHARES: {
    sentence: 'the order was for {value:shares}, one order may be for {limit:shares}',
    key: 'risk.maxOrderShares',
  },
  ORDER_NOTIONAL: {
    sentence: 'the order cost {value:usd} at its limit, one order may cost {limit:usd}',
    key: 'risk.maxOrderNotionalUsd',
  },
  RUN_NOTIONAL: {
    sentence: 'the order cost {value:usd} at its limit, the run may spend {limit:usd} more',
    key: 'risk.maxRunNotionalUsd',
  },
  POSITION_SIZE: {
    sentence: 'the order cost {value:usd} at its limit, one position may cost {limit:usd}',
    key: 'sizing.maxPositionFraction',
  },
  TRADE_RISK: {
    sentence: 'the order risked {value:usd} from its limit, one trade may risk {limit:usd}',
    key: 'risk.maxTradeRiskFraction',
  },
  OPEN_RISK: {
    sentence: 'the order risked {value:usd}, of the open risk {limit:usd} was left',
    key: 'risk.maxOpenRiskFraction',
  },
  GROSS_EXPOSURE: {
    sentence: 'the order cost {value:usd} at its limit, of the gross exposure {limit:usd} was left',
    key: 'risk.maxGrossFraction',
  },
  NET_EXPOSURE: {
    sentence: 'the order cost {value:usd} at its limit, of the net exposure {limit:usd} was left',
    key: 'risk.maxNetFraction',
  },
  SECTOR_EXPOSURE: {
    sentence: 'the order cost {value:usd} at its limit, in its sector {limit:usd} was left',
    key: 'risk.maxSectorFraction',
  },
  CORRELATION: {
    sentence:
      'its returns correlated {value:correlation} with those of a position, at most {limit:correlation} is allowed',
    key: 'risk.maxCorrelation',
  },
  BUYING_POWER: {
    sentence:
      'the order cost {value:usd} with commission, of the buying power {limit:usd} was left',
    key: null,
  },
  LIQUIDITY: {
    sentence: 'the order was for {value:shares}, the usual volume allows {limit:shares} at a time',
    key: 'risk.maxAdvFraction',
  },
  DAILY_LOSS: {
    sentence: "the day's loss was {value:usd}, its limit is {limit:usd}",
    key: 'risk.dailyLossFraction',
  },
  LOSS_ROOM: {
    sentence: 'the order risked {value:usd}, the day may lose {limit:usd} more',
    key: 'risk.dailyLossFraction',
  },
  STALE_MARK: {
    sentence: '{value:count} of our positions had no fresh price, which blocks every entry',
    key: null,
  },
  DRAWDOWN: {
    sentence: 'the drawdown was {value:fraction}, and its limit of {limit:fraction} had latched',
    key: 'risk.maxDrawdownFraction',
  },
  REVIEW_DECLINED: { sentence: 'a person declined the order in review', key: null },
  MARGIN: {
    sentence: 'the order needed a margin of {value:usd}, by the broker {limit:usd} was left',
    key: null,
  },
  MARGIN_UNKNOWN: { sentence: 'the broker did not say what margin the order needs', key: null },
  ORDER_INVALID: { sentence: 'the parts of the order contradict each other', key: null },
  SYMBOL_UNKNOWN: { sentence: 'the broker has no such symbol', key: null },
  NOT_JOURNALLED: {
    sentence: 'the order was not written down before it was to be sent',
    key: null,
  },
  PAYLOAD_CONFLICT: {
    sentence: 'the name of the order stands for other terms already',
    key: null,
  },
  CONSERVATION: {
    sentence: 'sending {value:shares} would exceed the {limit:shares} that were approved',
    key: null,
  },
  OVERSELL: {
    sentence: 'our sells could sell {value:shares}, owned or on the way are {limit:shares}',
    key: null,
  },
  ORDER_RATE: {
    sentence: 'orders were sent too fast; what is left is kept for exits',
    key: 'risk.ordersPerSecond',
  },
  ORDERS_PER_MINUTE: {
    sentence: '{value:count} of {limit:count} orders of a minute had been sent',
    key: 'risk.maxOrdersPerMinute',
  },
  ORDERS_PER_RUN: {
    sentence: '{value:count} of {limit:count} orders of a run had been sent',
    key: 'risk.maxOrdersPerRun',
  },
  ORDERS_PER_DAY: {
    sentence: '{value:count} of {limit:count} orders of a day had been sent',
    key: 'risk.maxOrdersPerDay',
  },
};

const UNITS: Readonly<Record<string, (value: number) => string>> = {
  usd: (value) => dollars(value),
  count: (value) => String(value),
  shares: (value) => `${Math.floor(value)} ${value === 1 ? 'share' : 'shares'}`,
  fraction: (value) => `${(value * 100).toFixed(2)} %`,
  bps: (value) => `${value.toFixed(1)} bps`,
  ms: (value) => `${(value / 1000).toFixed(1)} s`,
  atr: (value) => `${value.toFixed(2)} ATR`,
  score: (value) => value.toFixed(2),
  correlation: (value) => value.toFixed(2),
  minutes: (value) => `${value.toFixed(value % 1 === 0 ? 0 : 1)} minutes`,
};

/** Below this an amount is shown in cents; a journal may hold any number. */
const MOST_DOLLARS = 8_000_000_000;

const dollars = (value: number): string =>
  Math.abs(value) < MOST_DOLLARS ? formatUsd(microsFromFloat(value, 'halfEven')) : `$${value}`;

/** A reason in words with its numbers, and what it allowed where it only made an order smaller. */
export function describeReason(reason: Reason): string {
  const { sentence } = REASON_WORDS[reason.code];
  const told = sentence.replace(/\{(limit|value):(\w+)\}/g, (_, name: 'limit' | 'value', unit) => {
    const number = reason[name];
    return number === null ? 'an unknown amount' : (UNITS[String(unit)] ?? String)(number);
  });
  const { allowed } = reason;
  return allowed > 0 ? `${told}: ${allowed} ${allowed === 1 ? 'share' : 'shares'} allowed` : told;
}
