import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microsFromFloat, usd } from '../../src/domain/money.ts';
import type { HeldPosition } from '../../src/domain/portfolio.ts';
import { type CompletedBar, type ExitSettings, planExits } from '../../src/pipeline/exits.ts';
import { position, sym } from './builders.ts';

const SETTINGS: ExitSettings = {
  trailAtr: 3,
  trailFraction: null,
  breakEvenR: null,
  maxHoldingSessions: 60,
  scaleOut: null,
};

/** What the close of one bar asks to do with one position: 100 at 50, stop 45, highest close 50. */
function told(
  bar: CompletedBar | null,
  held: Partial<HeldPosition> = {},
  settings: Partial<ExitSettings> = {},
): string {
  const completed = new Map(bar === null ? [] : [[sym('AAA'), bar]]);
  const plan = planExits([position('AAA', held)], completed, { ...SETTINGS, ...settings });
  const moves = plan.moves.map(({ from, to, cause }) => `${cause} ${from / 1e6} to ${to / 1e6}`);
  return [...moves, ...plan.timedOut.map((symbol) => `${symbol} timed out`)].join(', ');
}

describe('the trailing stop', () => {
  it('follows the highest close at three ATR14 of the completed bar, down to the tick', () => {
    expect(told({ close: 58, atr: 2 })).toBe('trail 45 to 52');
    expect(told({ close: 58, atr: 2.0001 })).toBe('trail 45 to 51.99');
    expect(told({ close: 54, atr: 2 }, { highestClose: usd(60) })).toBe('trail 45 to 54');
  });

  it('never moves down, nor where it stands', () => {
    expect(told({ close: 50, atr: 2 })).toBe('');
    expect(told({ close: 51, atr: 2 })).toBe('');
    expect(told({ close: 51.01, atr: 2 })).toBe('trail 45 to 45.01');
  });

  it('stays without a bar, an ATR14, a stop, or where it is switched off', () => {
    expect(told(null)).toBe('');
    expect(told({ close: 90, atr: Number.NaN })).toBe('');
    expect(told({ close: 90, atr: 40 })).toBe('');
    expect(told({ close: 90, atr: 2 }, { stop: null })).toBe('');
    expect(told({ close: 90, atr: 2 }, {}, { trailAtr: null })).toBe('');
  });

  it('is where plain arithmetic puts it', () => {
    const price = fc.double({ min: 2, max: 900, noNaN: true });
    fc.assert(
      fc.property(
        price,
        price,
        fc.double({ min: 0.01, max: 30, noNaN: true }),
        (close, high, atr) => {
          const held = { stop: usd(0.01), highestClose: microsFromFloat(high, 'halfEven') };
          const said = told({ close, atr }, held);
          const micros = Math.round(Math.max(close, high) * 1e6) - Math.round(3 * atr * 1e6);
          const tick = micros >= 1e6 ? 10_000 : 100;
          const stop = Math.floor(micros / tick) * tick;
          expect(said).toBe(stop > 10_000 ? `trail 0.01 to ${stop / 1e6}` : '');
        },
      ),
    );
  });
});

describe('the move to break-even', () => {
  const EVEN = { trailAtr: null, breakEvenR: 1 };

  it('comes once a close is so many initial risks above the entry', () => {
    expect(told({ close: 54.99, atr: 2 }, {}, EVEN)).toBe('');
    expect(told({ close: 55, atr: 2 }, {}, EVEN)).toBe('break_even 45 to 50');
    expect(told({ close: 60, atr: 2 }, {}, { ...EVEN, breakEvenR: 2 })).toBe('break_even 45 to 50');
  });

  it('gives way to a trail that is higher', () => {
    expect(told({ close: 58, atr: 2 }, {}, { breakEvenR: 1 })).toBe('trail 45 to 52');
    expect(told({ close: 55, atr: 2 }, {}, { breakEvenR: 1 })).toBe('break_even 45 to 50');
  });

  it('does not come without a known initial stop below the entry', () => {
    expect(told({ close: 90, atr: 2 }, { initialStop: null }, EVEN)).toBe('');
    expect(told({ close: 90, atr: 2 }, { initialStop: usd(50) }, EVEN)).toBe('');
  });
});

describe('the time stop', () => {
  it('comes at the close of the sixtieth session held', () => {
    expect(told(null, { sessionsHeld: 59 })).toBe('');
    expect(told(null, { sessionsHeld: 60 })).toBe('AAA timed out');
    expect(told(null, { sessionsHeld: 61 })).toBe('AAA timed out');
  });

  it('never comes where it is switched off', () => {
    expect(told(null, { sessionsHeld: 900 }, { maxHoldingSessions: 0 })).toBe('');
  });
});
