import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resample } from '../../src/bars/resample.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { type Bar, barAt, columnsFromBars, type Timeframe } from '../../src/domain/market.ts';
import {
  type EpochMs,
  epochMs,
  HOUR_MS,
  MINUTE_MS,
  parseInstant,
  type Session,
  sessionDate,
} from '../../src/domain/time.ts';

const at = (text: string): EpochMs => epochMs(parseInstant(text) ?? Number.NaN);

const session = (date: string, open: string, close: string, earlyClose = false): Session => ({
  date: sessionDate(date),
  openAt: at(`${date}T${open}`),
  closeAt: at(`${date}T${close}`),
  earlyClose,
});

/** A half day in winter, a full day, and a full day after the clocks went forward. */
const HALF_DAY = session('2025-11-28', '09:30-05:00', '13:00-05:00', true);
const FULL_DAY = session('2025-12-01', '09:30-05:00', '16:00-05:00');
const SUMMER_DAY = session('2026-03-09', '09:30-04:00', '16:00-04:00');
const SESSIONS = [HALF_DAY, FULL_DAY, SUMMER_DAY];

const bar = (time: number, price: number, volume = 100): Bar => ({
  time,
  open: price,
  high: price + 0.5,
  low: price - 0.5,
  close: price + 0.25,
  volume,
});

/** One bar a minute for the whole session, the price rising a cent a minute. */
const minuteBars = ({ openAt, closeAt }: Session): Bar[] =>
  Array.from({ length: (closeAt - openAt) / MINUTE_MS }, (_, i) =>
    bar(openAt + i * MINUTE_MS, 100 + i / 100),
  );

const resampleBars = (bars: readonly Bar[], to: Timeframe) => {
  const { columns, ...rest } = resample(columnsFromBars(bars), to, SESSIONS);
  return { bars: Array.from({ length: columns.length }, (_, i) => barAt(columns, i)), ...rest };
};

/**
 * Minutes of the three sessions and of the hours around them, some missing, some without volume.
 */
const gappyMinutes: fc.Arbitrary<Bar[]> = fc
  .array(
    fc.record({
      day: fc.constantFrom(...SESSIONS),
      minute: fc.integer({ min: -30, max: 420 }),
      prices: fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 4, maxLength: 4 }),
      volume: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1e9 })),
    }),
    { maxLength: 300 },
  )
  .map((rows) => {
    const byTime = new Map<number, Bar>();
    for (const { day, minute, prices, volume } of rows) {
      const [open = 1, close = 1] = prices;
      const time = day.openAt + minute * MINUTE_MS;
      const [high, low] = [Math.max(...prices), Math.min(...prices)];
      byTime.set(time, { time, open, high, low, close, volume });
    }
    return [...byTime.values()].sort((a, b) => a.time - b.time);
  });

const inOneSession = ({ time }: Bar): boolean =>
  SESSIONS.some(({ openAt, closeAt }) => time >= openAt && time < closeAt);

