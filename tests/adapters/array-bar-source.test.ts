import { expect, test } from 'vitest';
import { arrayBarSource, dailyBar } from '../../src/adapters/sim/array-bar-source.ts';
import { barAt, type Symbol } from '../../src/domain/market.ts';
import { sessionDate } from '../../src/domain/time.ts';

const MON = sessionDate('2015-03-02');
const TUE = sessionDate('2015-03-03');
const AAA = 'AAA' as Symbol;
const ZZZ = 'ZZZ' as Symbol;
const monday = dailyBar([MON, 10, 12, 9, 11, 500]);
const tuesday = dailyBar([TUE, 11, 12, 10, 12]);

test('answers what it was given, symbols in order', async () => {
  const five = { ...monday, time: 1_425_306_600_000 };
  const source = arrayBarSource(
    { ZZZ: {}, AAA: { daily: [monday, tuesday], sessions: { [MON]: [five] }, sector: 'Tech' } },
    { intraday: '5m' },
  );
  expect(source.symbols).toEqual([AAA, ZZZ]);
  expect([source.sectorOf(AAA), source.sectorOf(ZZZ)]).toEqual(['Tech', 'UNKNOWN']);
  expect(source.daily(AAA).length).toBe(2);
  expect(barAt(source.daily(AAA), 0)).toEqual(monday);
  expect(barAt(source.session(AAA, MON) ?? source.daily(ZZZ), 0)).toEqual(five);
});

test('has nothing of what it was not given', () => {
  const source = arrayBarSource({ AAA: { daily: [monday] } });
  expect(source.session(AAA, MON)).toBeNull();
  expect(source.daily(ZZZ).length).toBe(0);
  expect([source.actions(ZZZ), source.badBars, source.warnings]).toEqual([[], [], []]);
  expect([source.intraday, source.adjustment]).toEqual([null, 'none']);
});

test('insists on time order', () => {
  expect(() => arrayBarSource({ AAA: { daily: [tuesday, monday] } })).toThrow('bars of AAA ascend');
});
