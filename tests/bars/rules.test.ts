import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nyseGrid } from '../../src/bars/nyse-grid.ts';
import {
  BadRows,
  MAX_LISTED_ROWS,
  priceFault,
  printable,
  TimeRules,
} from '../../src/bars/rules.ts';
import { dateToUtcMs, MINUTE_MS, parseInstant, sessionDate } from '../../src/domain/time.ts';

const day = (text: string): number => dateToUtcMs(sessionDate(text));
const at = (text: string): number => parseInstant(text) ?? Number.NaN;

describe('the rule for prices and volume', () => {
  it('finds nothing in a sound bar, also one of a single price and no volume', () => {
    expect(priceFault(10, 12, 9, 11, 500)).toBeNull();
    expect(priceFault(10, 10, 10, 10, 0)).toBeNull();
  });

  it.each([
    ['not_a_number', [Number.NaN, 12, 9, 11, 1]],
    ['not_a_number', [10, Number.POSITIVE_INFINITY, 9, 11, 1]],
    ['not_a_number', [10, 12, 9, 11, Number.NaN]],
    ['not_a_number', [10, 12, 9, 11, Number.POSITIVE_INFINITY]],
    ['price_not_positive', [0, 12, 0, 11, 1]],
    ['price_not_positive', [10, 12, -9, 11, 1]],
    ['volume_negative', [10, 12, 9, 11, -1]],
    ['high_below_low', [10, 9, 12, 10, 1]],
    ['open_outside_range', [8.99, 12, 9, 11, 1]],
    ['close_outside_range', [10, 12, 9, 12.01, 1]],
  ] as const)('calls it %s', (reason, [open, high, low, close, volume]) => {
    expect(priceFault(open, high, low, close, volume)).toBe(reason);
  });

  it('agrees with the law written the long way, whatever the numbers', () => {
    const number = fc.oneof(
      fc.integer({ min: -2, max: 4 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
    );
    fc.assert(
      fc.property(number, number, number, number, number, (open, high, low, close, volume) => {
        const values = [open, high, low, close, volume];
        const sound =
          values.every(Number.isFinite) &&
          [open, high, low, close].every((price) => price > 0) &&
          volume >= 0 &&
          high >= low &&
          [open, close].every((price) => price >= low && price <= high);
        expect(priceFault(open, high, low, close, volume) === null).toBe(sound);
      }),
    );
  });
});

describe('the rule for times', () => {
  it('takes the sessions of the calendar in order and nothing else', () => {
    const times = new TimeRules(nyseGrid(), '1d');
    expect(times.faultOf(day('2017-07-03'))).toBeNull();
    expect(times.faultOf(day('2017-07-04'))).toBe('off_calendar');
    expect(times.faultOf(day('2017-07-08'))).toBe('off_calendar');
    expect(times.faultOf(day('2017-07-05'))).toBeNull();
    expect(times.faultOf(day('2017-07-05'))).toBe('not_later');
    expect(times.faultOf(day('2017-07-03'))).toBe('not_later');
    expect(times.faultOf(day('2017-07-06'))).toBeNull();
  });

  it('takes days beyond the verified calendar for closed', () => {
    const times = new TimeRules(nyseGrid(), '1d');
    expect(times.faultOf(day('1989-12-29'))).toBe('off_calendar');
    expect(times.faultOf(day('2031-03-05'))).toBe('off_calendar');
  });

  it('lets a mistyped year spoil one row only', () => {
    const times = new TimeRules(nyseGrid(), '1d');
    expect(times.faultOf(day('2017-07-03'))).toBeNull();
    expect(times.faultOf(day('2071-07-05'))).toBe('off_calendar');
    expect(times.faultOf(day('2017-07-06'))).toBeNull();
  });

  it('wants intraday bars to start inside the session, a whole number of bars after its open', () => {
    const half = (text: string) =>
      new TimeRules(nyseGrid(), '5m').faultOf(at(`2022-11-25T${text}:00-05:00`));
    expect(half('09:25')).toBe('off_calendar');
    expect(half('09:30')).toBeNull();
    expect(half('09:32')).toBe('not_aligned');
    expect(half('12:55')).toBeNull();
    expect(half('13:00')).toBe('off_calendar');
  });

  it('anchors hours to the session open and keeps the short last bar', () => {
    const hour = (text: string) =>
      new TimeRules(nyseGrid(), '1h').faultOf(at(`2024-03-11T${text}:00-04:00`));
    expect(hour('09:30')).toBeNull();
    expect(hour('10:00')).toBe('not_aligned');
    expect(hour('15:30')).toBeNull();
  });

  it('accepts the same stamps whichever way the clock stands in New York', () => {
    for (const open of ['2024-03-08T14:30:00Z', '2024-03-11T13:30:00Z']) {
      const times = new TimeRules(nyseGrid(), '1m');
      expect(times.faultOf(at(open))).toBeNull();
      expect(times.faultOf(at(open) + 389 * MINUTE_MS)).toBeNull();
      expect(times.faultOf(at(open) + 390 * MINUTE_MS)).toBe('off_calendar');
    }
  });
});

describe('a list of bad rows', () => {
  it('keeps the first ten thousand and counts them all', () => {
    const bad = new BadRows('X_1d.csv');
    for (let i = 0; i < MAX_LISTED_ROWS + 5; i++) bad.add(i, 'field_count', '', Number.NaN);
    expect(bad.rows).toHaveLength(MAX_LISTED_ROWS);
    expect(bad.count).toBe(MAX_LISTED_ROWS + 5);
  });

  it('shows foreign text in one short line without control characters', () => {
    expect(printable('a\u001b[31mb\nc\u202ed')).toBe('a\uFFFD[31mb\uFFFDc\uFFFDd');
    expect(printable('x'.repeat(500))).toHaveLength(120);
  });
});
