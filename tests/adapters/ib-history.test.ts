import { describe, expect, it } from 'vitest';
import { HistoryLine } from '../../src/adapters/ib/ib-history.ts';
import { SystemTimeline } from '../../src/adapters/system/system-timeline.ts';
import { epochMs, MINUTE_MS } from '../../src/domain/time.ts';
import { WireTime } from '../simulation/wire-time.ts';

const NOBODY = new AbortController().signal;

/** A line that nobody answers, and what it told. */
function line() {
  const timeline = new SystemTimeline({ source: new WireTime(epochMs(Date.UTC(2026, 2, 5))) });
  const told: string[] = [];
  const gateway = { ask: () => Promise.reject(new Error('not asked here')) };
  return { line: new HistoryLine(gateway, timeline, (why) => told.push(why)), timeline, told };
}

describe('histories of small bars', () => {
  it('are at most 58 in any ten minutes', async () => {
    const { line: one, timeline } = line();
    const begun: number[] = [];
    const from = timeline.now();
    for (let i = 0; i < 130; i += 1) {
      expect(await one.small(60 * MINUTE_MS, NOBODY)).toBe(true);
      begun.push(timeline.now() - from);
    }
    begun.forEach((at, i) => {
      const tenMinutes = begun.slice(0, i + 1).filter((earlier) => earlier > at - 10 * MINUTE_MS);
      expect(tenMinutes.length).toBeLessThanOrEqual(58);
    });
    expect(begun[57]).toBe(0);
    expect(begun[129]).toBe(20 * MINUTE_MS);
  });

  it('are given up rather than waited for too long', async () => {
    const { line: one, timeline } = line();
    for (let i = 0; i < 58; i += 1) await one.small(0, NOBODY);
    const before = timeline.now();
    expect(await one.small(20_000, NOBODY)).toBe(false);
    expect(timeline.now()).toBe(before);
  });

  it('wait out a complaint of the broker', async () => {
    const { line: one, timeline, told } = line();
    const before = timeline.now();
    one.refused(162, 'error message:Historical data request pacing violation');
    expect(await one.small(60 * MINUTE_MS, NOBODY)).toBe(true);
    expect(timeline.now() - before).toBe(10 * MINUTE_MS);
    expect(told).toHaveLength(1);
  });
});

describe('an error on a history', () => {
  it.each([
    [162, 'HMDS query returned no data: AAPL@SMART Trades', 'none'],
    [162, 'Historical data request pacing violation', 'unknown'],
    [162, 'API historical data query cancelled: 17', 'unknown'],
    [366, 'No historical data query found for ticker id', 'unknown'],
    [165, 'Historical Market Data Service query message:', 'unknown'],
    [null, 'no answer to daily bars of AAPL within 30 s', 'unknown'],
  ])('%s, %s, means: %s', (code, why, kind) => {
    expect(line().line.refused(code, why).kind).toBe(kind);
  });
});
