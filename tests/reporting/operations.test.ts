import { describe, expect, it } from 'vitest';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { brokenDay, busyDay } from './days.ts';
import { clock, Story, symbol } from './story.ts';

const DAY = '2026-03-05';
const on = (time: string) => [DAY, time] as const;

/** A home with nothing but what a test tells of the day. */
function day(tell: (story: Story) => void) {
  const story = new Story();
  story.open('2026-03-04', 100_000);
  tell(story);
  story.mark(on('16:00'), 'close', {});
  return buildDailyReport(story.input(DAY));
}

const terms = { owned: 10, cover: 4, sellable: 4, entryRemainder: 0 };
const breached = (story: Story, time: string, name: string) =>
  story.add('protection.breached', on(time), {
    symbol: symbol(name),
    state: 'under',
    ...terms,
    action: 'new_stop',
  });
const restored = (story: Story, time: string, name: string, uncoveredMs: number) =>
  story.add('protection.restored', on(time), {
    symbol: symbol(name),
    state: 'protected',
    ...terms,
    cover: 10,
    uncoveredMs,
  });

describe('protection in a report', () => {
  it('has each breach with what ended it, and how long shares had no stop in all', () => {
    const { operations } = day((story) => {
      breached(story, '10:00', 'AAPL');
      breached(story, '10:00:03', 'MSFT');
      breached(story, '10:00:04', 'AAPL');
      restored(story, '10:00:05', 'AAPL', 5_000);
      restored(story, '10:00:07', 'MSFT', 4_000);
      breached(story, '11:00', 'AAPL');
    });
    const at = (time: string) => new Date(clock(DAY, time)).toISOString();
    expect(
      operations.protection.map(({ symbol: name, from, to, uncoveredMs }) => [
        name,
        from,
        to,
        uncoveredMs,
      ]),
    ).toEqual([
      ['AAPL', at('10:00'), at('10:00:05'), 5_000],
      ['MSFT', at('10:00:03'), at('10:00:07'), 4_000],
      ['AAPL', at('11:00'), null, null],
    ]);
    expect([operations.protectionBreaches, operations.uncoveredMs]).toEqual([3, 9_000]);
  });

  it('has the end of a breach of an earlier day', () => {
    const { operations } = day((story) => restored(story, '09:31', 'AAPL', 60_000));
    expect(operations).toMatchObject({
      protectionBreaches: 1,
      protection: [{ from: null, uncoveredMs: 60_000 }],
    });
  });
});

describe('jobs in a report', () => {
  it('have each the time that it was due at, also where a slot has several in a session', () => {
    const { jobs } = day((story) => {
      for (const time of ['10:00', '10:30', '11:00']) {
        story.startRun(on(time), 'scan', 'scan-often');
        story.endRun(on(`${time}:07`));
      }
    });
    const due = ['10:00', '10:30', '11:00'].map((time) => new Date(clock(DAY, time)).toISOString());
    expect(jobs.map(({ dueAt }) => dueAt)).toEqual(due);
    expect(jobs.map(({ startedAt }) => startedAt)).toEqual(due);
  });
});

