import { describe, expect, it } from 'vitest';
import {
  checkScanData,
  checkScanSchedule,
  checkScanTime,
  sessionsOfYear,
} from '../../src/app/scan-rule.ts';
import { configSchema } from '../../src/config/schema.ts';
import { Failure } from '../../src/domain/failure.ts';
import { epochMs, MINUTE_MS } from '../../src/domain/time.ts';
import { sessionOn, sourceOf } from '../pipeline/builders.ts';

const configOf = (rule: string, at = '09:30') =>
  configSchema.parse({ scan: { rule }, schedule: [{ name: 'scan-one', job: 'scan', at }] });

const FULL = sessionOn('2023-11-22');
const HALF = sessionOn('2023-11-24');

const DAILY_RULES = ['most_active', 'most_active_usd', 'top_gainers'] as const;

describe('a scan rule that ranks by today', () => {
  it.each(['gap', 'relative_volume'])('is refused on daily bars: %s', (rule) => {
    const check = () => checkScanData(configOf(rule), sourceOf({}));
    expect(check).toThrow(Failure);
    expect(check).toThrow(`scan.rule ${rule} needs intraday bars`);
    expect(() => checkScanData(configOf(rule), sourceOf({}, { intraday: '5m' }))).not.toThrow();
  });

  it('is refused where it has nothing earlier to compare with', () => {
    const today = { ...sourceOf({}, { intraday: '1m' }), intradayOf: 'today' } as const;
    const check = (rule: string) => () => checkScanData(configOf(rule), today);
    expect(check('relative_volume')).toThrow('relative_volume needs earlier intraday bars');
    expect(check('gap')).not.toThrow();
  });

  it.each([
    ['gap', 1],
    ['relative_volume', 30],
  ] as const)('is refused before it can see: %s until open+%im', (rule, minutes) => {
    const at = (ms: number) => () =>
      checkScanTime(configOf(rule), epochMs(FULL.openAt + ms), FULL, 'this run');
    expect(at(0)).toThrow(`this run is too early for scan.rule ${rule}`);
    expect(at(minutes * MINUTE_MS - 1)).toThrow(Failure);
    expect(at(minutes * MINUTE_MS)).not.toThrow();
  });

  it.each([
    ['09:30', 'gap', true],
    ['open+1m', 'gap', false],
    ['09:59', 'relative_volume', true],
    ['10:00', 'relative_volume', false],
    ['*/15 9-15 * * 1-5', 'relative_volume', true],
    ['0 10-15 * * 1-5', 'relative_volume', false],
  ])('is judged at every time of the schedule: %s for %s', (at, rule, refused) => {
    const check = () => checkScanSchedule(configOf(rule, at), FULL);
    if (refused) expect(check).toThrow(/^slot scan-one of \d{4}-\d{2}-\d{2} is too early/);
    else expect(check).not.toThrow();
  });

  it('follows a half day', () => {
    const config = configOf('relative_volume', 'close-195m');
    expect(() => checkScanSchedule(config, FULL)).not.toThrow();
    expect(() => checkScanSchedule(config, HALF)).toThrow('too early');
  });

  it('is judged on each of the sessions, and the first offending one is named', () => {
    const config = configOf('relative_volume', 'close-195m');
    const year = sessionsOfYear(FULL.openAt);
    expect(year.length).toBeGreaterThan(240);
    const half = year.find(({ closeAt, openAt }) => closeAt - openAt < 6 * 60 * MINUTE_MS);
    const named = `of ${half?.date} is too early`;
    expect(() => checkScanSchedule(config, ...year)).toThrow(named);
  });
});

describe('a time without entries after the open', () => {
  it('is refused on daily bars, whose one price is the open', () => {
    const config = configSchema.parse({ entry: { noEntryFirstMinutes: 1 } });
    const named = 'entry.noEntryFirstMinutes needs intraday bars';
    expect(() => checkScanData(config, sourceOf({}))).toThrow(named);
    expect(() => checkScanData(config, sourceOf({}, { intraday: '5m' }))).not.toThrow();
  });
});

describe('a scan rule that ranks by completed sessions', () => {
  it.each(DAILY_RULES)('is taken on daily bars and at the open: %s', (rule) => {
    expect(() => checkScanData(configOf(rule), sourceOf({}))).not.toThrow();
    expect(() => checkScanTime(configOf(rule), FULL.openAt, FULL, 'this run')).not.toThrow();
    expect(() => checkScanSchedule(configOf(rule), FULL)).not.toThrow();
  });
});
