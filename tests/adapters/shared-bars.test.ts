import { describe, expect, it } from 'vitest';
import { shareBars, sharedBarSource } from '../../src/adapters/memory/shared-bars.ts';
import { arrayBarSource, dailyBar } from '../../src/adapters/sim/array-bar-source.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { type Bar, parseSymbol, type Symbol } from '../../src/domain/market.ts';
import { assertExists } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';

const symbol = (text: string): Symbol => assertExists(parseSymbol(text), `${text} is a symbol`);
const date = sessionDate;
const session = assertExists(sessionOf(date('2016-03-04')), 'a session');

const minute = (at: number, price: number): Bar => ({
  time: session.openAt + at * 60_000,
  open: price,
  high: price + 1,
  low: price - 1,
  close: price + 0.5,
  volume: 100 + at,
});

const source = arrayBarSource(
  {
    AAA: {
      daily: [
        dailyBar([date('2016-03-03'), 10, 11, 9, 10.5]),
        dailyBar([date('2016-03-04'), 10.5, 12, 10, 11, 5]),
      ],
      sessions: { '2016-03-04': [minute(0, 10.5), minute(1, 10.7)] },
      actions: [{ symbol: symbol('AAA'), exDate: '2016-03-04', kind: 'dividend', value: 0.2 }],
      sector: 'TECH',
    },
    BBB: { sessions: { '2016-03-04': [minute(0, 20)] } },
    CCC: { daily: [dailyBar([date('2016-03-04'), 1, 2, 0.5, 1.5])] },
  },
  { label: 'three symbols', adjustment: 'split', intraday: '1m' },
);

/** What a thread is sent: plain data, the memory itself not copied. */
const shared = shareBars(source, session);
const sent = structuredClone(shared);

describe('a source over shared bars', () => {
  const other = sharedBarSource(sent);

  it('says of every symbol what the source it was made of says', () => {
    const { label, synthetic, adjustment, intraday, symbols } = source;
    expect(other).toMatchObject({ label, synthetic, adjustment, intraday, symbols });
    for (const name of symbols) {
      expect(other.sectorOf(name)).toBe(source.sectorOf(name));
      expect(other.actions(name)).toEqual(source.actions(name));
      expect(other.daily(name)).toEqual(source.daily(name));
      for (const day of [date('2016-03-03'), session.date]) {
        expect(other.session(name, day)).toEqual(source.session(name, day));
      }
    }
  });

  it('has nothing of a symbol that it does not know', () => {
    expect(other.daily(symbol('ZZZ')).length).toBe(0);
    expect(other.session(symbol('ZZZ'), session.date)).toBeNull();
    expect(other.sectorOf(symbol('ZZZ'))).toBe('UNKNOWN');
  });

  it('shares the memory instead of copying it', () => {
    expect(sent.memory).toBeInstanceOf(SharedArrayBuffer);
    const columns = sharedBarSource(shared).daily(symbol('AAA'));
    const volume = columns.volume[0] as number;
    columns.volume[0] = volume + 1;
    expect(other.daily(symbol('AAA')).volume[0]).toBe(volume + 1);
    columns.volume[0] = volume;
  });

  it('asks another source for intraday bars that were not copied', () => {
    const market = { ...source, synthetic: true };
    const made = sharedBarSource(shareBars(market, session), market);
    expect(made.session(symbol('BBB'), session.date)).toEqual(
      source.session(symbol('BBB'), session.date),
    );
    expect(made.daily(symbol('AAA'))).toEqual(source.daily(symbol('AAA')));
  });

  it('is made of a source without bars too', () => {
    const empty = sharedBarSource(shareBars(arrayBarSource({ AAA: {} }), session));
    expect(empty.daily(symbol('AAA')).length).toBe(0);
  });
});
