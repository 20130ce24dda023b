import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { openScan } from './open-scan.ts';
import { clock, Story, symbol } from './story.ts';

const DAY = '2026-03-05';
const on = (time: string) => [DAY, time] as const;
const before = (time: string) => ['2026-03-04', time] as const;

/** A desk that holds 25 NVDA since the day before, with its stop working. */
function begun(): Story {
  const story = new Story();
  story.open('2026-03-03', 100_000, 512.4);
  story.add('intent.approved', before('09:30'), {
    symbol: symbol('NVDA'),
    entryRef: '2026-03-04/scan-open/NVDA/entry/1',
    sized: 25,
    approved: 25,
    referencePrice: usd(141.88),
    limitPrice: usd(143.3),
    stopPrice: usd(136.5),
    targetPrice: null,
    atr: usd(1.8),
    reasons: [],
    score: 68.5,
    strategy: 'momentum',
    signalReason: 'momentum_trend',
    strength: 0.685,
  });
  story.bracket(before('09:30'), '2026-03-04/scan-open/NVDA', {
    quantity: 25,
    limit: 143.3,
    stop: 136.5,
  });
  story.fill(before('09:30:01'), '2026-03-04/scan-open/NVDA/entry/1', 25, 141.9);
  story.mark(before('16:00'), 'close', { NVDA: 143.2 }, { benchmark: 515 });
  story.add('stop.moved', before('16:15'), {
    symbol: symbol('NVDA'),
    orderRef: '2026-03-04/scan-open/NVDA/stop/1',
    session: sessionDate('2026-03-04'),
    old: usd(136.5),
    new: usd(139.84),
    cause: 'trail',
  });
  return story;
}

/** Entries, a partial fill, a denial, a trailed exit, cash events, two scans and a clean reconcile. */
export function busyDay(): Story {
  const story = begun();
  openScan(story);
  const aapl = `${DAY}/scan-open/AAPL`;
  const msft = `${DAY}/scan-open/MSFT`;
  story.fill(on('09:30:01'), `${aapl}/entry/1`, 30, 228.17, 1);
  story.fill(on('09:30:02'), `${aapl}/entry/1`, 10, 228.19, 0);
  story.fill(on('09:30:01'), `${msft}/entry/1`, 12, 402.415, null);
  story.add('order.expired', on('09:31'), { orderRef: `${msft}/entry/1`, cause: 'ttl' });
  story.add('order.modified', on('09:31'), {
    orderRef: `${msft}/stop/1`,
    old: { quantity: 20, limitPrice: null, stopPrice: usd(391.2) },
    new: { quantity: 12, limitPrice: null, stopPrice: usd(391.2) },
    cause: 'entry remainder ended',
  });
  story.add('commission.recorded', on('09:35'), { execId: 'x4', commission: usd(0.72) });
  story.fill(on('10:22:31'), '2026-03-04/scan-open/NVDA/stop/1', 25, 139.77, 1.02);
  story.cash(on('11:00'), 'dividend', 6.25, 'NVDA cash dividend');
  story.cash(on('11:05'), 'fee', -1.5, '=market data, "snapshot"');
  story.cash(on('11:30'), 'deposit', 5_000, 'transfer');
  story.mark(on('12:00'), 'run', { AAPL: 229.4, MSFT: 403.2 });
  story.startRun(on('12:00'), 'scan', 'scan-midday');
  story.add('scan.completed', on('12:00:01'), {
    rule: 'most_active',
    universe: 200,
    found: 50,
    scored: 38,
    excluded: { stale: 2, min_activity: 148 },
    ineligible: { held: 2, no_signal: 10 },
    tableHash: 'ab'.repeat(32),
    warnings: ['ZZZ_1d.csv:14 volume < 0: taken as absent'],
  });
  story.endRun(on('12:00:02'), { found: 50, scored: 38 });
  story.order(
    on('12:40'),
    `${DAY}/monitor/AAPL/exit/1`,
    { quantity: 40 },
    { exitReason: 'signal' },
  );
  story.acknowledge(on('12:40'), `${DAY}/monitor/AAPL/exit/1`);
  story.fill(on('12:40:03'), `${DAY}/monitor/AAPL/exit/1`, 40, 231.02, 1.05);
  story.add('order.cancelled', on('12:40:04'), {
    orderRef: `${aapl}/stop/1`,
    cause: 'position closed',
  });
  story.closeTrades(on('16:00'), [-21.5, 118.4]);
  story.mark(on('16:00'), 'close', { MSFT: 404.1 }, { flow: 5_000, benchmark: 513.2 });
  reconciled(story);
  return story;
}

