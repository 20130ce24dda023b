import { usd } from '../../src/domain/money.ts';
import { sym } from '../pipeline/builders.ts';
import { type Boundary, guardInput } from './guard-input.ts';

export const MARKET: readonly Boundary[] = [
  ['the minute before the open', { minutes: 0 }, { minutes: -1 / 60_000 }, 'MARKET_CLOSED 0'],
  [
    'the close',
    { minutes: 389.9, entry: { noEntryLastMinutes: 0 } },
    { minutes: 390, entry: { noEntryLastMinutes: 0 } },
    'MARKET_CLOSED 0',
  ],
  [
    'the first minutes',
    { minutes: 5, entry: { noEntryFirstMinutes: 5 } },
    { minutes: 4.999, entry: { noEntryFirstMinutes: 5 } },
    'SESSION_EARLY 0',
  ],
  ['the last half hour', { minutes: 359.999 }, { minutes: 360 }, 'SESSION_LATE 0'],
  ['no quote', {}, { quote: null }, 'NO_PRICE 0'],
  [
    'a symbol that has not traded in the session',
    { quote: { hasOpened: true } },
    { quote: { hasOpened: false } },
    'NO_OPENING_QUOTE 0',
  ],
  ['no quote where quotes are live', {}, { quote: null, liveQuotes: true }, 'NO_OPENING_QUOTE 0'],
  ['a halted symbol', { quote: { halted: false } }, { quote: { halted: true } }, 'HALTED 0'],
  [
    'a delayed quote',
    { quote: { kind: 'live' } },
    { quote: { kind: 'delayed' } },
    'QUOTE_DELAYED 0',
  ],
  [
    'a modelled quote where a real broker is',
    { quote: { kind: 'modelled' }, allowModelledQuotes: true },
    { quote: { kind: 'modelled' } },
    'QUOTE_MODELLED 0',
  ],
  [
    'a quote older than five seconds',
    { quote: { at: (guardInput().asOf - 5_000) as never } },
    { quote: { at: (guardInput().asOf - 5_001) as never } },
    'QUOTE_STALE 0',
  ],
  [
    'a quote from after the seal',
    { quote: { at: guardInput().asOf } },
    { quote: { at: (guardInput().asOf + 1) as never } },
    'QUOTE_STALE 0',
  ],
  [
    'a wide spread',
    { quote: { bid: usd(49.9375), ask: usd(50.0625) }, scan: { maxSpreadBps: 25 } },
    { quote: { bid: usd(49.9374), ask: usd(50.0625) }, scan: { maxSpreadBps: 25 } },
    'SPREAD_TOO_WIDE 0',
  ],
  [
    'a limit above the collar over the ask',
    { quote: { bid: usd(49.98), ask: usd(50) }, intent: { limitPrice: usd(50.5) } },
    { quote: { bid: usd(49.98), ask: usd(50) }, intent: { limitPrice: usd(50.51) } },
    'PRICE_COLLAR 0',
  ],
  [
    'a limit below the collar under the bid',
    { quote: { bid: usd(51), ask: usd(51.01) }, intent: { limitPrice: usd(50.49) } },
    { quote: { bid: usd(51), ask: usd(51.01) }, intent: { limitPrice: usd(50.48) } },
    'PRICE_COLLAR 0',
  ],
  [
    'a price above the last close by more ATR than allowed',
    { risk: { maxJumpAtr: 2 }, lastClose: 47 },
    { risk: { maxJumpAtr: 2 }, lastClose: 46.99 },
    'PRICE_JUMP 0',
  ],
  [
    'a price as far below it',
    { risk: { maxJumpAtr: 2 }, lastClose: 53 },
    { risk: { maxJumpAtr: 2 }, lastClose: 53.01 },
    'PRICE_JUMP 0',
  ],
  [
    'no last close to measure from',
    { lastClose: Number.NaN },
    { lastClose: Number.NaN, risk: { maxJumpAtr: 100 } },
    'PRICE_JUMP 0',
  ],
  ['a crossed quote', {}, { quote: { bid: usd(50.02) } }, 'SPREAD_TOO_WIDE 0'],
];

export const SYMBOL: readonly Boundary[] = [
  [
    'a symbol on the deny list',
    { scan: { deny: [sym('BBB')] } },
    { scan: { deny: [sym('BBB'), sym('AAA')] } },
    'RESTRICTED 0',
  ],
  [
    'a symbol beside the allow list',
    { scan: { allow: [sym('AAA'), sym('BBB')] } },
    { scan: { allow: [sym('BBB')] } },
    'RESTRICTED 0',
  ],
  [
    'a cheap stock',
    { scan: { minPriceUsd: 50 } },
    { scan: { minPriceUsd: 50.000001 } },
    'MIN_PRICE 0',
  ],
  [
    'a low score',
    { score: 40, risk: { minScore: 40 } },
    { score: 39.99, risk: { minScore: 40 } },
    'MIN_SCORE 0',
  ],
  [
    'a stock that hardly moves',
    { risk: { minAtrFraction: 0.03 } },
    { risk: { minAtrFraction: 0.0301 } },
    'VOLATILITY_BAND 0',
  ],
  [
    'a stock that moves too much',
    { risk: { maxAtrFraction: 0.03 } },
    { risk: { maxAtrFraction: 0.0299 } },
    'VOLATILITY_BAND 0',
  ],
  [
    'a symbol that is cooling down',
    { state: { coolingDown: [sym('BBB')] } },
    { state: { coolingDown: [sym('AAA'), sym('BBB')] } },
    'COOLING_DOWN 0',
  ],
];
