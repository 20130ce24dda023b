import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { bracketOf } from '../../src/pipeline/bracket.ts';
import { INTENT } from '../risk/guard-input.ts';
import { SETTINGS } from './builders.ts';

const ORIGIN = { session: sessionDate('2016-06-24'), slot: 'scan-open', generation: 2 };
const REF = '2016-06-24/scan-open/AAA';

describe('a bracket', () => {
  it('is a day limit and a lasting stop in a group of its own, named after the entry', () => {
    const { entry, stop, target, band } = bracketOf(INTENT, 60, ORIGIN, SETTINGS.entry);
    expect(entry).toMatchObject({
      orderRef: `${REF}/entry/2`,
      side: 'buy',
      type: 'limit',
      quantity: 60,
      limitPrice: usd(50.5),
      stopPrice: null,
      timeInForce: 'DAY',
      parentRef: null,
      ocaGroup: null,
    });
    expect(stop).toMatchObject({
      orderRef: `${REF}/stop/2`,
      side: 'sell',
      type: 'stop',
      quantity: 60,
      limitPrice: null,
      stopPrice: usd(45),
      timeInForce: 'GTC',
      parentRef: `${REF}/entry/2`,
      ocaGroup: `${REF}/entry/2/oca`,
    });
    expect(target).toBeNull();
    expect(band).toEqual({ lowest: usd(49), highest: usd(51) });
  });

  it('has a target in the group of the stop, where there is one', () => {
    const { stop, target } = bracketOf(
      { ...INTENT, targetPrice: usd(60) },
      60,
      ORIGIN,
      SETTINGS.entry,
    );
    expect(target).toMatchObject({
      orderRef: `${REF}/target/2`,
      type: 'limit',
      limitPrice: usd(60),
      quantity: 60,
      ocaGroup: stop.ocaGroup,
      exitReason: 'target',
    });
  });

  it('enters at the market where the configuration says so, with the same stop', () => {
    const { entry, stop } = bracketOf(INTENT, 5, ORIGIN, { ...SETTINGS.entry, type: 'market' });
    expect(entry).toMatchObject({ type: 'market', limitPrice: null, quantity: 5 });
    expect(stop.stopPrice).toBe(usd(45));
  });
});