function reconciled(story: Story): void {
  story.startRun(on('16:00'), 'reconcile', 'reconcile');
  story.add('reconcile.completed', on('16:00:01'), {
    complete: true,
    compared: 6,
    discrepancies: [],
  });
  story.endRun(on('16:00:02'));
}

/** Nothing was found, nothing was held, everything matched. */
export function quietDay(): Story {
  const story = new Story();
  story.open('2026-03-03', 100_000);
  story.mark(before('16:00'), 'close', {});
  story.startRun(on('09:30'), 'scan', 'scan-open');
  story.add('scan.completed', on('09:30'), {
    rule: 'most_active',
    universe: 200,
    found: 50,
    scored: 0,
    excluded: { min_activity: 150 },
    ineligible: { no_signal: 50 },
    tableHash: 'ef'.repeat(32),
    warnings: [],
  });
  story.endRun(on('09:30:01'), { found: 50 });
  story.mark(on('16:00'), 'close', {});
  reconciled(story);
  return story;
}

/**
 * A broker that does not answer: an order without an answer, a rejected stop, a failed run, a missed slot, a fill we
 * never asked for, an undeclared fee and a discrepancy. Broker texts try to be markup.
 */
export function brokenDay(): Story {
  const story = begun();
  openScan(story);
  const aapl = `${DAY}/scan-open/AAPL`;
  const msft = `${DAY}/scan-open/MSFT`;
  story.fill(on('09:30:01'), `${aapl}/entry/1`, 40, 228.17, null);
  story.add('order.rejected', on('09:30:02'), {
    orderRef: `${aapl}/stop/1`,
    code: '201',
    message: 'Order rejected - <script>alert("x")</script> | margin\n# see http://example.com',
  });
  story.add('order.unknown', on('09:30:10'), {
    orderRef: `${msft}/entry/1`,
    cause: 'no answer in 10 s',
  });
  story.add('alert.raised', on('09:30:11'), {
    level: 'critical',
    code: 'BROKER_SILENT',
    message: 'The broker has not answered for 10 s; entries are halted',
  });
  story.add('protection.breached', on('09:30:07'), {
    symbol: symbol('AAPL'),
    state: 'none',
    owned: 40,
    cover: 0,
    sellable: 0,
    entryRemainder: 0,
    action: 'new_stop',
  });
  story.add('trading_state.changed', on('09:30:11'), {
    source: 'unprotected',
    detail: '',
    from: 'active',
    to: 'reducing',
    by: 'monitor',
    cause: 'MSFT has no answer | <b>look it up</b>',
    until: null,
  });
  story.add('broker.session_changed', on('10:00'), {
    from: 'open',
    to: 'maintenance',
    window: 'nightly',
    until: clock(DAY, '10:20'),
  });
  story.add('broker.session_changed', on('10:20'), {
    from: 'maintenance',
    to: 'open',
    window: '',
    until: null,
  });
  story.add('command.received', on('11:00'), {
    requestId: 'r1',
    command: 'close',
    symbols: [symbol('NVDA')],
    source: 'cli',
    principal: '=cmd|<i>owner</i>',
    host: 'desk',
  });
  story.add('command.failed', on('11:00:05'), {
    requestId: 'r1',
    code: 'BROKER_UNREACHABLE',
    message: 'no answer',
  });
  story.add('slot.missed', on('12:05'), {
    session: sessionDate(DAY),
    job: 'scan',
    slot: 'scan-midday',
    slotAt: clock(DAY, '12:00'),
    cause: 'reducing: an order is unknown',
  });
  story.startRun(on('16:00'), 'reconcile', 'reconcile');
  story.add('reconcile.completed', on('16:00:01'), {
    complete: true,
    compared: 7,
    discrepancies: [
      {
        kind: 'quantity',
        symbol: symbol('MSFT'),
        orderRef: null,
        book: 0,
        statement: 20,
        tolerance: 0,
        difference: -20,
      },
      {
        kind: 'unprotected',
        symbol: symbol('AAPL'),
        orderRef: `${aapl}/stop/1`,
        book: 40,
        statement: 0,
        tolerance: 0,
        difference: 40,
      },
    ],
  });
  story.add('run.failed', on('16:00:02'), {
    code: 'BROKER_UNREACHABLE',
    message: 'the broker closed the connection',
  });
  story.runId = null;
  story.mark(
    on('16:00:05'),
    'close',
    { AAPL: 226.4, NVDA: 143.2 },
    { equityError: -12.34, stale: ['NVDA'] },
  );
  return story;
}
