import { usd } from '../../src/domain/money.ts';
import { position, working } from '../pipeline/builders.ts';
import type { Boundary, Scene } from './guard-input.ts';

const FREE = () => usd(0);

const AT_45: Scene = { quote: { bid: usd(45), ask: usd(45.01) } };

export const ORDER: readonly Boundary[] = [
  [
    'shares of one order',
    { risk: { maxOrderShares: 100 } },
    { risk: { maxOrderShares: 99 } },
    'ORDER_SHARES 99',
  ],
  [
    'the value of one order',
    { risk: { maxOrderNotionalUsd: 5_050 } },
    { risk: { maxOrderNotionalUsd: 5_049.999999 } },
    'ORDER_NOTIONAL 99',
  ],
  [
    'the risk of one trade, from its limit price',
    { risk: { maxTradeRiskFraction: 0.0055 } },
    { risk: { maxTradeRiskFraction: 0.005499 } },
    'TRADE_RISK 99',
  ],
  [
    'a position in the symbol',
    { state: { positions: [position('BBB')] } },
    { state: { positions: [position('AAA')] } },
    'ALREADY_HELD 0',
  ],
  [
    'a working entry of the symbol',
    { state: { working: [working('BBB')] } },
    { state: { working: [working('AAA')] } },
    'ALREADY_HELD 0',
  ],
  [
    'no stop',
    { intent: { stopPrice: usd(0.01) }, risk: { maxOpenRiskFraction: 1, dailyLossFraction: 1 } },
    { intent: { stopPrice: usd(0) }, risk: { maxOpenRiskFraction: 1, dailyLossFraction: 1 } },
    'STOP_MISSING 0',
  ],
  [
    'a stop at the reference',
    { intent: { stopPrice: usd(49.99) } },
    { intent: { stopPrice: usd(50) } },
    'STOP_NOT_BELOW_ENTRY 0',
  ],
  [
    'a stop at the limit',
    { ...AT_45, intent: { stopPrice: usd(45), limitPrice: usd(45.01) } },
    { ...AT_45, intent: { stopPrice: usd(45), limitPrice: usd(45) } },
    'STOP_NOT_BELOW_ENTRY 0',
  ],
  [
    'a target at the reference',
    { quote: { ask: usd(50) }, intent: { targetPrice: usd(50.01) } },
    { quote: { ask: usd(50) }, intent: { targetPrice: usd(50) } },
    'TARGET_NOT_ABOVE_ENTRY 0',
  ],
  [
    'a target at the ask, where its sale would follow at once',
    { quote: { ask: usd(50.02) }, intent: { targetPrice: usd(50.03) } },
    { quote: { ask: usd(50.02) }, intent: { targetPrice: usd(50.02) } },
    'TARGET_NOT_ABOVE_ENTRY 0',
  ],
  ['a target below nothing', {}, { intent: { targetPrice: usd(-5) } }, 'TARGET_NOT_ABOVE_ENTRY 0'],
  ['a limit between ticks', {}, { intent: { limitPrice: usd(50.505) } }, 'PRICE_OFF_TICK 0'],
  ['a stop between ticks', {}, { intent: { stopPrice: usd(45.001) } }, 'PRICE_OFF_TICK 0'],
  [
    'a target between ticks',
    { intent: { targetPrice: usd(60.01) } },
    { intent: { targetPrice: usd(60.001) } },
    'PRICE_OFF_TICK 0',
  ],
];

