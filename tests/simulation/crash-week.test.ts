import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { backtestToFolder } from '../../src/app/backtest-folder.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { configWith, type Flags, inFolder } from '../app/backtest-world.ts';
import { type Audit, audit } from './crash-audit.ts';
import type { Reached } from './crash-limits.ts';
import {
  ADVERSE,
  DEEP,
  mostActive,
  PERIODS,
  type Period,
  playCrash,
  playWithDeposit,
  recordedBars,
  TIGHT,
} from './crash-world.ts';

const dir = process.env.TRADE_LABS_TEST_DATA;
/** Paths through the days; TRADE_LABS_TEST_LONG tries more. */
const SEEDS = process.env.TRADE_LABS_TEST_LONG === undefined ? [1] : [1, 2, 3, 4, 5, 6, 7, 8];

/** So many scans a day that entries are wanted after whatever happens. */
const OFTEN: Flags = {
  schedule: JSON.stringify(
    ['09:30', '10:00', '11:00', '12:00', '14:00'].map((at, i) => ({
      name: `scan-${i}`,
      job: 'scan',
      at,
      top: 8,
    })),
  ),
};
/** A large account in a thin market: orders take several bars to fill, and less is invested, under smaller limits. */
const THIN: Flags = {
  ...TIGHT,
  ...OFTEN,
  'capital.startingCashUsd': '3000000',
  'costs.participationFraction': '0.004',
  'risk.dailyLossFraction': '0.004',
  'risk.hardDailyLossFraction': '0.0055',
};

const whatIn = ({ crash: [from, to] }: Period, reached: readonly Reached[]): string[] => {
  const inside = reached.filter(({ at }) => {
    const date = new Date(at).toISOString().slice(0, 10);
    return date >= from && date <= to;
  });
  return inside.map(({ what }) => what);
};

/** Positions at the last close before the two weeks. */
const heldBefore = ({ crash: [from] }: Period, { closes }: Audit): number =>
  closes.findLast(({ session }) => session < from)?.positions ?? 0;

