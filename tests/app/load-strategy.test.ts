import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStrategy } from '../../src/app/load-strategy.ts';
import { Failure } from '../../src/domain/failure.ts';
import { configWith, homeFolder, homeWith, strategyText } from './strategy-homes.ts';

/** The one failure that loading ends with. */
async function failureOf(load: Promise<unknown>): Promise<Failure> {
  const failure = await load.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  return failure as Failure;
}

describe('a built-in strategy', () => {
  it('is momentum unless another is named', async () => {
    const desk = await loadStrategy(configWith({}), homeFolder());
    expect(desk.name).toBe('momentum');
    expect(desk.features.map(({ name }) => name)).toEqual(['trend', 'near_high', 'dip']);
  });

  it('takes parameters, which its identity names', async () => {
    const home = homeFolder();
    const usual = await loadStrategy(configWith({}), home);
    const other = { strategy: { params: { dip: { weight: 0, lo: 0, hi: 0.1 } } } };
    const changed = await loadStrategy(configWith(other), home);
    expect(changed.features[2]).toMatchObject({ weight: 0, hi: 0.1 });
    expect(changed.identity).not.toBe(usual.identity);
  });

  it.each([
    [{ fastBars: 0 }, 'strategy.params.fastBars'],
    [{ fastBars: 200 }, 'strategy.params.fastBars: must be below slowBars'],
    [{ skipBars: 126 }, 'strategy.params.skipBars: must be below returnBars'],
    [{ minBars: 12.5 }, 'strategy.params.minBars'],
    [{ minAtrFraction: 0.09 }, 'strategy.params.minAtrFraction: must not exceed maxAtrFraction'],
    [{ maxAtrFraction: 8 }, 'strategy.params.maxAtrFraction'],
    [{ trend: { weight: -1, lo: 0, hi: 1 } }, 'strategy.params.trend.weight'],
    [{ trend: { weight: 1, lo: 1, hi: 1 } }, 'strategy.params.trend: hi must be above lo'],
    [{ lookback: 5 }, 'strategy.params: Unrecognized key: "lookback"'],
    [{ highBars: 20_000 }, 'input highest: the period of donchianhigh is 1 to 10000 bars'],
  ])('refuses the parameters %j', async (params, problem) => {
    const config = configWith({ strategy: { params } });
    const failure = await failureOf(loadStrategy(config, homeFolder()));
    expect(failure.code).toBe('STRATEGY_INVALID');
    expect(failure.details.join('\n')).toContain(problem);
  });

  it('refuses to score by nothing', async () => {
    const none = { weight: 0, lo: 0, hi: 1 };
    const config = configWith({ strategy: { params: { trend: none, nearHigh: none, dip: none } } });
    const failure = await failureOf(loadStrategy(config, homeFolder()));
    expect(failure.details.join()).toContain('at least one weight must be above 0');
  });

  it('that nobody has is refused, naming those there are', async () => {
    const config = configWith({ strategy: { name: 'momentun' } });
    const failure = await failureOf(loadStrategy(config, homeFolder()));
    expect(failure).toMatchObject({
      code: 'STRATEGY_INVALID',
      message: 'there is no strategy "momentun"',
      details: ['built in: momentum'],
    });
  });
});

