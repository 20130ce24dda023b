import { describe, expect, it } from 'vitest';
import { type Day, playScene, sessionNo } from './limits-world.ts';

const at = (price: number): Day => ({ open: price, close: price });
const to = (open: number, close: number): Day => ({ open, close });
const dateOf = (n: number): string => sessionNo(n).date;

/** Bought at 100 in session 0; session 1 closes at 110, where 945 shares and 5,500 in cash are 109,450. */
const RISEN: readonly Day[] = [at(100), to(105, 110)];

describe('a day that loses its limit, with daily bars', () => {
  it('has no entries in the session after it, and has them in the one after that', async () => {
    const played = await playScene({ days: [...RISEN, to(110, 107.6), at(107.6), at(107.6)] });
    expect(played.entries()[0]).toBe(5);
    expect(played.of('trading_state.changed')).toMatchObject([
      {
        source: 'daily_loss',
        to: 'reducing',
        by: 'limits',
        at: sessionNo(2).closeAt,
        until: sessionNo(3).closeAt,
      },
    ]);
    expect([2, 3, 4].map((n) => played.denials(n).includes('DAILY_LOSS'))).toEqual([
      false,
      true,
      false,
    ]);
    expect(played.of('alert.raised')).toMatchObject([{ code: 'DAILY_LOSS', level: 'warning' }]);
  });

  it('is one that loses 2 % of 109,450: 2,173.50 is less, 2,268 is more', async () => {
    const inside = await playScene({ days: [...RISEN, to(110, 107.7), at(107.7)] });
    expect(inside.of('trading_state.changed')).toEqual([]);
    const beyond = await playScene({ days: [...RISEN, to(110, 107.6), at(107.6)] });
    expect(beyond.of('trading_state.changed')).toHaveLength(1);
  });

  it('is one that loses 1.89 % of 109,000 to the cent, and none that loses a cent less', async () => {
    const risk = { dailyLossFraction: 0.0189 };
    // So little room for losses leaves 900 shares: falling by 2.289 they lose 2,060.10.
    const reached = [...RISEN, to(110, 107.711), at(107.711)];
    expect((await playScene({ days: reached, config: { risk } })).denials(3)).toContain(
      'DAILY_LOSS',
    );
    const short = [...RISEN, to(110, 107.71102), at(107.71102)];
    expect((await playScene({ days: short, config: { risk } })).denials(3)).not.toContain(
      'DAILY_LOSS',
    );
  });

  it('closes every position at the next open where the loss is hard, for that reason', async () => {
    const days = [...RISEN, to(110, 106), at(106), at(106)];
    const played = await playScene({ days });
    expect(played.exits()).toEqual([`daily_loss ${dateOf(3)}`]);
    expect(played.of('trade.closed').map(({ at: soldAt }) => soldAt)).toEqual(
      Array(5).fill(sessionNo(3).openAt),
    );
    expect(played.entries().slice(0, 4)).toEqual([5, 0, 0, 0]);
    expect(played.entries()[4]).toBeGreaterThan(0);
  });

  it('keeps them where it is told to', async () => {
    const risk = { onHardDailyLoss: 'keep' };
    const played = await playScene({ days: [...RISEN, to(110, 106), at(106)], config: { risk } });
    expect(played.exits()).toEqual([]);
    expect(played.denials(3)).toContain('DAILY_LOSS');
  });
});

