import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import { scan } from '../../src/pipeline/scan.ts';
import { type Eligibility, score } from '../../src/pipeline/score.ts';
import type { StrategyDefinition, StrategyView } from '../../src/strategy/strategy.ts';
import { plainDesk, plainStrategy, SETTINGS, snapshotOf, sourceOf, wanderers } from './builders.ts';

const DATE = '2014-12-01';
const market = sourceOf(wanderers(3));
const ELIGIBLE: Eligibility = {
  barred: new Map(),
  deny: new Set(),
  allow: null,
  quarantineSessions: 20,
};
const rules = { ...SETTINGS.scan, minActivityUsd: 0, minPriceUsd: 0 };

/** The rows of a scan, scored by a strategy that answers this. */
async function rowsOf(evaluate: unknown, parts: Partial<StrategyDefinition> = {}) {
  const snapshot = await snapshotOf(market, DATE);
  const desk = plainDesk({ ...parts, evaluate: evaluate as StrategyDefinition['evaluate'] });
  return score(snapshot, scan(snapshot, rules), desk, ELIGIBLE).rows;
}

const LONG = { direction: 'long', reason: 'always', features: [0.05] };

describe('what a strategy answers', () => {
  it.each([
    ['nothing', undefined, 'must return an opinion'],
    ['a number', Number.NaN, 'must return an opinion'],
    ['a promise', Promise.resolve(LONG), 'direction'],
    ['another direction', { direction: 'short', reason: 'x' }, 'long or none'],
    ['a reason of its own for no signal', { direction: 'none', reason: 'bored' }, 'one of'],
    ['no reason', { direction: 'long', features: [0.1] }, 'reason'],
    ['a reason that is no word', { ...LONG, reason: 'a\0b' }, 'reason'],
    ['too few features', { ...LONG, features: [] }, 'must be 1 numbers'],
    ['too many features', { ...LONG, features: [1, 2] }, 'must be 1 numbers'],
    ['a feature that is text', { ...LONG, features: ['1'] }, 'a feature must be a number'],
    ['a strength that is undefined', { ...LONG, strength: Number.NaN }, 'strength'],
    ['a strength above 1', { ...LONG, strength: 1.01 }, 'strength'],
    ['a stop that is text', { ...LONG, stopPrice: '10' }, 'stopPrice'],
    [
      'a target beyond all money',
      { ...LONG, targetPrice: Number.POSITIVE_INFINITY },
      'targetPrice',
    ],
    ['an exit that is no yes or no', { ...LONG, exit: 1 }, 'exit'],
  ])('fails by name when it is %s', async (_, answer, problem) => {
    const failure = await rowsOf(() => answer).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: 'STRATEGY_FAILED', message: /plain failed on A0/ });
    expect((failure as Failure).details.join()).toContain(problem);
  });

  it('fails by name when its code throws, whatever it throws', async () => {
    for (const thrown of [new RangeError('lost'), 'lost', null]) {
      const evaluate = () => {
        throw thrown;
      };
      await expect(rowsOf(evaluate)).rejects.toMatchObject({ code: 'STRATEGY_FAILED' });
    }
  });

  it.each([
    ['feature', { ...LONG, features: [Number.NaN] }],
    ['stop', { ...LONG, stopPrice: Number.NaN }],
    ['target', { ...LONG, targetPrice: Number.NaN }],
  ])('leaves a symbol out for an undefined %s', async (_, answer) => {
    const rows = await rowsOf(() => answer);
    expect(rows.map(({ ineligible }) => ineligible)).toEqual(Array(3).fill('undefined_feature'));
  });

  it('is asked for only where there are as many bars as it needs', async () => {
    const asked: number[] = [];
    const evaluate = ({ bars }: StrategyView<unknown, string>) => {
      asked.push(bars());
      return LONG;
    };
    const bars = (await snapshotOf(market, DATE)).visible[0] as number;
    const enough = await rowsOf(evaluate, { warmupBars: () => bars });
    expect(enough.every(({ ineligible }) => ineligible === null)).toBe(true);
    expect(asked).toEqual([bars, bars, bars]);
    const short = await rowsOf(evaluate, { warmupBars: () => bars + 1 });
    expect(short.map(({ ineligible }) => ineligible)).toEqual(Array(3).fill('history_short'));
    expect(asked).toHaveLength(3);
  });
});

describe('a strategy', () => {
  it('cannot change its parameters, at any depth', async () => {
    const params = { fast: 5, levels: [{ at: 1 }] };
    const evaluate = (view: StrategyView<unknown, string>) => {
      (view.params as typeof params).levels[0] = { at: 2 };
      return LONG;
    };
    const desk = plainDesk({ evaluate: evaluate as StrategyDefinition['evaluate'] }, params);
    const snapshot = await snapshotOf(market, DATE);
    expect(() => score(snapshot, scan(snapshot, rules), desk, ELIGIBLE)).toThrow(Failure);
    expect(params).toEqual({ fast: 5, levels: [{ at: 1 }] });
  });

  it('sees nothing through a view that it kept', async () => {
    const kept: StrategyView<unknown, string>[] = [];
    const peeked: number[] = [];
    const evaluate = (view: StrategyView<unknown, string>) => {
      peeked.push(...kept.map((other) => other.close(0)), ...kept.map((other) => other.bars()));
      kept.push(view);
      return LONG;
    };
    await rowsOf(evaluate);
    expect(peeked).toEqual([Number.NaN, 0, Number.NaN, Number.NaN, 0, 0]);
  });

  it('is named by its name, parameters and features in the signal hash', () => {
    const of = (params: unknown, parts: Partial<StrategyDefinition> = {}) =>
      new StrategyDesk(plainStrategy(parts), params).identity;
    expect(of({ a: 1, b: 2 })).toBe(of({ b: 2, a: 1 }));
    expect(of({ a: 1 })).not.toBe(of({ a: 2 }));
    expect(of({}, { name: 'other' })).not.toBe(of({}));
    const wider = [{ name: 'change', weight: 1, lo: -0.1, hi: 0.2, inverted: false }];
    expect(of({}, { features: () => wider })).not.toBe(of({}));
  });
});
