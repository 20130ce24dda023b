import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumUsd } from '../../src/ledger/metrics-trades.ts';
import { GROUPINGS, groupTrades } from '../../src/ledger/statistics.ts';
import { aResult } from './trade-builder.ts';

const span = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
const keys = (groups: ReturnType<typeof groupTrades>) => groups.map(({ key }) => key);

describe('trades by group', () => {
  it('put the most profitable symbol first', () => {
    const groups = groupTrades(
      [aResult(5, { symbol: 'BBB' }), aResult(9, { symbol: 'CCC' }), aResult(5, { symbol: 'AAA' })],
      'symbol',
      span,
    );
    expect(keys(groups)).toEqual(['CCC', 'AAA', 'BBB']);
  });

  it('take the hour of the entry on the clock of New York, in summer and in winter', () => {
    const groups = groupTrades(
      [
        aResult(1, { entryAt: '2026-03-05T14:30:00.000Z' }),
        aResult(1, { entryAt: '2026-03-09T13:30:00.000Z' }),
        aResult(1, { entryAt: '2026-03-09T16:00:00.000Z' }),
      ],
      'hour',
      span,
    );
    expect(groups.map(({ key, summary }) => [key, summary.closed])).toEqual([
      ['09:00', 2],
      ['12:00', 1],
    ]);
  });

  it('take the weekday of the entry session, Monday first', () => {
    const groups = groupTrades(
      [aResult(9, { entrySession: '2026-03-06' }), aResult(1, { entrySession: '2026-03-02' })],
      'weekday',
      span,
    );
    expect(keys(groups)).toEqual(['Mon', 'Fri']);
  });

  it('put holding times into buckets, shortest first', () => {
    const held = (exitSession: string) => aResult(1, { entrySession: '2026-01-01', exitSession });
    const groups = groupTrades(
      ['2026-06-30', '2026-01-01', '2026-01-02', '2026-01-05', '2026-01-06'].map(held),
      'holding',
      span,
    );
    expect(keys(groups)).toEqual([
      '1 session',
      '2-5 sessions',
      '6-20 sessions',
      'over 60 sessions',
    ]);
  });

  it('add up to the whole, whatever the grouping', () => {
    const trade = fc
      .record({
        net: fc.integer({ min: -90000, max: 90000 }),
        symbol: fc.constantFrom('AAA', 'BBB', 'CCC'),
        exitReason: fc.constantFrom('stop', 'trail', 'time'),
        day: fc.integer({ min: 1, max: 27 }),
        held: fc.integer({ min: 0, max: 90 }),
      })
      .map(({ net, symbol, exitReason, day, held }) =>
        aResult(net / 100, {
          symbol,
          exitReason: exitReason as 'stop',
          entrySession: `2026-01-${String(day).padStart(2, '0')}`,
          entryAt: `2026-01-${String(day).padStart(2, '0')}T15:00:00.000Z`,
          exitSession: new Date(Date.UTC(2026, 0, day + held)).toISOString().slice(0, 10),
        }),
      );
    fc.assert(
      fc.property(
        fc.array(trade, { maxLength: 30 }),
        fc.constantFrom(...GROUPINGS),
        (trades, by) => {
          const groups = groupTrades(trades, by, span);
          const nets = groups.map(({ summary }) => summary.metrics.netProfit.value as number);
          expect(sumUsd(nets)).toBe(sumUsd(trades.map(({ netPnl }) => netPnl as number)));
          const closed = groups.reduce((sum, { summary }) => sum + summary.closed, 0);
          expect(closed).toBe(trades.length);
        },
      ),
    );
  });
});
