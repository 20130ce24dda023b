import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import type { HeldPosition } from '../../src/domain/portfolio.ts';
import { mayAdd } from '../../src/pipeline/scale-in.ts';
import { position } from './builders.ts';

const ASKED = { scaleIn: { afterR: 1, maxAdds: 2 } };
/** 100 bought at 50 with a stop at 45: one R is 5. */
const held = (change: Partial<HeldPosition>): HeldPosition =>
  position('AAA', { averagePrice: usd(50), initialStop: usd(45), stop: usd(45), ...change });

describe('a position', () => {
  it('may be added to once it has gained what is asked for', () => {
    expect(mayAdd(held({ mark: usd(54.99) }), ASKED)).toBe(false);
    expect(mayAdd(held({ mark: usd(55) }), ASKED)).toBe(true);
    expect(mayAdd(held({ mark: usd(50) }), { scaleIn: { afterR: 0, maxAdds: 1 } })).toBe(true);
  });

  it('may be added to so often and no more', () => {
    const gained = { mark: usd(60) };
    expect(mayAdd(held({ ...gained, adds: 1 }), ASKED)).toBe(true);
    expect(mayAdd(held({ ...gained, adds: 2 }), ASKED)).toBe(false);
  });

  it('is left alone without a working stop, a fresh price or a known risk, and where nobody asks', () => {
    const gained = { mark: usd(60) };
    expect(mayAdd(held({ ...gained, stop: null }), ASKED)).toBe(false);
    expect(mayAdd(held({ ...gained, markStale: true }), ASKED)).toBe(false);
    expect(mayAdd(held({ ...gained, initialStop: null }), ASKED)).toBe(false);
    expect(mayAdd(held({ ...gained, initialStop: usd(50) }), ASKED)).toBe(false);
    expect(mayAdd(held(gained), {})).toBe(false);
  });
});