describe('a coarser bar', () => {
  it('opens with the first, closes with the last, and holds extremes and volume of all', () => {
    const { openAt } = FULL_DAY;
    const { bars } = resampleBars(
      [
        { time: openAt, open: 10, high: 12, low: 9, close: 11, volume: 5 },
        { time: openAt + MINUTE_MS, open: 11, high: 15, low: 10, close: 14, volume: 7 },
        { time: openAt + 4 * MINUTE_MS, open: 14, high: 14, low: 8, close: 13, volume: 1 },
        { time: openAt + 5 * MINUTE_MS, open: 20, high: 20, low: 20, close: 20, volume: 2 },
      ],
      '5m',
    );
    expect(bars).toEqual([
      { time: openAt, open: 10, high: 15, low: 8, close: 13, volume: 13 },
      { time: openAt + 5 * MINUTE_MS, open: 20, high: 20, low: 20, close: 20, volume: 2 },
    ]);
  });

  it('is anchored to the session open, the last one of the day short', () => {
    const { bars } = resampleBars(minuteBars(FULL_DAY), '1h');
    const starts = [0, 1, 2, 3, 4, 5, 6].map((hour) => FULL_DAY.openAt + hour * HOUR_MS);
    expect(bars.map(({ time }) => time)).toEqual(starts);
    expect(bars.map(({ volume }) => volume)).toEqual([6000, 6000, 6000, 6000, 6000, 6000, 3000]);
  });

  it('ends with an early close', () => {
    const { bars } = resampleBars(minuteBars(HALF_DAY), '1h');
    expect(bars.map(({ volume }) => volume)).toEqual([6000, 6000, 6000, 3000]);
  });

  it('is anchored to the open in New York whatever the clocks there did', () => {
    const { bars } = resampleBars([...minuteBars(FULL_DAY), ...minuteBars(SUMMER_DAY)], '30m');
    expect(bars).toHaveLength(26);
    expect(bars[0]?.time).toBe(at('2025-12-01T14:30:00Z'));
    expect(bars[13]?.time).toBe(at('2026-03-09T13:30:00Z'));
  });

  it('is stamped with the start of its interval even when nothing traded then', () => {
    const { bars } = resampleBars([bar(FULL_DAY.openAt + 22 * MINUTE_MS, 10)], '15m');
    expect(bars.map(({ time }) => time)).toEqual([FULL_DAY.openAt + 15 * MINUTE_MS]);
  });

  it('of a day is stamped with midnight UTC of the session date', () => {
    const { bars } = resampleBars([...minuteBars(HALF_DAY), ...minuteBars(SUMMER_DAY)], '1d');
    expect(bars.map(({ time }) => time)).toEqual([
      at('2025-11-28T00:00:00Z'),
      at('2026-03-09T00:00:00Z'),
    ]);
    expect(bars[0]).toMatchObject({ open: 100, high: 102.59, low: 99.5, volume: 21_000 });
  });
});

describe('what enters no coarser bar', () => {
  it('is a bar outside every session, one stamped with the close too; it is counted', () => {
    const inside = bar(FULL_DAY.openAt, 10);
    const outside = [
      bar(HALF_DAY.openAt - MINUTE_MS, 1),
      bar(HALF_DAY.closeAt, 2),
      bar(FULL_DAY.openAt - MINUTE_MS, 3),
    ];
    const after = [bar(FULL_DAY.closeAt, 4), bar(SUMMER_DAY.closeAt + HOUR_MS, 5)];
    const result = resampleBars([...outside, inside, ...after], '1d');
    expect(result.dropped).toBe(5);
    expect(result.bars).toEqual([{ ...inside, time: at('2025-12-01T00:00:00Z') }]);
  });

  it('is a bar without volume: its prices leave no trace', () => {
    const { openAt } = FULL_DAY;
    const untraded = [bar(openAt, 500, 0), bar(openAt + 2 * MINUTE_MS, 1, 0)];
    const traded = bar(openAt + MINUTE_MS, 10);
    const result = resampleBars([untraded[0] as Bar, traded, untraded[1] as Bar], '5m');
    expect(result).toEqual({ bars: [{ ...traded, time: openAt }], dropped: 0, withoutVolume: 2 });
  });

  it('is everything when there are no sessions, and nothing when there are no bars', () => {
    const none = resample(columnsFromBars(minuteBars(FULL_DAY)), '5m', []);
    expect([none.columns.length, none.dropped]).toEqual([0, 390]);
    expect(resampleBars([], '5m')).toEqual({ bars: [], dropped: 0, withoutVolume: 0 });
  });
});

