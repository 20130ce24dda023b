import { beforeAll, describe, expect, it } from 'vitest';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { configWith, dailyMarket, EASY } from '../app/backtest-world.ts';
import { audit } from './crash-audit.ts';
import { mostActive, type Period, type Played, playCrash, TIGHT } from './crash-world.ts';

const PERIOD: Period = {
  name: 'invented prices',
  from: '2015-06-01',
  to: '2015-09-11',
  crash: ['2015-08-17', '2015-08-28'],
};
const SMALL = { ...TIGHT, ...EASY };

/** A synthetic market, without symbols that split meanwhile. */
async function market() {
  const bars = dailyMarket(7, 40);
  const sessions = sessionsBetween(sessionDate(PERIOD.from), sessionDate(PERIOD.to));
  await bars.prepare(sessions.at(-1) as never, bars.symbols);
  const symbols = mostActive(bars, PERIOD, 40).filter((symbol) =>
    bars
      .actions(symbol)
      .every(({ kind, exDate }) => kind !== 'split' || exDate < PERIOD.from || exDate > PERIOD.to),
  );
  return { bars, symbols };
}

describe('the audit of a backtest', () => {
  let played: Played;
  let loose: Played;
  beforeAll(async () => {
    const { bars, symbols } = await market();
    const none = { 'risk.dailyLossFraction': '1', 'risk.hardDailyLossFraction': '1' };
    played = await playCrash(bars, PERIOD, SMALL, null, symbols);
    const free = { ...SMALL, ...none, 'risk.maxPositions': '50' };
    loose = await playCrash(bars, PERIOD, free, null, symbols);
  });
  const changed = (change: (event: JournalEvent) => JournalEvent | null): readonly string[] => {
    const events = played.events.flatMap((event) => change(event) ?? []);
    return audit({ ...played, events }).faults;
  };
  it('finds nothing wrong in an account with limits, on daily bars and on a path through them', async () => {
    const told = audit(played);
    expect(told.faults).toEqual([]);
    expect(told.reached.map(({ what }) => what)).toContain('daily_loss');
    expect(told.seen['stop fills']).toBeGreaterThan(5);
    const { bars, symbols } = await market();
    const within = audit(await playCrash(bars, PERIOD, SMALL, 1, symbols));
    expect(within.faults).toEqual([]);
    expect(within.reached.map(({ what }) => what)).toContain('hard_loss');
    expect(within.seen['stop fills']).toBeGreaterThan(5);
  });

  it('finds what an account without limits sends past them', () => {
    const config = configWith({
      ...SMALL,
      'risk.maxDrawdownFraction': '0.02',
      'risk.maxPositions': '4',
    });
    const { faults } = audit({ ...loose, config: config.config });
    for (const what of [
      'was sent after daily_loss',
      'was sent after drawdown',
      'survived the hard daily loss',
      'loss room is',
      'positions is',
      'not written down: daily_loss',
      'nobody was told of daily_loss',
    ]) {
      const isFound = faults.some((fault) => fault.includes(what));
      expect(isFound, what).toBe(true);
    }
  });

  it('finds an execution that is missing, twice there or a cent off', () => {
    const sale = played.events.find((one) => one.type === 'fill.recorded' && one.side === 'sell');
    const seq = sale?.seq;
    expect(changed((event) => (event.seq === seq ? null : event))).not.toEqual([]);
    const off = changed((event) =>
      event.seq === seq && event.type === 'fill.recorded'
        ? { ...event, price: (event.price + 10_000) as typeof event.price }
        : event,
    );
    expect(off).not.toEqual([]);
    const twice = played.events.flatMap((event) => (event.seq === seq ? [event, event] : [event]));
    expect(audit({ ...played, events: twice }).faults).not.toEqual([]);
  });

  it('finds a position without a stop, and a stop for fewer shares', () => {
    const isStop = (event: JournalEvent) =>
      event.type === 'order.submitted' && event.leg === 'stop' ? event : null;
    const first = played.events.map(isStop).find((event) => event !== null);
    const smaller = changed((event) =>
      event.seq === first?.seq ? { ...first, quantity: first.quantity - 1 } : event,
    );
    expect(smaller.some((fault) => fault.includes('stops for'))).toBe(true);
    const ended = changed((event) =>
      event.type === 'order.acknowledged' && event.orderRef === first?.orderRef
        ? ({ ...event, type: 'order.cancelled', cause: 'tampered' } as unknown as JournalEvent)
        : event,
    );
    expect(ended.some((fault) => fault.includes('stops for 0 shares'))).toBe(true);
  });

  it('finds a limit that nobody wrote down', () => {
    const silent = changed((event) => (event.type === 'trading_state.changed' ? null : event));
    expect(silent.some((fault) => fault.includes('not written down: daily_loss'))).toBe(true);
    const unheard = changed((event) => (event.type === 'alert.raised' ? null : event));
    expect(unheard.some((fault) => fault.includes('nobody was told of daily_loss'))).toBe(true);
  });
});