describe('a day that loses its limit, with five-minute bars', () => {
  const schedule = [
    { name: 'scan-open', job: 'scan', at: '09:35', top: 5 },
    { name: 'scan-midday', job: 'scan', at: '12:00', top: 2 },
  ];
  const scene = { schedule, intraday: true };
  const dip = (low: number): Day => ({
    ...at(110),
    fives: [...Array(6).fill(110), ...Array(12).fill(low), ...Array(60).fill(110)],
  });

  it('has no entries for its rest, also where the loss recovers, and has them the next day', async () => {
    const played = await playScene({ ...scene, days: [...RISEN, dip(107), at(110)] });
    const [latch, ...more] = played.of('trading_state.changed');
    expect(latch).toMatchObject({ source: 'daily_loss', until: sessionNo(2).closeAt });
    expect(latch?.at).toBe(sessionNo(2).openAt + 35 * 60_000);
    expect(more).toEqual([]);
    expect([2, 3].map((n) => played.denials(n).includes('DAILY_LOSS'))).toEqual([true, false]);
    expect(played.exits()).toEqual([]);
  });

  it('is one that loses 1.89 % of 109,450 to the cent, and none that loses a cent less', async () => {
    const config = { risk: { dailyLossFraction: 0.0189 } };
    const latches = async (low: number) =>
      (await playScene({ ...scene, days: [...RISEN, dip(low)], config })).of(
        'trading_state.changed',
      );
    expect(await latches(107.811)).toMatchObject([{ source: 'daily_loss' }]);
    expect(await latches(107.81102)).toEqual([]);
  });

  it('is none without that dip', async () => {
    const played = await playScene({ ...scene, days: [...RISEN, dip(108), at(110)] });
    expect(played.of('trading_state.changed')).toEqual([]);
    expect(played.denials(2)).not.toContain('DAILY_LOSS');
  });

  it('closes positions within the day where the loss is hard', async () => {
    const played = await playScene({ ...scene, days: [...RISEN, dip(106)] });
    expect(played.exits()).toEqual([`daily_loss ${dateOf(2)}`]);
    const [sold] = played.of('trade.closed');
    expect(sold?.at).toBe(sessionNo(2).openAt + 35 * 60_000);
  });
});

describe('a day whose limit is lost by the last stop, with five-minute bars', () => {
  const schedule = [{ name: 'scan-open', job: 'scan', at: '09:35', top: 5 }];
  const scene = { schedule, intraday: true };
  const latchOf = async (days: readonly Day[]) => {
    const played = await playScene({ ...scene, days });
    const last = days.length - 1;
    expect(played.exits()).toEqual([`stop ${dateOf(last)}`]);
    expect(played.of('alert.raised').map(({ code }) => code)).toContain('DAILY_LOSS');
    const losses = played.of('trading_state.changed').filter((e) => e.source === 'daily_loss');
    expect(losses.map(({ until }) => until)).toEqual([sessionNo(last).closeAt]);
    return losses.map(({ at: since }) => (since - sessionNo(last).openAt) / 60_000);
  };

  it('says so at once, where a gap at the open closed everything and no job follows', async () => {
    expect(await latchOf([at(100), at(97)])).toEqual([0]);
  });

  it('says so at once, where a bar within the day closed everything', async () => {
    // From 101 the stops at 98.10 are 2.7 % of the account away.
    const fives = [...Array(24).fill(99), 96, ...Array(53).fill(97)];
    expect(await latchOf([at(100), to(100, 101), { ...to(101, 97), fives }])).toEqual([125]);
  });

  it('stays silent where the stops lost less than the limit', async () => {
    const config = { risk: { dailyLossFraction: 0.03, hardDailyLossFraction: 0.04 } };
    const played = await playScene({ ...scene, days: [at(100), at(97)], config });
    expect(played.exits()).toEqual([`stop ${dateOf(1)}`]);
    expect(played.of('trading_state.changed')).toEqual([]);
  });
});

