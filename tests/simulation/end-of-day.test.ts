import { describe, expect, it } from 'vitest';
import { newYorkTime } from '../../src/calendar/nyse.ts';
import { type Day, type Played, playScene, sessionNo } from './limits-world.ts';

const quiet: Day = { open: 100, close: 100 };
const schedule = [{ name: 'scan-open', job: 'scan', at: '10:30', top: 5 }];
const exits = { trail: { kind: 'none' }, maxHoldingSessions: 0, flatBeforeClose: true };

/** "end_of_day 15:55 of 2015-03-03": when and why each trade ended, each once. */
async function exitsWith(intraday: '1m' | '5m' | '15m' | '30m' | '1h' | false): Promise<string[]> {
  const at = intraday === false ? [] : schedule;
  const scene = { days: [quiet, quiet], intraday, config: { exits } };
  const played = await playScene(intraday === false ? scene : { ...scene, schedule: at });
  return [...new Set(endsOf(played))];
}

const endsOf = (played: Played): string[] =>
  played.of('trade.closed').map(({ exitReason, at: soldAt }) => {
    const session = new Date(soldAt).toISOString().slice(0, 10);
    return `${exitReason} ${newYorkTime(soldAt).slice(0, 5)} of ${session}`;
  });

const both = (time: string, reason = 'end_of_day'): string[] =>
  [0, 1].map((n) => `${reason} ${time} of ${sessionNo(n).date}`);

describe('positions that may not be held overnight', () => {
  it.each([
    ['1m', '15:55'],
    ['5m', '15:55'],
    ['15m', '15:45'],
    ['30m', '15:30'],
    ['1h', '15:30'],
  ] as const)(
    'are sold at the last bar that starts by five minutes before the close: %s',
    async (length, time) => {
      expect(await exitsWith(length)).toEqual(both(time));
    },
  );

  it('are sold at the close where there are daily bars only', async () => {
    expect(await exitsWith(false)).toEqual(both('16:00'));
  });

  it('are sold at the close where their own bars are daily ones beside minutes of others', async () => {
    const played = await playScene({
      days: [quiet, quiet],
      intraday: '5m',
      symbols: ['AAA', 'BBB'],
      dailyOnly: ['BBB'],
      schedule: [{ name: 'scan-open', job: 'scan', at: '09:30', top: 5 }],
      config: { exits },
    });
    expect(endsOf(played).sort()).toEqual([...both('15:55'), ...both('16:00')].sort());
  });
});

describe('positions whose minutes are over', () => {
  const minutes = (maxHoldingMinutes: number) => ({
    exits: { trail: { kind: 'none' }, maxHoldingSessions: 0, maxHoldingMinutes },
  });

  it('are sold at the first bar after them', async () => {
    const scene = { days: [quiet, quiet], intraday: '15m', schedule, config: minutes(60) } as const;
    expect([...new Set(endsOf(await playScene(scene)))]).toEqual(both('11:30', 'time'));
  });

  it('are sold at the close where there are daily bars only', async () => {
    const scene = { days: [quiet, quiet], config: minutes(60) };
    expect([...new Set(endsOf(await playScene(scene)))]).toEqual(both('16:00', 'time'));
  });
});
