import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abnormalBars } from '../../src/bars/abnormal.ts';
import { ActivityWalk } from '../../src/bars/activity.ts';
import { Board, type BoardRow } from '../../src/bars/board.ts';
import { SymbolSeries } from '../../src/bars/series.ts';
import { SessionColumns } from '../../src/bars/session-columns.ts';
import {
  type BarColumns,
  type CorporateAction,
  columnsFromBars,
  type Symbol,
} from '../../src/domain/market.ts';
import { DAY_MS, dateToUtcMs, sessionDate } from '../../src/domain/time.ts';
import { computeIndicator, parseIndicator } from '../../src/indicators/registry.ts';

const DAYS = 120;
const START = dateToUtcMs(sessionDate('2014-06-02'));
/** Every day is a session here. */
const sessionsOf = () => new SessionColumns({ ordinalOfTime: (time) => (time - START) / DAY_MS });
const dateOf = (day: number): string => new Date(START + day * DAY_MS).toISOString().slice(0, 10);

/** Bars of the days that are not left out; every thirtieth moves more than an ordinary one can. */
function barsOf(name: number, leftOut: ReadonlySet<number>): BarColumns {
  const days = Array.from({ length: DAYS }, (_, day) => day).filter((day) => !leftOut.has(day));
  return columnsFromBars(
    days.map((day) => {
      const close = 100 + ((day * 7 + name) % 13) + (day % 30 === 29 ? 60 : 0);
      const volume = 1_000 + ((day * 37 + name) % 101);
      return {
        time: START + day * DAY_MS,
        open: close,
        high: close + 2,
        low: close - 2,
        close,
        volume,
      };
    }),
  );
}

const day = fc.integer({ min: 0, max: DAYS - 1 });
const oneSeries = fc.record({
  leftOut: fc.uniqueArray(day, { maxLength: 40 }),
  splits: fc.uniqueArray(fc.integer({ min: 1, max: DAYS - 1 }), { maxLength: 4 }),
});
type Drawn = typeof oneSeries extends fc.Arbitrary<infer T> ? T : never;

function seriesOf(drawn: readonly Drawn[], isForward: boolean): SymbolSeries[] {
  const sessions = sessionsOf();
  return drawn.map(({ leftOut, splits }, i) => {
    const symbol = `S${i}` as Symbol;
    const actions = splits.map(
      (at): CorporateAction => ({ symbol, exDate: dateOf(at), kind: 'split', value: 3 }),
    );
    const bars = barsOf(i, new Set(leftOut));
    return new SymbolSeries(symbol, 'UNKNOWN', bars, sessions, actions, isForward);
  });
}

const columnOf = (name: string, columns: BarColumns): Float64Array => {
  const spec = parseIndicator(name);
  if (!spec.ok) throw new Error(spec.error);
  return computeIndicator(spec.value, columns);
};

/** What a board shows at a row, of one series. */
const shown = ({ stretch, row }: BoardRow, i: number) => {
  const at = row * stretch.series.length + i;
  return {
    era: stretch.eras[row]?.[i],
    visible: stretch.visible[at],
    ordinal: stretch.ordinal[at],
    abnormal: stretch.abnormal[at],
    close: stretch.close[at],
    volume: stretch.volume[at],
    medianVolume: stretch.medianVolume[at],
    medianDollars: stretch.medianDollars[at],
  };
};

/** The same, from whole columns and bar by bar. */
function expected(series: SymbolSeries, completed: number, session: number) {
  const era = series.eraAt(session);
  const { columns, ordinals } = era;
  const visible = ordinals.filter((ordinal) => ordinal <= completed).length;
  if (visible === 0) {
    const none = { close: Number.NaN, medianVolume: Number.NaN, medianDollars: Number.NaN };
    return { era, visible, ordinal: -1, abnormal: -1, volume: 0, ...none };
  }
  const last = visible - 1;
  const abnormal = abnormalBars(columns, columnOf('atr14', columns))
    .filter(({ index }) => index <= last)
    .map(({ index }) => ordinals[index]);
  return {
    era,
    visible,
    ordinal: ordinals[last],
    abnormal: abnormal.at(-1) ?? -1,
    close: columns.close[last],
    volume: columns.volume[last],
    medianVolume: columnOf('medvol20', columns)[last],
    medianDollars: columnOf('meddollar20', columns)[last],
  };
}

/** A decision before the open sees one session less than one after the close. */
const decision = fc.record({ completedOrdinal: day, lag: fc.integer({ min: 0, max: 1 }) });

describe('a board', () => {
  it('shows at every row what whole columns say, in order of time and out of it', () => {
    fc.assert(
      fc.property(
        fc.array(oneSeries, { minLength: 1, maxLength: 3 }),
        fc.array(decision, { maxLength: 12 }),
        fc.constantFrom(0, 1_000_000),
        (drawn, asked, mostKept) => {
          const series = seriesOf(drawn, false);
          const board = new Board(series, DAYS - 1, mostKept);
          const days = Array.from({ length: DAYS }, (_, at) => at);
          const forward = days.map((completedOrdinal) => ({ completedOrdinal, lag: 1 }));
          for (const { completedOrdinal, lag } of [...forward, ...asked]) {
            const sessionOrdinal = completedOrdinal + lag;
            const row = board.rowAt({ completedOrdinal, sessionOrdinal });
            series.forEach((one, i) => {
              expect(shown(row, i)).toEqual(expected(one, completedOrdinal, sessionOrdinal));
            });
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('shows the same of series that let go of what is behind', () => {
    fc.assert(
      fc.property(fc.array(oneSeries, { minLength: 1, maxLength: 3 }), (drawn) => {
        const [forward, keeping] = [seriesOf(drawn, true), seriesOf(drawn, false)];
        const board = new Board(forward, DAYS - 1);
        for (let at = 0; at < DAYS; at++) {
          const row = board.rowAt({ completedOrdinal: at - 1, sessionOrdinal: at });
          keeping.forEach((one, i) => {
            const { era: _, ...rest } = shown(row, i);
            const { era: __, ...wanted } = expected(one, at - 1, at);
            expect(rest).toEqual(wanted);
          });
        }
      }),
      { numRuns: 15 },
    );
  });

  it('shares the list of eras between sessions in which none begins', () => {
    const splits = { leftOut: [], splits: [40] };
    const board = new Board(seriesOf([splits, { leftOut: [], splits: [] }], false), DAYS - 1);
    const erasAt = (at: number) => {
      const { stretch, row } = board.rowAt({ completedOrdinal: at - 1, sessionOrdinal: at });
      return stretch.eras[row];
    };
    erasAt(30);
    expect(erasAt(31)).toBe(erasAt(39));
    expect(erasAt(40)).toBe(erasAt(60));
    expect(erasAt(40)?.[0]).not.toBe(erasAt(39)?.[0]);
    expect(erasAt(40)?.[1]).toBe(erasAt(39)?.[1]);
  });
});

describe('a walk along activity', () => {
  it('says at every bar what the columns of the indicators say, whichever way it goes', () => {
    const columns = barsOf(3, new Set([5, 50]));
    const medians = [columnOf('medvol20', columns), columnOf('meddollar20', columns)];
    const index = fc.integer({ min: 0, max: columns.length - 1 });
    fc.assert(
      fc.property(fc.array(index, { minLength: 1, maxLength: 30 }), (asked) => {
        const walk = new ActivityWalk(columns);
        for (const at of asked) {
          walk.moveTo(at);
          expect([walk.medianVolume, walk.medianDollars]).toEqual(medians.map((of) => of[at]));
        }
      }),
    );
  });
});
