import { expect, test } from 'vitest';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import { barEnding, barStarting } from '../../src/adapters/sim/sim-bars.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { type EpochMs, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';
import { AAA } from './sim-world.ts';

const halfDay = assertExists(sessionOf(sessionDate('2015-11-27')), 'the day after Thanksgiving');
const minutes = (count: number): EpochMs => (halfDay.openAt + count * MINUTE_MS) as EpochMs;

/** Hourly bars of a half day: 09:30, 10:30, 11:30 and a last one of half an hour. */
const hours = arrayBarSource(
  {
    AAA: {
      sessions: {
        [halfDay.date]: [0, 60, 120, 180].map((start, i) => {
          const price = 10 + i;
          const time = minutes(start);
          return {
            time,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: i === 1 ? 0 : 9,
          };
        }),
      },
    },
  },
  { intraday: '1h' },
);

test.each([
  [0, 10],
  [120, 12],
  [180, 13],
])('a bar starts %i minutes after the open', (start, price) => {
  const bar = barStarting(hours, AAA, minutes(start), halfDay);
  expect(bar).toMatchObject({ open: usd(price), startsAt: minutes(start), daily: false });
});

test.each([
  [60, 10],
  [180, 12],
  [210, 13],
])('a bar ends %i minutes after the open, the last one at the close', (end, price) => {
  expect(barEnding(hours, AAA, minutes(end), halfDay)).toMatchObject({ open: usd(price) });
});

test.each([-60, 30, 210, 240])('none starts %i minutes after the open', (start) => {
  expect(barStarting(hours, AAA, minutes(start), halfDay)).toBe('not_due');
});

test.each([0, 90, 240])('none ends %i minutes after the open', (end) => {
  expect(barEnding(hours, AAA, minutes(end), halfDay)).toBe('not_due');
});

test('a bar without volume is missing', () => {
  expect(barStarting(hours, AAA, minutes(60), halfDay)).toBe('missing');
  expect(barEnding(hours, AAA, minutes(120), halfDay)).toBe('missing');
});

test('prices become Micros half even', () => {
  const time = minutes(0);
  const [half, odd] = [10.0000005, 10.0000015];
  const bar = { time, open: half, high: odd, low: half, close: odd, volume: 1 };
  const source = arrayBarSource(
    { AAA: { sessions: { [halfDay.date]: [bar] } } },
    { intraday: '1h' },
  );
  expect(barEnding(source, AAA, minutes(60), halfDay)).toMatchObject({
    open: 10_000_000,
    high: 10_000_002,
  });
});