describe('a strategy file', () => {
  it('is loaded from the home, with its parameters', async () => {
    const { home, config } = homeWith(strategyText(), { bars: 12 });
    const desk = await loadStrategy(config, home);
    expect([desk.name, desk.features.length]).toEqual(['mine', 1]);
  });

  it('keeps what it has beside the contract', async () => {
    const text = strategyText({ own: '{ weight: 3 }' }).replace(
      /features: .*\n/,
      "features() { return [{ name: 'a', weight: this.own.weight, lo: 0, hi: 1, inverted: false }]; },\n",
    );
    const { home, config } = homeWith(text);
    expect((await loadStrategy(config, home)).features[0]?.weight).toBe(3);
  });

  it('that is missing is refused', async () => {
    const config = configWith({ strategy: { file: 'nowhere.mjs' } });
    const home = homeFolder();
    const failure = await failureOf(loadStrategy(config, home));
    expect(failure.code).toBe('STRATEGY_INVALID');
    expect(failure.message).toContain(join(home, 'nowhere.mjs'));
    mkdirSync(join(home, 'nowhere.mjs'));
    expect((await failureOf(loadStrategy(config, home))).code).toBe('STRATEGY_INVALID');
  });

  it.each([
    ['throws', 'throw new Error("no luck");', 'no luck'],
    ['throws something odd', 'throw null;', 'null'],
    ['is no JavaScript', 'export default (', ' '],
    ['throws when it is called', 'export default () => { throw new Error("later"); };', 'later'],
    ['imports what is not there', "import 'not-installed-anywhere';", 'not-installed-anywhere'],
  ])('that %s is refused with its own words', async (_, text, words) => {
    const { home, config } = homeWith(text);
    const failure = await failureOf(loadStrategy(config, home));
    expect(failure).toMatchObject({ code: 'STRATEGY_INVALID', message: /failed to load/ });
    expect(failure.details.join('\n')).toContain(words);
  });

  it.each([
    ['nothing', 'export const other = 1;', ['default']],
    ['text', 'export default "momentum";', ['default']],
    ['an empty object', 'export default {};', ['name', 'params', 'evaluate', 'features']],
    ['a bad name', strategyText({ name: "'My Strategy'" }), ['name: must be a lower-case word']],
    ['a schema of its own', strategyText({ params: '{ safeParse: () => 1 }' }), ['params']],
    ['a list for features', strategyText({ features: '[]' }), ['features: must be a function']],
  ])('that exports %s is refused, naming what is missing', async (_, text, problems) => {
    const { home, config } = homeWith(text);
    const failure = await failureOf(loadStrategy(config, home));
    expect(failure.message).toContain('does not export a strategy');
    for (const problem of problems) expect(failure.details.join('\n')).toContain(problem);
  });

  it.each([
    ['an unknown indicator', { inputs: "() => ({ a: 'smaa20', b: 'sma' })" }, 'input a: unknown'],
    ['inputs that are no object', { inputs: '() => 5' }, 'inputs: must give indicators by name'],
    ['an input that is no text', { inputs: '() => ({ a: 5 })' }, 'input a: unknown'],
    ['no features', { features: '() => []' }, 'at least one feature'],
    ['a feature without a ramp', { features: "() => [{ name: 'a', weight: 1 }]" }, 'hi must be'],
    ['features that are undefined', { features: '() => undefined' }, 'features: must be a list'],
    ['a warm-up that is no number', { warmupBars: "() => 'many'" }, 'warmupBars: must give'],
    [
      'a parameter that is no plain data',
      { params: 'z.any().transform(() => ({ at: new Map() }))' },
      'params.at: must be plain data',
    ],
    [
      'a parameter that is not finite',
      { params: 'z.any().transform(() => ({ at: NaN, bars: 10 }))' },
      'params.at: must be plain data, was NaN',
    ],
  ])('with %s is refused', async (_, parts, problem) => {
    const { home, config } = homeWith(strategyText(parts));
    const failure = await failureOf(loadStrategy(config, home));
    expect(failure.code).toBe('STRATEGY_INVALID');
    expect(failure.details.join('\n')).toContain(problem);
  });

  it.each(['warmupBars', 'inputs', 'features'])('whose %s throws is refused', async (part) => {
    const text = strategyText({ [part]: "() => { throw new Error('inside') }" });
    const { home, config } = homeWith(text);
    const failure = await failureOf(loadStrategy(config, home));
    expect(failure).toMatchObject({ code: 'STRATEGY_INVALID', details: [`${part}: inside`] });
  });

  it('cannot change its parameters while it is asked for its inputs', async () => {
    const { home, config } = homeWith(
      strategyText({ inputs: '(p) => { p.bars = 1; return {}; }' }),
    );
    expect((await failureOf(loadStrategy(config, home))).details.join()).toContain('read only');
  });

  it('refuses parameters that its schema does not know, and wrong ones', async () => {
    for (const params of [{ bars: 0 }, { bars: 'many' }, { baz: 1 }]) {
      const { home, config } = homeWith(strategyText(), params);
      const failure = await failureOf(loadStrategy(config, home));
      expect(failure.message).toBe('strategy mine refuses its parameters');
    }
  });
});
