import type { ReasonCode } from '../domain/reason.ts';

/** Where rules come from. */
export const SOURCES = {
  capital: 'SEC Rule 15c3-5(c)(1)(i): credit and capital thresholds',
  erroneous: 'SEC Rule 15c3-5(c)(1)(ii): price, size and duplicative orders',
  regulatory: 'SEC Rule 15c3-5(c)(2)(i): requirements to be met before an order',
  restricted: 'SEC Rule 15c3-5(c)(2)(ii): restricted securities',
  authorised: 'SEC Rule 15c3-5(c)(2)(iii): authorised persons and accounts',
  fia: 'FIA, Best Practices for Automated Trading Risk Controls and System Safeguards (2024)',
  knight: 'SEC Release 34-70694, Knight Capital (2013)',
  finra: 'FINRA Rule 4210(f)(8)(B), pattern day trading, as it stood until 2026',
  ibkr: 'Interactive Brokers: order limits, message rate, precautionary settings',
  nautilus: 'NautilusTrader: risk engine and reconciliation before trading',
  freqtrade: 'freqtrade: protections',
  desk: 'what a careful desk keeps for itself',
} as const;
export type Source = keyof typeof SOURCES;

/** One control: what it asks for, and who else asks for it. */
export interface Control {
  readonly rule: string;
  readonly sources: readonly Source[];
  /** Keys of the configuration that matter to it besides the one that sets its limit. */
  readonly besides?: readonly string[];
}

/**
 * Every control behind a reason, by the code it is told under: what guards, sizing and the last gate hold orders to.
 */
