// A month of 5,000 trades reported by a whole process, in every format, from a home on disk. Run after
// `npm run build`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHistory } from '../dist/src/adapters/file/file-history.js';
import { sessionsBetween } from '../dist/src/calendar/nyse.js';
import { Book } from '../dist/src/ledger/book.js';
import { absolute, finish, timeProcess } from './measure.mjs';

const TRADES = 5_000;
const SYMBOLS = 200;
const LIMIT_MS = 3_000;
const USD = 1_000_000;

/** "SAAA", "SAAB", ...: one symbol is traded once a session at most. */
const symbolOf = (i) =>
  `S${[676, 26, 1].map((of) => String.fromCharCode(65 + (Math.floor(i / of) % 26))).join('')}`;

/** Entry, stop, both fills and the end of one trade; prices follow from its number alone. */
function tradeEvents(n, session) {
  const symbol = symbolOf(n % SYMBOLS);
  const base = `${session.date}/s${Math.floor(n / SYMBOLS)}/${symbol}`;
  const at = session.openAt + (n % 300) * 60_000;
  const price = (20 + (n % 180)) * USD;
  const exit = price + (((n * 7919) % 601) - 290) * 10_000;
  const order = (leg, more) => ({
    type: 'order.submitted',
    at,
    runId: null,
    orderRef: `${base}/${leg}/1`,
    session: session.date,
    symbol,
    leg,
    side: leg === 'entry' ? 'buy' : 'sell',
    orderType: leg === 'entry' ? 'limit' : 'stop',
    quantity: 50,
    limitPrice: leg === 'entry' ? price : null,
    stopPrice: leg === 'entry' ? null : price - 2 * USD,
    timeInForce: leg === 'entry' ? 'DAY' : 'GTC',
    parentRef: leg === 'entry' ? null : `${base}/entry/1`,
    ocaGroup: null,
    exitReason: null,
    payloadHash: '0'.repeat(64),
    ...more,
  });
  const fill = (leg, filledAt, fillPrice) => ({
    type: 'fill.recorded',
    at: filledAt,
    runId: null,
    execId: `${base}/${leg}`,
    orderRef: `${base}/${leg}/1`,
    symbol,
    side: leg === 'entry' ? 'buy' : 'sell',
    quantity: 50,
    price: fillPrice,
    commission: USD,
    filledAt,
    session: session.date,
    source: 'broker',
  });
  return [
    order('entry'),
    order('stop'),
    { type: 'order.acknowledged', at, runId: null, orderRef: `${base}/stop/1`, brokerId: null },
    fill('entry', at + 1_000, price),
    fill('stop', at + 1_800_000, exit),
    {
      type: 'trade.closed',
      at: at + 1_800_000,
      runId: null,
      tradeId: `${base}/entry/1`,
      symbol,
      exitReason: 'stop',
      grossPnl: (exit - price) * 50,
      netPnl: (exit - price) * 50 - 2 * USD,
      rMultiple: 0.5,
      mae: -50 * USD,
      mfe: 80 * USD,
      resolution: '5m',
    },
  ];
}

const closeOf = (book, { date, closeAt }, flow) => ({
  type: 'account.marked',
  at: closeAt,
  runId: null,
  session: date,
  cause: 'close',
  equity: book.cash,
  cash: book.cash,
  exposure: 0,
  openRisk: 0,
  unrealized: 0,
  openEntryCommissions: 0,
  drawdown: 0,
  intensity: 1,
  flow,
  marks: [],
});

async function writeHistory(home) {
  const [first, ...sessions] = sessionsBetween('2026-02-27', '2026-03-31');
  const book = new Book();
  const history = await openHistory({
    home,
    mode: 'sim',
    account: 'SIM-1',
    version: '0.1.0',
    clock: { now: () => first.openAt },
    fold: book,
    newFold: () => new Book(),
  });
  const cash = 1_000_000 * USD;
  const deposit = { kind: 'deposit', amount: cash, session: first.date, note: 'start' };
  await history.append([{ type: 'cash.recorded', at: first.openAt, runId: null, ...deposit }]);
  await history.append([closeOf(book, first, cash)]);
  let n = 0;
  for (const [i, session] of sessions.entries()) {
    const until = Math.round(((i + 1) * TRADES) / sessions.length);
    const events = [];
    for (; n < until; n += 1) events.push(...tradeEvents(n, session));
    await history.append(events);
    await history.append([closeOf(book, session, 0)]);
  }
  await history.close();
}

const home = mkdtempSync(join(tmpdir(), 'trade-labs-bench-'));
try {
  mkdirSync(join(home, 'config'));
  writeFileSync(join(home, 'config', 'trade-labs.yaml'), 'mode: sim\n');
  await writeHistory(home);
  const program = ['dist/trade-labs.js', 'report'];
  const where = ['--home', home, '--quiet'];
  const sample = (...asked) => timeProcess({ args: [...program, ...asked, ...where] });
  finish('report', [
    absolute({
      name: `monthly report of ${TRADES} trades, whole process, md csv json html`,
      unit: 'ms',
      atMost: LIMIT_MS,
      sample: () => sample('monthly', '2026-03', '--format', 'md,csv,json,html'),
    }),
    absolute({
      name: 'daily report out of that journal, whole process, md csv json',
      unit: 'ms',
      sample: () => sample('daily', '2026-03-20', '--format', 'md,csv,json'),
    }),
  ]);
} finally {
  rmSync(home, { recursive: true });
}
