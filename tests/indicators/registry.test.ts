import { describe, expect, it } from 'vitest';
import {
  computeIndicator,
  INDICATOR_LIST,
  IndicatorCache,
  parseIndicator,
} from '../../src/indicators/registry.ts';
import { flatBars } from './clean-bars.ts';

const errorOf = (text: string): string => {
  const spec = parseIndicator(text);
  return spec.ok ? `no error: ${spec.value.name}` : spec.error;
};

describe('the name of an indicator', () => {
  it.each([
    ['sma20', 'sma20', 20, 19],
    [' RSI14 ', 'rsi14', 14, 14],
    ['sma020', 'sma20', 20, 19],
    ['adx14', 'adx14', 14, 27],
    ['tr', 'tr', null, 1],
    ['macd', 'macd', null, 25],
    ['macdsignal', 'macdsignal', null, 33],
    ['obv', 'obv', null, 0],
    ['vwap', 'vwap', null, 0],
    ['vwap20', 'vwap20', 20, 19],
    ['relvol20', 'relvol20', 20, 20],
  ])(
    '"%s" is read as %s with period %s and %i bars of warm-up',
    (text, name, period, warmupBars) => {
      expect(parseIndicator(text)).toMatchObject({ ok: true, value: { name, period, warmupBars } });
    },
  );

  it('may be any example of the list, and comes back as it is written there', () => {
    for (const { example, kind } of INDICATOR_LIST) {
      expect(parseIndicator(example)).toMatchObject({ ok: true, value: { name: example, kind } });
    }
  });

  it('is answered with the closest one when it holds a typing error', () => {
    expect(errorOf('smaa20')).toMatch('Did you mean sma20?');
    expect(errorOf('donchainhigh55')).toMatch('Did you mean donchianhigh20?');
    expect(errorOf('sma_20')).toMatch('Did you mean sma20?');
    expect(errorOf('ATR(14)')).toMatch('Did you mean atr14?');
  });

  it('is answered with all there are when it is like none of them', () => {
    const error = errorOf('ichimoku9');
    expect(error).not.toMatch('Did you mean');
    for (const { example } of INDICATOR_LIST) expect(error).toContain(example);
    expect(errorOf('')).toContain('unknown indicator ""');
  });

  it('is refused without the period it needs, with one it does not take, or a wild one', () => {
    expect(errorOf('sma')).toBe('sma needs a period in bars, for example sma20');
    expect(errorOf('macd12')).toMatch('macd takes no period');
    expect(errorOf('sma0')).toBe('the period of sma is 1 to 10000 bars, was 0');
    expect(errorOf('rsi1')).toBe('the period of rsi is 2 to 10000 bars, was 1');
    expect(errorOf('atr99999999999999999999')).toMatch('1 to 10000 bars');
    expect(errorOf('constructor')).toMatch('unknown indicator');
  });
});

describe('the indicators of one symbol', () => {
  it('are computed once, however their name is written', () => {
    const cache = new IndicatorCache(flatBars(10, 30));
    const spec = parseIndicator('sma20');
    if (!spec.ok) throw new Error(spec.error);
    expect(cache.get('SMA20')).toBe(cache.get('sma20'));
    expect(cache.get(spec.value)).toBe(cache.get('sma20'));
    expect(cache.get('sma20')).toEqual(computeIndicator(spec.value, flatBars(10, 30)));
  });

  it('start the session average afresh where they were told a session begins', () => {
    const columns = flatBars(10, 4);
    columns.high[0] = 40;
    const starts = { sessionStarts: [0, 2] };
    expect([...new IndicatorCache(columns, starts).get('vwap')]).toEqual([20, 15, 10, 10]);
    expect([...new IndicatorCache(columns).get('vwap')]).toEqual([20, 15, 40 / 3, 12.5]);
  });

  it('refuse a name that was not checked', () => {
    expect(() => new IndicatorCache(flatBars(10, 3)).get('nonsense')).toThrow(/unknown indicator/);
  });
});