describe('a drawdown', () => {
  // Each day loses less than its limit; together 4.3 % of 109,450.
  const slide = [to(110, 108.5), to(108.5, 107), to(107, 105)];
  const days = [...RISEN, ...slide, ...Array.from({ length: 6 }, () => at(105))];

  it('latches at the close that reaches its limit, and ends a backtest there', async () => {
    const played = await playScene({ days, config: { risk: { maxDrawdownFraction: 0.04 } } });
    expect(played.end).toEqual({ kind: 'halted', on: dateOf(4) });
    expect(played.book.drawdownLatch).toMatchObject({ since: sessionNo(4).closeAt, until: null });
    expect(played.of('alert.raised')).toMatchObject([{ code: 'DRAWDOWN', level: 'critical' }]);
  });

  it('is forgiven at the last close of its cooldown; reports go on as before', async () => {
    const risk = { maxDrawdownFraction: 0.04, drawdownCooldownSessions: 3 };
    const played = await playScene({ days, config: { risk } });
    expect(played.end).toEqual({ kind: 'completed' });
    expect(played.of('risk.peak_rebased')).toMatchObject([
      { cause: 'cooldown', session: dateOf(7), at: sessionNo(7).closeAt },
    ]);
    expect([4, 5, 6, 7, 8].map((n) => played.denials(n).includes('DRAWDOWN'))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(played.book.drawdownLatch).toBeNull();
    expect(played.book.lastClose?.drawdown).toBeLessThan(-0.04);
    expect(played.book.lastClose?.limitDrawdown).toBe(0);
  });
});

/** Everything opens 3 % lower the day after it was bought: five stops are filled at that open. */
const GAP = [at(100), at(97), at(97), at(97)];
const NO_STOP_OUTS = { breakers: { stopOuts: 0 } };

describe('losses in a row', () => {
  it('pause the rest of their session and the next one, then count from zero', async () => {
    const config = { ...NO_STOP_OUTS, risk: { maxConsecutiveLosses: 5 } };
    const played = await playScene({ days: GAP, config });
    expect(played.exits()).toEqual([`stop ${dateOf(1)}`]);
    expect([1, 2, 3].map((n) => played.denials(n).includes('CONSECUTIVE_LOSSES'))).toEqual([
      false,
      true,
      false,
    ]);
    const four = { ...NO_STOP_OUTS, risk: { maxConsecutiveLosses: 6 } };
    const fewer = await playScene({ days: GAP, config: four });
    expect(fewer.denials(2)).not.toContain('CONSECUTIVE_LOSSES');
  });
});

describe('circuit breakers', () => {
  const trips = async (days: readonly Day[], config: Record<string, unknown> = {}) =>
    (await playScene({ days, config })).of('breaker.tripped');

  it('trip on nothing in quiet sessions', async () => {
    expect(await trips(Array.from({ length: 10 }, () => at(100)))).toEqual([]);
  });

  it('trip on slippage above their limit, for an hour of open market', async () => {
    const costs = { commission: 'none', slippageBps: 110 };
    const entry = { gapFraction: 1, gapAtr: 100, collarFraction: 0.02 };
    const [trip] = await trips([at(100), at(100)], { costs, entry });
    expect(trip).toMatchObject({
      breaker: 'slippage',
      state: 'reducing',
      limit: 0.01,
      until: sessionNo(0).openAt + 3_600_000,
    });
    expect(trip?.value).toBeCloseTo(0.011, 6);
    const usual = { commission: 'none', slippageBps: 100 };
    expect(await trips([at(100), at(100)], { costs: usual, entry })).toEqual([]);
  });

  it('call a gap no slippage: a stop that the market opens below is filled at the open', async () => {
    expect(await trips(GAP, NO_STOP_OUTS)).toEqual([]);
  });

  it('trip on five stops with a loss in a session, and not on four', async () => {
    const [trip, ...more] = await trips(GAP);
    expect(trip).toMatchObject({ breaker: 'stop_outs', value: 5, limit: 5 });
    expect(trip?.until).toBe(sessionNo(1).openAt + 3_600_000);
    expect(more).toEqual([]);
    expect(await trips(GAP, { breakers: { stopOuts: 6 } })).toEqual([]);
  });

  it('trip on a session without any data while something is held, and not without', async () => {
    const days = [at(100), null, at(100), at(100)];
    const played = await playScene({ days });
    const [trip, ...more] = played.of('breaker.tripped');
    expect(trip).toMatchObject({ breaker: 'data_silence', at: sessionNo(1).closeAt });
    expect(trip?.until).toBe(sessionNo(2).openAt + 3_600_000);
    expect(more).toEqual([]);
    expect(played.denials(3)).not.toContain('BREAKER');
    const empty = await playScene({
      days: [at(100), null, at(100)],
      symbols: ['AAA'],
      config: { sizing: { minNotionalUsd: 1e6 } },
    });
    expect(empty.of('breaker.tripped')).toEqual([]);
  });

  it('halt on an account that jumps, until a person has looked: nothing is sold by itself', async () => {
    const exits = { trail: { kind: 'none' }, maxHoldingSessions: 3 };
    const days = [at(100), to(100, 112), at(112), at(112), at(112)];
    const played = await playScene({ days, config: { exits } });
    expect(played.of('breaker.tripped')).toMatchObject([
      { breaker: 'equity_jump', state: 'halted', until: null },
    ]);
    expect(played.exits()).toEqual([]);
    expect(played.denials(4)).toContain('BREAKER');
    const less = await playScene({ days: [...RISEN, at(110), at(110)], config: { exits } });
    expect(less.exits()).toEqual([`time ${dateOf(3)}`]);
  });
});
