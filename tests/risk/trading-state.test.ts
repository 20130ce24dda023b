import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/time.ts';
import {
  RESTRICTION_SOURCES,
  type Restriction,
  TRADING_STATES,
} from '../../src/domain/trading-state.ts';
import {
  inForce,
  NOTHING_OUTSIDE,
  outsideRestrictions,
  restrictionKey,
  strictest,
  tradingAt,
} from '../../src/risk/trading-state.ts';

const states = fc.constantFrom(...TRADING_STATES);
const instants = fc.integer({ min: 0, max: 100 }).map(epochMs);
const restrictions: fc.Arbitrary<Restriction> = fc.record({
  source: fc.constantFrom(...RESTRICTION_SOURCES),
  detail: fc.constantFrom('', 'slippage', 'stop_outs'),
  state: fc.constantFrom('reducing', 'halted'),
  since: fc.option(instants),
  by: fc.string(),
  why: fc.string(),
  until: fc.option(instants),
});

describe('the strictest of two states', () => {
  it('does not depend on their order', () => {
    fc.assert(fc.property(states, states, (a, b) => strictest(a, b) === strictest(b, a)));
  });

  it('does not depend on how several are put together', () => {
    fc.assert(
      fc.property(
        states,
        states,
        states,
        (a, b, c) => strictest(strictest(a, b), c) === strictest(a, strictest(b, c)),
      ),
    );
  });

  it('of a state with itself is that state, and active changes nothing', () => {
    for (const state of TRADING_STATES) {
      expect(strictest(state, state)).toBe(state);
      expect(strictest(state, 'active')).toBe(state);
    }
  });

  it('is halted before reducing before active', () => {
    expect(strictest('active', 'reducing')).toBe('reducing');
    expect(strictest('reducing', 'halted')).toBe('halted');
  });
});

describe('what may be done', () => {
  it('is what the strictest restriction in force allows, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(restrictions), instants, (all, at) => {
        const { state, restrictions: told } = tradingAt(all, at);
        const now = all.filter((one) => one.until === null || at < one.until);
        expect(state).toBe(now.reduce<string>((s, r) => strictest(s as never, r.state), 'active'));
        expect([...told].sort(byText)).toEqual([...now].sort(byText));
        expect(tradingAt([...all].reverse(), at).state).toBe(state);
      }),
    );
  });

  it('never allows more because another restriction is added', () => {
    fc.assert(
      fc.property(fc.array(restrictions), restrictions, instants, (all, more, at) => {
        const before = tradingAt(all, at).state;
        const after = tradingAt([...all, more], at).state;
        expect(strictest(before, after)).toBe(after);
      }),
    );
  });

  it('ends with the instant at which a restriction is over', () => {
    const pause = { ...PAUSE, until: epochMs(100) };
    expect(inForce(pause, epochMs(99))).toBe(true);
    expect(inForce(pause, epochMs(100))).toBe(false);
    expect(inForce({ ...pause, until: null }, epochMs(1e12))).toBe(true);
  });
});

const PAUSE: Restriction = {
  source: 'pause',
  detail: '',
  state: 'reducing',
  since: epochMs(1),
  by: 'me',
  why: 'lunch',
  until: null,
};

const byText = (a: Restriction, b: Restriction): number =>
  JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;

describe('outside of the journal', () => {
  const sourcesOf = (outside: Partial<typeof NOTHING_OUTSIDE>) =>
    outsideRestrictions({ ...NOTHING_OUTSIDE, ...outside }).map(
      ({ source, detail, state }) => `${source} ${detail} ${state}`,
    );

  it('nothing restricts', () => {
    expect(sourcesOf({})).toEqual([]);
  });

  it('the environment and the kill file halt, also an empty one', () => {
    expect(sourcesOf({ killSwitch: true })).toEqual(['kill environment halted']);
    expect(sourcesOf({ killFile: '' })).toEqual(['kill file halted']);
    expect(sourcesOf({ killSwitch: true, killFile: 'why' })).toHaveLength(2);
  });

  it('a broker that is not armed halts, with the reason', () => {
    const [found] = outsideRestrictions({ ...NOTHING_OUTSIDE, disarmed: 'no' });
    expect(found).toMatchObject({ source: 'disarmed', state: 'halted', why: 'no' });
  });
});

describe('the key of a restriction', () => {
  it('is its source, with its detail where there is more than one', () => {
    expect(restrictionKey(PAUSE)).toBe('pause');
    expect(restrictionKey({ source: 'breaker', detail: 'slippage' })).toBe('breaker slippage');
  });
});
