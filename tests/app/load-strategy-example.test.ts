import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadStrategy } from '../../src/app/load-strategy.ts';
import { decide } from '../../src/pipeline/decide.ts';
import { eraOf } from '../../src/pipeline/scan.ts';
import {
  FLAT,
  position,
  sessionsFrom,
  settingsWith,
  snapshotOf,
  sourceOf,
  wanderers,
} from '../pipeline/builders.ts';
import { configWith, homeFolder } from './strategy-homes.ts';

const FILE = fileURLToPath(new URL('../../config/strategies/pullback.mjs', import.meta.url));
const load = (params: object = {}) =>
  loadStrategy(configWith({ strategy: { file: FILE, params } }), homeFolder());

const SETTINGS = settingsWith({ scan: { minActivityUsd: 0 }, sizing: { minNotionalUsd: 0 } });
const source = sourceOf(wanderers(30, { drift: 0.0015, range: 0.03 }, 21));
const SESSIONS = Array.from({ length: 40 }, (_, i) => sessionsFrom('2014-11-05', i).date);

describe('the example of a strategy of one’s own', () => {
  it('buys weakness in an uptrend, with its own stop below the lows', async () => {
    const desk = await load();
    let bought = 0;
    for (const date of SESSIONS) {
      const snapshot = await snapshotOf(source, date);
      const decision = decide(snapshot, FLAT, SETTINGS, desk, 5);
      for (const { row, intent } of decision.candidates) {
        const { columns, indicators } = eraOf(snapshot, row.index);
        const last = (snapshot.visible[row.index] as number) - 1;
        const close = columns.close[last] as number;
        expect(close).toBeGreaterThan(indicators.get('sma200')[last] as number);
        expect(indicators.get('rsi2')[last]).toBeLessThanOrEqual(35);
        const lowest = Math.min(...columns.low.slice(last - 9, last + 1));
        if (intent === null) continue;
        bought += 1;
        expect(intent.stopPrice / 1e6).toBeLessThan(lowest);
        expect(intent.stopPrice / 1e6).toBeGreaterThan(
          lowest - 0.5 * (indicators.get('atr14')[last] as number) - 0.0101,
        );
      }
    }
    expect(bought).toBeGreaterThan(10);
  });

  it('leaves a position that has recovered, and no other', async () => {
    const desk = await load();
    const held = { ...FLAT, positions: [position('A00'), position('A01'), position('A02')] };
    let left = 0;
    for (const date of SESSIONS) {
      const snapshot = await snapshotOf(source, date);
      const { exits } = decide(snapshot, held, SETTINGS, desk, 5);
      const recovered = [0, 1, 2].filter((index) => {
        const last = (snapshot.visible[index] as number) - 1;
        return (eraOf(snapshot, index).indicators.get('rsi2')[last] as number) > 70;
      });
      expect(exits.map(({ symbol }) => symbol)).toEqual(recovered.map((index) => `A0${index}`));
      left += exits.length;
    }
    expect(left).toBeGreaterThan(10);
    expect(left).toBeLessThan(110);
  });

  it('refuses parameters that make no sense', async () => {
    await expect(load({ trendBars: 5 })).rejects.toMatchObject({ code: 'STRATEGY_INVALID' });
    await expect(load({ trend: 100 })).rejects.toMatchObject({ code: 'STRATEGY_INVALID' });
  });
});
