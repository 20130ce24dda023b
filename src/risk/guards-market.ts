import { spreadBps } from '../bars/snapshot.ts';
import { add, subtract, timesFraction, toUsd } from '../domain/money.ts';
import { MINUTE_MS } from '../domain/time.ts';
import type { Guard } from './guards.ts';

/** Market open: entries only inside the regular session of the calendar. */
const marketOpen: Guard = ({ asOf, session }) =>
  asOf >= session.openAt && asOf < session.closeAt
    ? null
    : { code: 'MARKET_CLOSED', allowed: 0, limit: null, value: null };

/** No early entries: none in the first `entry.noEntryFirstMinutes` of the session. */
const earlyInSession: Guard = ({ asOf, session, entry: { noEntryFirstMinutes: limit } }) => {
  if (limit === undefined) return null;
  const value = (asOf - session.openAt) / MINUTE_MS;
  if (value < 0 || value >= limit) return null;
  return { code: 'SESSION_EARLY', allowed: 0, limit, value };
};

/** No late entries: none in the last `entry.noEntryLastMinutes` of the session's own close. */
const lateInSession: Guard = ({ asOf, session, entry }) => {
  const minutesLeft = (session.closeAt - asOf) / MINUTE_MS;
  if (minutesLeft <= 0 || minutesLeft > entry.noEntryLastMinutes) return null;
  return { code: 'SESSION_LATE', allowed: 0, limit: entry.noEntryLastMinutes, value: minutesLeft };
};

/**
 * Opening trade: with live quotes nothing is entered before the symbol has traded in the session and both sides are
 * quoted. `entry.openingWaitMs` is how long after the open that is waited for.
 */
const openingQuote: Guard = ({ quote, liveQuotes }) => {
  const isMissing = quote === null ? liveQuotes === true : quote.hasOpened === false;
  return isMissing ? { code: 'NO_OPENING_QUOTE', allowed: 0, limit: null, value: null } : null;
};

/** Halted symbol: nothing is entered while trading in it is halted. */
const haltedSymbol: Guard = ({ quote }) =>
  quote?.halted === true ? { code: 'HALTED', allowed: 0, limit: null, value: null } : null;

/** Quote kind: delayed quotes never move money; modelled ones only at a simulated broker. */
const quoteKind: Guard = ({ quote, liveQuotes, allowModelledQuotes }) => {
  if (quote === null) {
    return liveQuotes === true ? null : { code: 'NO_PRICE', allowed: 0, limit: null, value: null };
  }
  if (quote.kind === 'delayed')
    return { code: 'QUOTE_DELAYED', allowed: 0, limit: null, value: null };
  if (quote.kind === 'modelled' && !allowModelledQuotes) {
    return { code: 'QUOTE_MODELLED', allowed: 0, limit: null, value: null };
  }
  return null;
};

/** Quote age: stamped before the decision, and at most `entry.maxQuoteAgeMs` before it. */
const quoteAge: Guard = ({ quote, asOf, entry }) => {
  if (quote === null) return null;
  const ageMs = asOf - quote.at;
  if (ageMs >= 0 && ageMs <= entry.maxQuoteAgeMs) return null;
  return { code: 'QUOTE_STALE', allowed: 0, limit: entry.maxQuoteAgeMs, value: ageMs };
};

/**
 * Price collar: the limit price is at most `entry.collarFraction` above the ask and below the bid of the quote. Sizing
 * bounds it by the reference price; this one notices when that and the quote do not belong together.
 */
const priceCollar: Guard = ({ intent: { limitPrice }, quote, entry: { collarFraction } }) => {
  if (quote === null) return null;
  const highest = add(quote.ask, timesFraction(quote.ask, collarFraction, 'ceil'));
  const lowest = subtract(quote.bid, timesFraction(quote.bid, collarFraction, 'ceil'));
  if (limitPrice >= lowest && limitPrice <= highest) return null;
  const limit = toUsd(limitPrice > highest ? highest : lowest);
  return { code: 'PRICE_COLLAR', allowed: 0, limit, value: toUsd(limitPrice) };
};

/** Price jump: the reference price lies at most `risk.maxJumpAtr` ATR14 from the last close. */
const priceJump: Guard = ({ intent, lastClose, limits: { maxJumpAtr: limit } }) => {
  if (limit === undefined) return null;
  const value = Math.abs(toUsd(intent.referencePrice) - lastClose) / toUsd(intent.atr);
  if (value <= limit) return null;
  return { code: 'PRICE_JUMP', allowed: 0, limit, value: Number.isFinite(value) ? value : null };
};

/** Spread: bid and ask at most `scan.maxSpreadBps` apart. */
const spread: Guard = ({ quote, scan: { maxSpreadBps } }) => {
  if (quote === null) return null;
  const bps = spreadBps(quote);
  if (bps <= maxSpreadBps) return null;
  return {
    code: 'SPREAD_TOO_WIDE',
    allowed: 0,
    limit: maxSpreadBps,
    value: Number.isFinite(bps) ? bps : null,
  };
};

export const MARKET_GUARDS: readonly Guard[] = [
  marketOpen,
  earlyInSession,
  lateInSession,
  openingQuote,
  haltedSymbol,
  quoteKind,
  quoteAge,
  spread,
  priceCollar,
  priceJump,
];