describe('resampling', () => {
  const chains: readonly (readonly Timeframe[])[] = [
    ['1m', '5m'],
    ['1m', '5m', '15m'],
    ['5m', '15m', '30m', '1h'],
    ['1m', '30m', '1h', '1d'],
    ['15m', '1d'],
    ['1h', '1h'],
  ];

  it.each(chains.map((chain) => [chain.join(' to '), chain] as const))(
    'in steps, %s, equals one step',
    (_, chain) => {
      fc.assert(
        fc.property(gappyMinutes, (minutes) => {
          const inSteps = chain.reduce<readonly Bar[]>(
            (bars, to) => resampleBars(bars, to).bars,
            minutes,
          );
          expect(inSteps).toEqual(resampleBars(minutes, chain.at(-1) ?? '1m').bars);
        }),
        { numRuns: 50 },
      );
    },
  );

  it('accounts for every bar and every traded share of the session', () => {
    fc.assert(
      fc.property(
        gappyMinutes,
        fc.constantFrom<Timeframe>('1m', '5m', '1h', '1d'),
        (minutes, to) => {
          const result = resampleBars(minutes, to);
          const inside = minutes.filter(inOneSession);
          const shares = (bars: readonly Bar[]): number =>
            bars.reduce((n, { volume }) => n + volume, 0);
          expect(result.dropped).toBe(minutes.length - inside.length);
          expect(result.withoutVolume).toBe(inside.filter(({ volume }) => volume === 0).length);
          expect(shares(result.bars)).toBe(shares(inside));
        },
      ),
    );
  });

  it('gives bars that ascend in time and whose open and close lie between low and high', () => {
    fc.assert(
      fc.property(gappyMinutes, (minutes) => {
        const { bars } = resampleBars(minutes, '15m');
        bars.forEach(({ time, open, high, low, close }, i) => {
          expect(time).toBeGreaterThan(bars[i - 1]?.time ?? 0);
          expect(Math.min(open, close)).toBeGreaterThanOrEqual(low);
          expect(Math.max(open, close)).toBeLessThanOrEqual(high);
        });
      }),
    );
  });

  it('changes no bar whose interval has ended when later bars arrive', () => {
    fc.assert(
      fc.property(gappyMinutes, fc.nat(300), (minutes, cut) => {
        const known = resampleBars(minutes.slice(0, cut), '15m').bars.slice(0, -1);
        expect(resampleBars(minutes, '15m').bars.slice(0, known.length)).toEqual(known);
      }),
    );
  });
});

const dataDir = process.env.TRADE_LABS_TEST_DATA;

function readBars(path: string): Bar[] {
  const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [time = '', ...numbers] = line.split(',');
    const [open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers.map(Number);
    return { time: Date.parse(time), open, high, low, close, volume };
  });
}

describe.skipIf(!dataDir)('bars of a vendor that offers several timeframes', () => {
  it.each([
    ['AAPL', '1m', '5m'],
    ['NVDA', '1m', '5m'],
    ['AAPL', '5m', '15m'],
    ['NVDA', '5m', '15m'],
  ] as const)('%s resampled from %s are those of its %s file', (symbol, from, to) => {
    const folder = `${dataDir}/bars_intraday/yahoo_2025_05`;
    const fine = columnsFromBars(readBars(`${folder}/${symbol}_${from}.csv`));
    const coarse = new Map(readBars(`${folder}/${symbol}_${to}.csv`).map((b) => [b.time, b]));
    const sessions = sessionsBetween(sessionDate('2025-01-02'), sessionDate('2025-12-31'));
    const { columns } = resample(fine, to, sessions);

    expect(columns.length).toBeGreaterThan(150);
    for (let i = 0; i < columns.length; i++) {
      const ours = barAt(columns, i);
      const theirs = coarse.get(ours.time);
      expect(theirs).toMatchObject({ volume: ours.volume });
      for (const price of ['open', 'high', 'low', 'close'] as const) {
        expect(Math.abs(ours[price] / (theirs?.[price] ?? 0) - 1)).toBeLessThan(1e-6);
      }
    }
  });
});
