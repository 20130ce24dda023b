// The full list of guards over 500 proposals, every limit set, 40 of them approved and debited: at most 5 ms, beside
// the calibration loop. Guards are all asked, whatever an earlier one says. Run after `npm run build`.
import { sessionOf } from '../dist/src/calendar/nyse.js';
import { configSchema } from '../dist/src/config/schema.js';
import { usd } from '../dist/src/domain/money.js';
import { debit, openBudget } from '../dist/src/risk/budget.js';
import { commissionModel } from '../dist/src/risk/commission.js';
import { GUARDS, judge } from '../dist/src/risk/guards.js';
import { absolute, finish } from './measure.mjs';

const INTENTS = 500;
const APPROVALS = 40;
const MOST_MS = 5;
/** Million steps a second of the calibration loop on the machine the limit was set for. */
const AT_RATE = 400;

const config = configSchema.parse({
  entry: { noEntryFirstMinutes: 5 },
  risk: {
    maxPositions: 50,
    maxEntriesPerDay: 1_000,
    maxOrderShares: 100_000,
    maxOrderNotionalUsd: 1_000_000,
    maxRunNotionalUsd: 100_000_000,
    maxTradeRiskFraction: 0.01,
    minRewardOverCosts: 1,
    maxWorkingOrders: 10_000,
    maxWorkingOrdersPerSymbol: 20,
    maxNetFraction: 1,
    maxSectorFraction: 0.5,
    maxCorrelation: 0.99,
    minAtrFraction: 0.001,
    maxAtrFraction: 0.5,
    maxJumpAtr: 50,
    minScore: 1,
    maxEntriesPerSymbol: 2,
    minEntryIntervalMs: 1_000,
    maxDayTrades: 10_000,
  },
});
const session = sessionOf('2016-06-24');
const asOf = session.openAt + 150 * 60_000;
const commission = commissionModel('ibkr-fixed');
const commissionOf = (_symbol, quantity, price) =>
  commission.estimate(quantity, price, 'buy', session.date);
const account = usd(50_000_000);
const state = {
  equity: account,
  cash: account,
  availableCash: account,
  positions: Array.from({ length: 10 }, (_, i) => ({
    symbol: `H${i}`,
    quantity: 100,
    boughtQuantity: 100,
    averagePrice: usd(50),
    mark: usd(50),
    markStale: false,
    initialStop: usd(45),
    stop: usd(45),
    entrySession: '2016-06-01',
    sessionsHeld: 17,
    highestClose: usd(50),
    sector: `S${i % 3}`,
  })),
  working: [],
  coolingDown: ['Z1', 'Z2', 'Z3'],
  entriesToday: 0,
  activity: {
    orders: Array.from({ length: 10 }, (_, i) => ({ symbol: `H${i}`, buys: 0, sells: 1 })),
    entries: [],
    justSent: [],
    dayTrades: 0,
  },
  previousCloseEquity: account,
  dayPnl: 0,
  drawdown: 0,
  intensity: 1,
  trading: { state: 'active', restrictions: [] },
};
const inputs = Array.from({ length: INTENTS }, (_, i) => {
  const price = 20 + (i % 90);
  return {
    intent: {
      symbol: `A${i}`,
      quantity: 20 + (i % 40),
      referencePrice: usd(price),
      limitPrice: usd(price + 0.1),
      stopPrice: usd(price * 0.9),
      targetPrice: usd(price * 1.2),
      atr: usd(price * 0.03),
      terms: null,
    },
    asOf,
    session,
    quote: {
      bid: usd(price - 0.01),
      ask: usd(price + 0.01),
      last: usd(price),
      at: asOf,
      kind: 'live',
    },
    medianVolume: 2_000_000,
    lastClose: price * 0.99,
    score: 60,
    sector: `S${i % 7}`,
    correlationWith: (symbol) => (symbol.length % 3) / 10,
    state,
    limits: config.risk,
    entry: config.entry,
    sizing: config.sizing,
    scan: config.scan,
    slippageBps: 5,
    allowModelledQuotes: false,
    commissionOf,
  };
});

/** Judges all of them in order, as a run does; gives the milliseconds. */
function judgeAll() {
  const started = process.hrtime.bigint();
  let budget = openBudget(state, account, { risk: config.risk, commissionOf });
  let approvals = 0;
  for (const input of inputs) {
    const { intent, sector } = input;
    const { approved } = judge({ ...input, budget });
    if (approved === 0) continue;
    approvals += 1;
    budget = debit(budget, {
      symbol: intent.symbol,
      quantity: approved,
      limitPrice: intent.limitPrice,
      stopPrice: intent.stopPrice,
      commission: commissionOf(intent.symbol, approved, intent.limitPrice),
      sector,
      orders: 3,
    });
  }
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (approvals !== APPROVALS) throw new Error(`${approvals} were approved`);
  return ms;
}

// A run of a daemon that has been up for a while: compiled code.
for (let i = 0; i < 50; i++) judgeAll();
finish('guards', [
  absolute({
    name: `${GUARDS.length} guards over ${INTENTS} proposals, ${APPROVALS} approved`,
    sample: judgeAll,
    unit: 'ms',
    samples: 21,
    atRate: AT_RATE,
    atMost: MOST_MS,
  }),
]);