export const CONTROLS: Readonly<Record<ReasonCode, Control>> = {
  KILL_SWITCH: {
    rule: 'while the kill switch is engaged nothing is entered, across restarts, until it is cleared',
    sources: ['fia', 'knight'],
  },
  DISARMED: {
    rule: 'orders reach a real broker only when mode, account and configuration were armed for it',
    sources: ['authorised', 'knight'],
  },
  STALE_CLOCK: {
    rule: 'entries stop while the clock of the machine cannot be believed',
    sources: ['fia'],
  },
  BREAKER: {
    rule: 'entries stop for a while once something looked wrong, such as slippage or rejections',
    sources: ['fia', 'knight'],
  },
  PAUSED: { rule: 'a person may stop entries and let exits go on', sources: ['fia'] },
  UNPROTECTED: {
    rule: 'nothing is entered while any share is without a working stop, or that is not known',
    sources: ['desk'],
  },
  RECONCILE_BREAK: {
    rule: "nothing is entered while the book and the broker's statement are known to differ",
    sources: ['nautilus', 'knight'],
  },
  CONSECUTIVE_LOSSES: {
    rule: 'so many losing trades in a row pause entries to the end of the next session; then losses are counted from zero',
    sources: ['freqtrade'],
  },
  DAY_TRADES: {
    rule: 'so many trades at most are opened and closed in one session, in five sessions; an open entry of today counts',
    sources: ['finra'],
  },
  DUPLICATE_ENTRY: {
    rule: 'two entries of one symbol are sent so far apart at least',
    sources: ['erroneous', 'fia'],
  },
  SYMBOL_ENTRIES: {
    rule: 'so many entries of one symbol at most are sent in a session',
    sources: ['fia'],
  },
  OPPOSITE_ORDER: {
    rule: 'no entry while a sell of the symbol works that belongs to no position: our buy could meet our own sell',
    sources: ['fia'],
  },
  WORKING_ORDERS: {
    rule: 'with the bracket of an entry so many orders at most may still fill, stops and targets counted',
    sources: ['capital', 'fia'],
  },
  SYMBOL_ORDERS: {
    rule: 'with the bracket of an entry so many orders of its symbol at most may still fill',
    sources: ['fia', 'ibkr'],
  },
  MARKET_CLOSED: {
    rule: 'entries are sent inside the regular session of the exchange calendar only',
    sources: ['regulatory'],
  },
  SESSION_EARLY: {
    rule: 'no entries in the first minutes of a session',
    sources: ['desk'],
  },
  SESSION_LATE: {
    rule: "no entries in the last minutes of the session's own close",
    sources: ['desk'],
  },
  NO_PRICE: {
    rule: 'without a price, an ATR or a quote nothing is sized or entered',
    sources: ['erroneous'],
  },
  NO_OPENING_QUOTE: {
    rule: 'with live prices nothing is entered before the symbol has traded in the session and both sides are quoted',
    sources: ['erroneous', 'fia'],
  },
  HALTED: { rule: 'nothing is entered while trading in the symbol is halted', sources: ['fia'] },
  QUOTE_STALE: {
    rule: 'the quote is stamped before the decision and not older than allowed',
    sources: ['erroneous', 'fia'],
  },
  QUOTE_DELAYED: { rule: 'delayed quotes move no money', sources: ['erroneous', 'fia'] },
  QUOTE_MODELLED: {
    rule: 'quotes made from bars are for simulated brokers only',
    sources: ['erroneous'],
  },
  SPREAD_TOO_WIDE: {
    rule: 'bid lies below ask, and not further than allowed',
    sources: ['erroneous', 'fia'],
  },
  PRICE_COLLAR: {
    rule: 'the limit price is at most a fraction above the ask and below the bid of a fresh quote',
    sources: ['erroneous', 'fia', 'ibkr'],
  },
  PRICE_JUMP: {
    rule: 'the price is at most so many ATR14 away from the last close',
    sources: ['fia'],
    besides: ['risk.quarantineSessions', 'entry.gapFraction', 'entry.gapAtr'],
  },
  RESTRICTED: {
    rule: 'nothing on the deny list is entered, and nothing beside the allow list where it names symbols',
    sources: ['restricted'],
    besides: ['scan.allow'],
  },
  MIN_PRICE: { rule: 'stocks below a price are not entered', sources: ['restricted', 'desk'] },
  MIN_SCORE: { rule: 'candidates below a score are not entered', sources: ['desk'] },
  VOLATILITY_BAND: {
    rule: 'ATR14 over the price lies within a band',
    sources: ['desk'],
    besides: ['risk.minAtrFraction'],
  },
  COOLING_DOWN: {
    rule: 'a symbol left by a stop, or at all, is not entered again for so many sessions',
    sources: ['freqtrade', 'fia'],
    besides: ['risk.cooldownSessionsAfterExit'],
  },
  STOP_MISSING: {
    rule: 'every entry carries a protective stop at a positive price',
    sources: ['desk'],
  },
  STOP_TOO_CLOSE: {
    rule: 'the stop is at least half an ATR, or 0.3 % of the price, away',
    sources: ['desk'],
  },
  STOP_NOT_BELOW_ENTRY: {
    rule: 'the stop lies below the reference and the limit price',
    sources: ['erroneous'],
  },
  TARGET_NOT_ABOVE_ENTRY: {
    rule: 'the target lies above the reference price and the ask: below them it would sell at once',
    sources: ['erroneous'],
  },
  PRICE_OFF_TICK: {
    rule: 'limit, stop and target lie on the price grid of the exchange',
    sources: ['regulatory', 'ibkr'],
  },
  QUANTITY_ZERO: {
    rule: 'an order is for a positive number of whole shares that the risk budget pays for',
    sources: ['erroneous'],
  },
  MIN_NOTIONAL: {
    rule: 'an order is worth so much at least; what is smaller is denied, never rounded up',
    sources: ['desk'],
  },
  REWARD_TOO_SMALL: {
    rule: 'where there is a target, it wins so many times the commissions and slippage both ways at least',
    sources: ['desk'],
    besides: ['costs.slippageBps', 'costs.commission', 'exits.target.multiple'],
  },
  ALREADY_HELD: {
    rule: 'one position a symbol: a held, working or unknown one is not entered again',
    sources: ['erroneous', 'fia'],
  },
  MAX_POSITIONS: { rule: 'so many positions at most, working entries counted', sources: ['fia'] },
  MAX_ENTRIES_PER_DAY: { rule: 'so many entry orders a session at most', sources: ['fia'] },
  ORDER_SHARES: {
    rule: 'one order is for so many shares at most',
    sources: ['erroneous', 'fia', 'ibkr'],
  },
  ORDER_NOTIONAL: {
    rule: 'one order costs so much at most at its limit price',
    sources: ['erroneous', 'fia', 'nautilus'],
  },
  RUN_NOTIONAL: {
    rule: 'the entries that one run approves cost so much at most',
    sources: ['erroneous'],
  },
  POSITION_SIZE: {
    rule: 'one position, which is all there is of a symbol, is a fraction of equity at most',
    sources: ['capital', 'fia'],
  },
  TRADE_RISK: {
    rule: 'filled at its limit and stopped out, one trade loses a fraction of equity at most',
    sources: ['capital'],
    besides: ['sizing.perTradeFraction'],
  },
  OPEN_RISK: {
    rule: 'if every stop filled at its price, a fraction of equity would be lost at most',
    sources: ['capital'],
  },
  GROSS_EXPOSURE: {
    rule: 'positions and working entries are a fraction of equity at most',
    sources: ['capital', 'fia'],
  },
  NET_EXPOSURE: {
    rule: 'the signed sum of positions and working entries is a fraction of equity at most',
    sources: ['capital', 'fia'],
  },
  SECTOR_EXPOSURE: {
    rule: 'positions and working entries of one sector are a fraction of equity at most; symbols of no sector share one',
    sources: ['capital', 'fia'],
    besides: ['data.sectors'],
  },
  CORRELATION: {
    rule: 'returns of 60 sessions correlate so much at most with those of anything held or about to be; what cannot be computed counts as 1',
    sources: ['desk'],
  },
  BUYING_POWER: {
    rule: 'cash that has settled, within gross exposure and less what working entries will cost, pays for the order and its commission',
    sources: ['capital'],
    besides: ['sim.account', 'risk.maxGrossFraction'],
  },
  LIQUIDITY: {
    rule: 'an order is a share of the median volume of 20 sessions at most',
    sources: ['fia'],
  },
  DAILY_LOSS: {
    rule: 'no entries once the day has lost a fraction of the equity at the previous close, realised or not',
    sources: ['freqtrade', 'capital'],
    besides: ['risk.hardDailyLossFraction', 'risk.onHardDailyLoss'],
  },
  LOSS_ROOM: {
    rule: 'what the day may still lose covers the initial risk of all entries, working or about to be sent',
    sources: ['capital'],
  },
  STALE_MARK: {
    rule: 'a position that cannot be valued freshly blocks every entry',
    sources: ['fia'],
  },
  DRAWDOWN: {
    rule: 'no entries once the account has fallen a fraction from its peak, until that is forgiven',
    sources: ['freqtrade'],
    besides: ['risk.drawdownCooldownSessions'],
  },
  REVIEW_DECLINED: { rule: 'a person looked at the order and said no', sources: ['authorised'] },
  MARGIN: {
    rule: 'the margin that the broker reckons for an entry, asked before it is sent, is covered by the equity with loan',
    sources: ['capital'],
  },
  MARGIN_UNKNOWN: {
    rule: 'a real broker says what margin an entry needs before it is sent',
    sources: ['capital'],
  },
  ORDER_INVALID: {
    rule: 'the parts of an order fit together: types, prices, children and groups',
    sources: ['erroneous'],
  },
  SYMBOL_UNKNOWN: { rule: 'the broker trades the symbol', sources: ['restricted'] },
  NOT_JOURNALLED: {
    rule: 'an order was written down with its name before it is sent',
    sources: ['knight'],
  },
  PAYLOAD_CONFLICT: {
    rule: 'a name of an order stands for one set of terms for ever',
    sources: ['erroneous'],
  },
  CONSERVATION: {
    rule: 'what is sent for an intent is never more than was approved of it',
    sources: ['knight'],
  },
  OVERSELL: {
    rule: 'what our sells could sell is never more than what is owned or on its way',
    sources: ['nautilus', 'knight'],
  },
  ORDER_RATE: {
    rule: 'orders leave so many at once and so many a second at most; half is kept for exits',
    sources: ['fia', 'ibkr', 'nautilus'],
    besides: ['risk.orderBurst'],
  },
  ORDERS_PER_MINUTE: {
    rule: 'so many orders a minute at most; exits are never held back',
    sources: ['fia', 'knight'],
  },
  ORDERS_PER_RUN: {
    rule: 'so many orders a run at most; exits are never held back',
    sources: ['fia', 'knight'],
  },
  ORDERS_PER_DAY: {
    rule: 'so many orders a session at most; exits are never held back',
    sources: ['fia', 'knight'],
  },
};