/** What 100 shares at 50.50 with a stop at 45 use up: 5,050 of gross, 550 of risk. */
export const BUDGET: readonly Boundary[] = [
  [
    'all positions taken',
    { risk: { maxPositions: 3 }, state: { positions: [position('B')], working: [working('C')] } },
    { risk: { maxPositions: 2 }, state: { positions: [position('B')], working: [working('C')] } },
    'MAX_POSITIONS 0',
  ],
  [
    'all entries of the day sent',
    { state: { entriesToday: 7 } },
    { state: { entriesToday: 8 } },
    'MAX_ENTRIES_PER_DAY 0',
  ],
  [
    'gross exposure',
    { risk: { maxGrossFraction: 0.0505 }, commissionOf: FREE },
    { risk: { maxGrossFraction: 0.050499 }, commissionOf: FREE },
    'GROSS_EXPOSURE 99, BUYING_POWER 99',
  ],
  [
    'cash, the dollar of commission included',
    { state: { availableCash: usd(5_051) } },
    { state: { availableCash: usd(5_050.999999) } },
    'BUYING_POWER 99',
  ],
  [
    'cash, what a working entry will cost taken off',
    { state: { availableCash: usd(10_052), working: [working('BBB')] } },
    { state: { availableCash: usd(10_051.999999), working: [working('BBB')] } },
    'BUYING_POWER 99',
  ],
  [
    'open risk',
    { risk: { maxOpenRiskFraction: 0.0055 } },
    { risk: { maxOpenRiskFraction: 0.005499 } },
    'OPEN_RISK 99',
  ],
  [
    'what the day may still lose',
    { state: { dayPnl: usd(-1_450) } },
    { state: { dayPnl: usd(-1_450.000001) } },
    'LOSS_ROOM 99',
  ],
  [
    'what the run may still spend',
    { risk: { maxRunNotionalUsd: 5_050 } },
    { risk: { maxRunNotionalUsd: 5_049.999999 } },
    'RUN_NOTIONAL 99',
  ],
  [
    'the size of one position',
    { sizing: { maxPositionFraction: 0.0505 } },
    { sizing: { maxPositionFraction: 0.050499 } },
    'POSITION_SIZE 99',
  ],
  ['the usual volume', { medianVolume: 10_000 }, { medianVolume: 9_999.5 }, 'LIQUIDITY 99'],
  ['an unknown volume', { medianVolume: 10_000 }, { medianVolume: Number.NaN }, 'LIQUIDITY 0'],
  [
    'an exact share of the volume',
    { medianVolume: 1_000, risk: { maxAdvFraction: 0.1 } },
    { medianVolume: 345, risk: { maxAdvFraction: 0.28 } },
    'LIQUIDITY 96',
  ],
];

/** 5,000 of a sector are held; this entry is 5,050 more. */
const IN_TECH: Scene = {
  sector: 'TECH',
  state: { positions: [position('B', { sector: 'TECH' })] },
};
const moves = (value: number) => ({ correlationWith: () => value });
const HELD = { positions: [position('BBB')] };

export const CONCENTRATION: readonly Boundary[] = [
  [
    'net exposure, working entries counted',
    {
      risk: { maxNetFraction: 0.1505 },
      state: { positions: [position('B')], working: [working('C')] },
    },
    {
      risk: { maxNetFraction: 0.150499 },
      state: { positions: [position('B')], working: [working('C')] },
    },
    'NET_EXPOSURE 99',
  ],
  [
    'the exposure to its sector',
    { ...IN_TECH, risk: { maxSectorFraction: 0.1005 } },
    { ...IN_TECH, risk: { maxSectorFraction: 0.100499 } },
    'SECTOR_EXPOSURE 99',
  ],
  [
    'the exposure to its sector, where an entry of it works',
    {
      sector: 'TECH',
      state: { working: [working('B', { sector: 'ENERGY' })] },
      risk: { maxSectorFraction: 0.0505 },
    },
    {
      sector: 'TECH',
      state: { working: [working('B', { sector: 'TECH' })] },
      risk: { maxSectorFraction: 0.0505 },
    },
    'SECTOR_EXPOSURE 0',
  ],
  [
    'the exposure to symbols of no sector',
    { sector: 'UNKNOWN', state: HELD, risk: { maxSectorFraction: 0.1005 } },
    { sector: 'UNKNOWN', state: HELD, risk: { maxSectorFraction: 0.1 } },
    'SECTOR_EXPOSURE 99',
  ],
  [
    'returns like those of a position',
    { ...moves(0.8), state: HELD, risk: { maxCorrelation: 0.8 } },
    { ...moves(0.800001), state: HELD, risk: { maxCorrelation: 0.8 } },
    'CORRELATION 0',
  ],
  [
    'returns like those of what is about to be bought',
    { ...moves(1), risk: { maxCorrelation: 0.8 } },
    { ...moves(1), state: { working: [working('BBB')] }, risk: { maxCorrelation: 0.8 } },
    'CORRELATION 0',
  ],
];