describe.skipIf(!dir).each(PERIODS)('$name', (period) => {
  let bars: BarSource;
  let symbols: readonly Symbol[];
  const play = (flags: Flags, seed: number | null, count: number) =>
    playCrash(bars, period, flags, seed, symbols.slice(0, count));
  beforeAll(async () => {
    bars = await recordedBars(dir as string);
    symbols = mostActive(bars, period, 100);
  });

  describe('on daily bars', () => {
    it('breaks no rule under the default limits, and closes positions by their stops', async () => {
      const told = audit(await play(ADVERSE, null, 100));
      expect(told.faults).toEqual([]);
      expect(heldBefore(period, told)).toBeGreaterThan(2);
      expect(told.seen['stops reached inside a bar']).toBeGreaterThan(5);
      expect(told.seen['stops filled at an open']).toBeGreaterThan(0);
    });

    it('sends nothing in the session after a close beyond the limit, and is flat at its open beyond the hard one', async () => {
      const told = audit(await play(TIGHT, null, 100));
      expect(told.faults).toEqual([]);
      expect(heldBefore(period, told)).toBeGreaterThan(2);
      const what = whatIn(period, told.reached);
      expect(what).toEqual(expect.arrayContaining(['daily_loss', 'hard_loss']));
      expect(told.seen['trades closed by daily_loss']).toBeGreaterThan(5);
      expect(told.seen['entries sent']).toBeGreaterThan(25);
    });
  });

  describe.each(SEEDS)('on five-minute bars of seed %i', (seed) => {
    it('breaks no rule under the default limits, and closes positions by their stops', async () => {
      const told = audit(await play(ADVERSE, seed, 50));
      expect(told.faults).toEqual([]);
      expect(heldBefore(period, told)).toBeGreaterThan(2);
      expect(told.seen['stops reached inside a bar']).toBeGreaterThan(5);
      expect(told.seen['stops filled at an open']).toBeGreaterThan(0);
    });

    it('sends nothing for the rest of a day that reached its limit, and is flat in the bar after the hard one', async () => {
      const told = audit(await play({ ...TIGHT, ...OFTEN }, seed, 100));
      expect(told.faults).toEqual([]);
      expect(whatIn(period, told.reached)).toContain('daily_loss');
      expect(told.reached.map(({ what }) => what)).toContain('hard_loss');
      expect(told.seen['trades closed by daily_loss']).toBeGreaterThan(5);
    });

    it('does so where symbols are halted and orders take several bars to fill', async () => {
      const some = symbols.slice(0, 50);
      const told = audit(await playCrash(bars, period, THIN, seed, some, true));
      expect(told.faults).toEqual([]);
      expect(whatIn(period, told.reached)).toEqual(
        expect.arrayContaining(['daily_loss', 'hard_loss']),
      );
      const { 'entry fills': entries = 0, 'entries sent': sent = 0 } = told.seen;
      expect(entries).toBeGreaterThan(sent / 2);
      const closed = Object.entries(told.seen).filter(([what]) => what.startsWith('trades closed'));
      const trades = closed.reduce((n, [, count]) => n + count, 0);
      const sales = (told.seen['stop fills'] ?? 0) + (told.seen['exit fills'] ?? 0);
      expect(sales).toBeGreaterThan(trades + 10);
    });
  });

  it('ends at the close that reaches the drawdown limit', async () => {
    const played = await play({ ...DEEP, 'risk.maxDrawdownFraction': '0.03' }, null, 60);
    const { faults, reached, closes } = audit(played);
    expect(faults).toEqual([]);
    expect(reached.map(({ what }) => what)).toEqual(['drawdown']);
    expect(played.result.end).toEqual({ kind: 'halted', on: closes.at(-1)?.session });
  });

  it('sends nothing while a drawdown cools off, and counts from its end', async () => {
    const cooling = {
      'risk.maxDrawdownFraction': '0.03',
      'risk.drawdownCooldownSessions': '5',
    };
    const played = await play({ ...DEEP, ...cooling }, null, 60);
    const { faults, reached } = audit(played);
    expect(faults).toEqual([]);
    const latches = reached.filter(({ what }) => what === 'drawdown');
    expect(latches.length).toBeGreaterThan(1);
    const ended = latches.filter(({ until }) => Number.isFinite(until)).map(({ until }) => until);
    const rebased = played.events.filter((event) => event.type === 'risk.peak_rebased');
    expect(rebased.map(({ at }) => at)).toEqual(ended);
  });

  it('leaves an equity.csv that ties to its trades and to our count', () =>
    inFolder(async (home) => {
      const played = await play(TIGHT, null, 60);
      const { closes } = audit(played);
      const { dir: folder } = await backtestToFolder({
        home,
        loaded: configWith(TIGHT),
        version: '0',
        source: bars,
        symbols: symbols.slice(0, 60),
        from: sessionDate(period.from),
        to: sessionDate(period.to),
        closeAtEnd: false,
        html: false,
        baseline: false,
        monteCarlo: false,
        sensitivity: false,
        checkLookAhead: false,
        reload: () => Promise.reject(new Error('nothing is changed')),
      });
      const rows = csvRows(join(folder, 'equity.csv')).slice(1);
      const trades = csvRows(join(folder, 'trades.csv'));
      expect(rows.map(({ session }) => session)).toEqual(closes.map(({ session }) => session));
      rows.forEach((row, i) => {
        const value = (name: string): number => Number(row[name]);
        const close = closes[i];
        expect(Math.round(value('equity') * 1e6)).toBe(close?.equity);
        expect(Math.round(value('cash') * 1e6)).toBe(close?.cash);
        expect(value('positions')).toBe(close?.positions);
        expect(value('drawdown')).toBeCloseTo(Math.min(0, close?.drawdown ?? 1), 6);
        const net = trades
          .filter(({ exit_session: left = '' }) => left !== '' && left <= (row['session'] ?? ''))
          .reduce((total, { net_pnl: made }) => total + Number(made), 0);
        expect(net).toBeCloseTo((close?.closedNet ?? 0) / 1e6, 4);
        const open = value('unrealized') - value('open_entry_commissions');
        expect(value('equity') - 100_000).toBeCloseTo(net + open, 4);
        expect(value('cash') + value('gross_exposure')).toBeCloseTo(value('equity'), 6);
      });
    }));
});

describe.skipIf(!dir)('money paid in', () => {
  it('the day before a crash hides no drawdown', async () => {
    const [period] = PERIODS as readonly [Period];
    const bars = await recordedBars(dir as string);
    const flags = {
      ...DEEP,
      'risk.maxDrawdownFraction': '0.07',
      schedule: '[{name: scan-open, job: scan, at: "09:30", top: 5}]',
    };
    const symbols = mostActive(bars, period, 60);
    const deposit = { before: '2015-08-20', usd: 100_000 };
    const told = audit(await playWithDeposit(bars, period, flags, symbols, deposit));
    expect(told.faults).toEqual([]);
    const [latch, ...more] = told.reached.filter(({ what }) => what === 'drawdown');
    expect(more).toEqual([]);
    const date = new Date(latch?.at ?? 0).toISOString().slice(0, 10);
    expect(date > deposit.before && date <= period.crash[1]).toBe(true);
    // Of the equity itself nothing would be seen: it fell by less than the limit, from a peak that was paid in.
    const worth = told.closes.filter(({ session }) => session <= date).map((one) => one.equity);
    expect((worth.at(-1) ?? 0) / Math.max(...worth)).toBeGreaterThan(1 - 0.07);
  });
});

/** Rows of a CSV file without quoted commas, by column. */
function csvRows(path: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const names = head.split(',').map((name) => name.replaceAll('"', ''));
  return lines.map((line) => {
    const cells = line.split(',').map((cell) => cell.replaceAll('"', ''));
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}
