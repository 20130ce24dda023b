import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHistory } from '../../src/adapters/file/file-history.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { Book } from '../../src/ledger/book.ts';
import {
  acknowledged,
  completed,
  DAY,
  type Draft,
  filled,
  instant,
  NEXT,
  Run,
  reason,
  refOf,
  started,
} from './why-drafts.ts';

/** A session of which every fate has a candidate, and the day after it. */
export const OPEN_RUN = '2026-03-05-143000Z-scan-open';
export const NOON_RUN = '2026-03-05-170000Z-scan-midday';
export const DRY_RUN = '2026-03-06-143000Z-scan-open';

/** The open scan: one of every fate. */
function openScan(): Draft[] {
  const at = '2026-03-05T14:30:00Z';
  const run = new Run(OPEN_RUN, at);
  return [
    started(OPEN_RUN, at, DAY),
    run.scanned({ below_cut: 120, min_price: 30 }, { no_signal: 20, cooling_down: 2 }),
    run.scored('AAPL', 1, 81.25, 'approved'),
    run.sized('AAPL'),
    run.scored('NVDA', 2, 77, 'approved'),
    run.sized('NVDA'),
    run.scored('MSFT', 3, 70.5, 'denied'),
    run.sized('MSFT'),
    run.denied(
      'MSFT',
      41,
      reason('SPREAD_TOO_WIDE', 0, 25, 31.4),
      reason('OPEN_RISK', 12, 171.6, 586.3),
    ),
    run.scored('BRK.B', 4, 66, 'not_sized'),
    run.denied('BRK.B', 0, reason('MIN_NOTIONAL', 0, 1000, 690)),
    run.scored('TSLA', 5, 60, 'not_selected'),
    ...run.approved('AAPL', 41),
    ...run.approved('NVDA', 12, reason('OPEN_RISK', 12, 171.6, 586.3)),
    completed(
      OPEN_RUN,
      '2026-03-05T14:30:02Z',
      { found: 50, scored: 28, selected: 4, sized: 3, denied: 2, approved: 2, submitted: 2 },
      { denials: { SPREAD_TOO_WIDE: 1, MIN_NOTIONAL: 1 } },
    ),
  ];
}

/** AAPL is bought, its stop follows, and is hit the next day; NVDA opens outside its band. */
function orderEvents(): Draft[] {
  return [
    ...['AAPL', 'NVDA'].flatMap((symbol) => [
      acknowledged(refOf(symbol, 'entry')),
      acknowledged(refOf(symbol, 'stop')),
    ]),
    {
      type: 'order.expired',
      at: instant('2026-03-05T14:30:02Z'),
      runId: null,
      orderRef: refOf('NVDA', 'entry'),
      cause: 'gap',
    },
    {
      type: 'order.cancelled',
      at: instant('2026-03-05T14:30:02Z'),
      runId: null,
      orderRef: refOf('NVDA', 'stop'),
      cause: 'parent_ended',
    },
    filled('AAPL', 'entry', 41, 231.5, '2026-03-05T14:30:03Z'),
    {
      type: 'trade.opened',
      at: instant('2026-03-05T14:30:03Z'),
      runId: null,
      tradeId: refOf('AAPL', 'entry'),
      symbol: 'AAPL' as Symbol,
      entryRef: refOf('AAPL', 'entry'),
    },
  ];
}

function noonScan(): Draft[] {
  const at = '2026-03-05T17:00:00Z';
  const run = new Run(NOON_RUN, at);
  return [
    started(NOON_RUN, at, DAY),
    run.scanned({ below_cut: 120, min_price: 30 }, { no_signal: 48, held: 1 }),
    run.scored('TSLA', 1, 61, 'approved'),
    run.sized('TSLA'),
    run.denied('TSLA', 41, { code: 'REVIEW_DECLINED', allowed: 0, limit: null, value: null }),
    completed(
      NOON_RUN,
      '2026-03-05T17:00:01Z',
      { found: 50, scored: 1, selected: 1, sized: 1, denied: 1 },
      { denials: { REVIEW_DECLINED: 1 } },
    ),
  ];
}

const RECONCILE_RUN = '2026-03-05-210000Z-reconcile';

function evening(): Draft[] {
  const at = '2026-03-05T21:00:00Z';
  return [
    {
      type: 'stop.moved',
      at: instant(at),
      runId: null,
      symbol: 'AAPL' as Symbol,
      orderRef: refOf('AAPL', 'stop'),
      session: DAY,
      old: usd(218),
      new: usd(224),
      cause: 'trail',
    },
    started(RECONCILE_RUN, at, DAY, 'reconcile'),
    {
      type: 'reconcile.completed',
      at: instant(at),
      runId: null,
      complete: true,
      compared: 3,
      discrepancies: [
        {
          kind: 'quantity',
          symbol: 'AAPL' as Symbol,
          orderRef: null,
          book: 41,
          statement: 40,
          tolerance: 0,
          difference: 1,
        },
      ],
    },
    completed(RECONCILE_RUN, at, {}),
  ];
}

function nextDay(): Draft[] {
  const at = '2026-03-06T14:30:00Z';
  const run = new Run(DRY_RUN, at);
  return [
    filled('AAPL', 'stop', 41, 223.9, '2026-03-06T14:30:00Z'),
    started(DRY_RUN, at, NEXT),
    run.scanned({ below_cut: 150 }, { cooling_down: 1, no_signal: 48 }),
    run.scored('KO', 1, 50, 'approved'),
    run.sized('KO'),
    completed(
      DRY_RUN,
      at,
      { found: 50, scored: 1, selected: 1, sized: 1, approved: 1 },
      { note: 'dry run: nothing was sent' },
    ),
    {
      type: 'trade.closed',
      at: instant('2026-03-06T21:00:00Z'),
      runId: null,
      tradeId: refOf('AAPL', 'entry'),
      symbol: 'AAPL' as Symbol,
      exitReason: 'trail',
      grossPnl: usd(-311.6),
      netPnl: usd(-313.6),
      rMultiple: -0.566,
      mae: usd(-311.6),
      mfe: usd(140.22),
      resolution: '1d',
    },
  ];
}

/** A home without a history. */
export const emptyHome = (): string => mkdtempSync(join(tmpdir(), 'trade-labs-why-'));
export const removeHome = (home: string): void => rmSync(home, { recursive: true, force: true });

/** A home in which the two days happened; `upTo` leaves out what came after the first. */
export async function homeWithHistory(days: 1 | 2 = 2): Promise<string> {
  const home = emptyHome();
  const history = await openHistory({
    home,
    mode: 'sim',
    account: 'SIM-1',
    version: '0.1.0',
    clock: { now: () => instant('2026-03-05T14:00:00Z') },
    fold: new Book(),
    newFold: () => new Book(),
  });
  const deposit: Draft = {
    type: 'cash.recorded',
    at: instant('2026-03-05T14:00:00Z'),
    runId: null,
    kind: 'deposit',
    amount: usd(100_000),
    session: DAY,
    note: 'starting cash',
  };
  for (const step of [
    [deposit],
    openScan(),
    orderEvents(),
    noonScan(),
    evening(),
    ...(days === 2 ? [nextDay()] : []),
  ]) {
    await history.append(step);
  }
  await history.close();
  return home;
}