describe('times at which the broker was away', () => {
  const change = (
    story: Story,
    time: string,
    from: 'open' | 'maintenance' | 'needs_login',
    to: 'open' | 'maintenance' | 'needs_login',
    window = '',
  ) => story.add('broker.session_changed', on(time), { from, to, window, until: null });

  it('last from the change to the next', () => {
    const { operations } = day((story) => {
      change(story, '10:00', 'open', 'maintenance', 'nightly');
      change(story, '10:20', 'maintenance', 'needs_login', 'weekly login');
      change(story, '10:50', 'needs_login', 'open');
    });
    expect(operations.brokerAway.map(({ window, state, ms }) => [window, state, ms])).toEqual([
      ['nightly', 'maintenance', 20 * 60_000],
      ['weekly login', 'needs_login', 30 * 60_000],
    ]);
  });

  it('may have begun before the day, or not have ended', () => {
    const { operations } = day((story) => {
      change(story, '10:00', 'maintenance', 'open');
      change(story, '23:45', 'open', 'maintenance', 'nightly');
    });
    expect(operations.brokerAway.map(({ from, to }) => [from === null, to === null])).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

describe('a line to the broker', () => {
  it('is told each time it stands otherwise, but for the first', () => {
    const { operations } = day((story) => {
      const stands = (
        time: string,
        from: 'ready' | 'connecting' | null,
        to: 'ready' | 'connecting',
        cause: string,
      ) => story.add('link.changed', on(time), { from, to, cause, episode: 1 });
      stands('09:00', null, 'ready', 'compared');
      stands('10:00', 'ready', 'connecting', 'the other side closed');
      stands('10:01', 'connecting', 'ready', 'compared');
    });
    const source = 'line to the broker';
    expect(operations.trading).toMatchObject([
      { source, from: 'ready', to: 'connecting', cause: 'the other side closed' },
      { source, from: 'connecting', to: 'ready', cause: 'compared' },
    ]);
  });
});

describe('what restricted trading and what was asked for by hand', () => {
  it('stands in the report with what came of it', () => {
    const { operations } = buildDailyReport(brokenDay().input(DAY));
    expect(operations.trading).toMatchObject([{ source: 'unprotected', to: 'reducing' }]);
    expect(operations.commands).toMatchObject([
      { command: 'close', symbols: ['NVDA'], result: 'BROKER_UNREACHABLE: no answer' },
    ]);
  });

  it('shows the kill switch, and a command without an answer', () => {
    const { operations } = day((story) => {
      story.add('kill.engaged', on('11:00'), {
        by: 'cli',
        via: 'command',
        positions: 'keep',
        cause: 'fire',
      });
      story.add('kill.cleared', on('12:00'), { by: 'cli', cause: 'out' });
      story.add('command.received', on('12:01'), {
        requestId: 'r',
        command: 'flatten',
        symbols: [],
        source: 'cli',
        principal: 'me',
        host: 'here',
      });
    });
    expect(operations.trading.map(({ source, to }) => `${source} ${to}`)).toEqual([
      'kill switch engaged',
      'kill switch off',
    ]);
    expect(operations.commands).toMatchObject([{ command: 'flatten', result: null }]);
  });
});

describe('the account through the day', () => {
  it('is every valuation against the mark before, deposits left out, with the fills on it', () => {
    const { intraday, bridge } = buildDailyReport(busyDay().input(DAY));
    expect(intraday.rows.map(({ cause }) => cause)).toEqual(['before', 'run', 'close']);
    expect(intraday.rows.at(0)?.change).toBe(0);
    // What came in as cash besides deposits is earned.
    expect(intraday.rows.at(-1)?.change).toBeCloseTo(bridge.pnl ?? 0, 6);
    expect(
      intraday.fills.map(({ side, symbol: name, quantity }) => [side, name, quantity]),
    ).toEqual([
      ['buy', 'AAPL', 30],
      ['buy', 'MSFT', 12],
      ['buy', 'AAPL', 10],
      ['sell', 'NVDA', 25],
      ['sell', 'AAPL', 40],
    ]);
  });

  it('has no change where there is nothing to change from', () => {
    const story = new Story();
    story.mark(on('16:00'), 'close', {});
    expect(buildDailyReport(story.input(DAY)).intraday.rows).toMatchObject([{ change: null }]);
  });
});

describe('each filled order', () => {
  it('is measured against the price decided on, the stop, or the last mark before it was sent', () => {
    const { filledOrders, execution } = buildDailyReport(busyDay().input(DAY));
    expect(
      filledOrders.map((row) => [
        row.orderRef.split('/').slice(2, 4).join(' '),
        row.referencePrice,
      ]),
    ).toEqual([
      ['NVDA stop', 139.84],
      ['AAPL entry', 227.9],
      ['MSFT entry', 401.8],
      ['AAPL exit', 229.4],
    ]);
    const exit = filledOrders.at(-1);
    // (229.40 - 231.02) / 229.40: sold above the last mark, a gain.
    expect(exit?.slippageBps).toBe(-70.62);
    expect(execution.exitSlippage).toEqual({ count: 1, meanBps: -70.62, p95Bps: -70.62 });
    // $1.05 of 40 x $231.02.
    expect([exit?.commission, exit?.commissionBps, exit?.delayMs]).toEqual([1.05, 1.14, 3_000]);
    expect(filledOrders[1]).toMatchObject({ spreadBps: 4.4, commission: 1, filledQuantity: 40 });
    expect(execution.commissionBps).toBe(1.42);
  });

  it('has no commission while a part of it is not reported', () => {
    const { filledOrders, execution } = buildDailyReport(brokenDay().input(DAY));
    expect(filledOrders).toMatchObject([{ commission: null, commissionBps: null }]);
    expect(execution.provisionalFills).toBe(1);
  });
});

describe('losses in a row', () => {
  it('are a limit where they are configured as one', () => {
    const input = busyDay().input(DAY);
    const limits = { ...input.facts.limits, maxConsecutiveLosses: 4 };
    const report = buildDailyReport({
      ...input,
      facts: { ...input.facts, limits },
      losingStreak: 3,
    });
    expect(report.limits.at(-1)).toEqual({
      id: 'losses',
      label: 'Losses in a row',
      unit: 'count',
      used: 3,
      limit: 4,
      share: 0.75,
    });
    expect(buildDailyReport(input).limits.map(({ id }) => id)).not.toContain('losses');
  });
});

describe('the next session', () => {
  it('says why days between have none, and why it is short', () => {
    const story = new Story();
    story.mark(['2026-04-02', '16:00'], 'close', {});
    const { next } = buildDailyReport(story.input('2026-04-02'));
    expect(next).toMatchObject({
      session: '2026-04-06',
      closures: [{ date: '2026-04-03', name: 'Good Friday' }],
      hoursNote: null,
    });
    const early = new Story();
    early.mark(['2026-11-25', '16:00'], 'close', {});
    expect(buildDailyReport(early.input('2026-11-25')).next).toMatchObject({
      session: '2026-11-27',
      earlyClose: true,
      hoursNote: 'Early close: day after Thanksgiving',
      closures: [{ date: '2026-11-26', name: 'Thanksgiving' }],
    });
  });

  it('says which positions leave in it', () => {
    const story = busyDay();
    story.order(
      on('16:05'),
      `${DAY}/monitor/MSFT/exit/1`,
      { quantity: 12 },
      { exitReason: 'time', session: busyDay().input(DAY).session.date },
    );
    expect(buildDailyReport(story.input(DAY)).next?.exits).toEqual([
      { symbol: 'MSFT', reason: 'time' },
    ]);
  });
});
