import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAxis } from '../../src/app/sweep-axes.ts';
import {
  gridTrials,
  MOST_RUNS,
  parseWalkForward,
  randomTrials,
  refuseTooManyRuns,
  walkWindows,
} from '../../src/app/sweep-plan.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { Failure } from '../../src/domain/failure.ts';
import { sessionDate } from '../../src/domain/time.ts';

function refusal(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error('it was not refused');
}

const axes = (...texts: readonly string[]) => texts.map(parseAxis);

describe('a grid', () => {
  it('is every combination, the last key changing fastest', () => {
    const trials = gridTrials(axes('risk.maxPositions=5,10', 'sizing.stop.multiple=2..4:3'));
    expect(trials.map(({ values }) => Object.values(values))).toEqual([
      ['5', '2'],
      ['5', '3'],
      ['5', '4'],
      ['10', '2'],
      ['10', '3'],
      ['10', '4'],
    ]);
    expect(trials.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('of a thousand million combinations is refused with their count', () => {
    const keys = ['perTradeFraction', 'maxPositionFraction', 'minNotionalUsd'];
    const huge = axes(...keys.map((key) => `sizing.${key}=0.001..0.9:1000`));
    const failure = refusal(() => gridTrials(huge));
    expect(failure.code).toBe('USAGE');
    expect(failure.message).toBe('the grid has 1,000,000,000 combinations');
    expect(failure.hint).toMatch(/--random/);
  });

  it('of one axis of more values than memory holds is refused with their count', () => {
    const failure = refusal(() => gridTrials(axes('costs.slippageBps=0..1:9007199254740991')));
    expect(failure.message).toBe('the grid has 9,007,199,254,740,991 combinations');
  });

  it('needs a number of values of each range', () => {
    const failure = refusal(() => gridTrials(axes('costs.slippageBps=0..1')));
    expect(failure.message).toMatch(/without a number of values/);
  });
});

describe('random trials', () => {
  const space = axes(
    'costs.slippageBps=0..10',
    'risk.maxPositions=1..20',
    'scan.rows=10..1000:100',
  );
  const counts = fc.integer({ min: 1, max: 60 });
  const seeds = fc.integer({ min: 0, max: 2 ** 32 });

  it('are as many as wanted, all different, the same for the same seed', () => {
    fc.assert(
      fc.property(counts, seeds, (wanted, seed) => {
        const trials = randomTrials(space, wanted, seed);
        expect(new Set(trials.map(({ values }) => JSON.stringify(values))).size).toBe(wanted);
        expect(randomTrials(space, wanted, seed)).toEqual(trials);
        expect(randomTrials(space, wanted + 1, seed).slice(0, wanted)).toEqual(trials);
      }),
    );
  });

  it('are others for another seed', () => {
    expect(randomTrials(space, 5, 1)).not.toEqual(randomTrials(space, 5, 2));
  });

  it('spread over the whole of each range', () => {
    const drawn = randomTrials(axes('costs.slippageBps=0..10'), 2000, 3).map(({ values }) =>
      Number(values['costs.slippageBps']),
    );
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const share = drawn.filter((x) => x >= tenth && x < tenth + 1).length / drawn.length;
      // Five standard deviations of a share of a tenth in 2000 draws.
      expect(Math.abs(share - 0.1)).toBeLessThan(5 * Math.sqrt((0.1 * 0.9) / 2000));
    }
  });

  it('are all combinations where there are no more', () => {
    const few = axes('risk.maxPositions=5,10', 'scan.rows=10,20');
    expect(randomTrials(few, 4, 1)).toEqual(gridTrials(few));
    expect(randomTrials(few, 100, 1)).toEqual(gridTrials(few));
    expect(randomTrials(axes('risk.maxPositions=5..7'), 10, 1)).toHaveLength(3);
  });

  it('are drawn from a thousand million combinations without making them', () => {
    const keys = ['perTradeFraction', 'maxPositionFraction', 'minNotionalUsd'];
    const huge = axes(...keys.map((key) => `sizing.${key}=0.001..0.9:1000`));
    expect(randomTrials(huge, 20, 1)).toHaveLength(20);
    expect(refusal(() => randomTrials(huge, MOST_RUNS + 1, 1)).message).toBe(
      '--random asks for 10,001 trials',
    );
  });
});

describe('walking forward', () => {
  const sessions = sessionsBetween(sessionDate('2016-01-04'), sessionDate('2016-12-30')).map(
    ({ date }) => date,
  );

  it('judges each session after the first train once, by what was chosen before it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 251 }),
        fc.integer({ min: 1, max: 300 }),
        (train, test) => {
          const windows = walkWindows(sessions, { train, test });
          const judged = windows.flatMap(({ test: { from, to } }) =>
            sessions.filter((date) => date >= from && date <= to),
          );
          expect(judged).toEqual(sessions.slice(train));
          for (const window of windows) {
            const own = sessions.filter((d) => d >= window.train.from && d <= window.train.to);
            expect(own).toHaveLength(train);
            const next = sessions[sessions.indexOf(window.train.to) + 1];
            expect(window.test.from).toBe(next);
          }
        },
      ),
    );
  });

  it('is refused where no session is left to judge on', () => {
    const failure = refusal(() => walkWindows(sessions, { train: 252, test: 20 }));
    expect(failure.message).toBe('the range has 252 sessions, none left to judge on');
  });

  it.each(['252', '252:', ':63', '0:63', '252:0', '1.5:2', '252:63:1', '-1:5', 'a:b'])(
    '%s is no pair of lengths',
    (text) => {
      expect(refusal(() => parseWalkForward(text)).code).toBe('USAGE');
    },
  );

  it('reads train and test', () => {
    expect(parseWalkForward('252:63')).toEqual({ train: 252, test: 63 });
  });

  it('of too many backtests is refused with their count', () => {
    expect(refusal(() => refuseTooManyRuns(2000, 50)).message).toBe(
      '2000 trials in 50 windows are 100,050 backtests',
    );
    expect(() => refuseTooManyRuns(100, 99)).not.toThrow();
  });
});
