import { describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../src/adapters/memory/silent-log.ts';
import { SimClock } from '../../src/adapters/sim/sim-clock.ts';
import { watchOrders } from '../../src/app/breaker-watch.ts';
import { compose, type System } from '../../src/app/compose.ts';
import { resumeIn } from '../../src/app/control-trading.ts';
import { latchCloses } from '../../src/app/limit-watch.ts';
import { tradingNow } from '../../src/app/trading.ts';
import { markDrafts, portfolioAt } from '../../src/app/valuation.ts';
import { instantOf, sessionOf } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { bracketSent, refOf } from '../ledger/book-drafts.ts';
import { inHome, SMALL } from '../simulation/daemon-world.ts';

const DAY = sessionDate('2026-03-05');
const TEN = instantOf(DAY, 600);
const SESSION = assertExists(sessionOf(DAY), 'a session');
const ME = { id: 'x', principal: 'me', host: 'here', source: 'cli', askedAt: TEN } as const;
const LET_GO = { clearKill: false, rebasePeak: false, cause: 'looked', at: TEN };

/** A home of its own whose exchange stands at ten, with what is written down afterwards. */
const withSystem = (work: (system: System) => Promise<void>): Promise<void> =>
  inHome(SMALL, async (home) => {
    const loaded = await home.config();
    const own = { home: home.dir, loaded, mode: 'sim', version: '0' } as const;
    const system = await compose({ ...own, clock: new SimClock(TEN), log: SILENT_LOG });
    try {
      await work(system);
    } finally {
      await system.close();
    }
  });

const sourcesOf = (system: System): string[] =>
  tradingNow(system).restrictions.map(({ source, detail }) => `${source} ${detail}`.trim());

const rejected = (n: number): EventDraft[] => [
  ...bracketSent({ generation: n }),
  {
    type: 'order.rejected',
    at: TEN,
    runId: null,
    orderRef: refOf('entry', { generation: n }),
    code: '201',
    message: 'no',
  },
];
const denied = (code: string): EventDraft => ({
  type: 'order.denied',
  at: TEN,
  runId: null,
  orderRef: 'x',
  code,
  message: '',
});

describe('what orders come to', () => {
  it('trips at five rejections in a row, once, and a person lets it go', () =>
    withSystem(async (system) => {
      const { history, book } = system;
      for (const n of [1, 2, 3, 4]) await history.append(rejected(n));
      await watchOrders(system, [], DAY);
      expect(sourcesOf(system)).toEqual([]);
      await history.append(rejected(5));
      await watchOrders(system, [], DAY);
      expect(sourcesOf(system)).toEqual(['breaker rejections']);
      const { seq } = book;
      await watchOrders(system, [], DAY);
      expect(book.seq).toBe(seq);
      const { done, after } = await resumeIn(system, LET_GO, ME);
      expect(done).toEqual(['lifted: rejections']);
      expect(after.state).toBe('active');
    }));

  it('trips where the last gate refused an order for its rate, for an hour', () =>
    withSystem(async (system) => {
      await system.history.append([denied('ORDERS_PER_DAY')]);
      await watchOrders(system, [], DAY);
      expect(sourcesOf(system)).toEqual([]);
      await system.history.append([denied('ORDER_RATE')]);
      await watchOrders(system, [], DAY);
      const [restriction] = tradingNow(system).restrictions;
      expect(restriction).toMatchObject({
        detail: 'order_rate',
        state: 'reducing',
        until: TEN + 3_600_000,
      });
    }));

  it('halts where the last gate was asked for what nobody approved', () =>
    withSystem(async (system) => {
      await system.history.append([denied('CONSERVATION')]);
      await watchOrders(system, [], DAY);
      expect(tradingNow(system)).toMatchObject({
        state: 'halted',
        restrictions: [{ detail: 'conservation', until: null }],
      });
    }));
});

describe('a drawdown that has latched', () => {
  it('is lifted by a person who says so, and by no other resuming', () =>
    withSystem(async (system) => {
      const { history, book } = system;
      const lost = { kind: 'fee', amount: usd(-11_000), session: DAY, note: 'lost' } as const;
      await history.append([{ type: 'cash.recorded', at: TEN, runId: null, ...lost }]);
      const state = await portfolioAt(system, TEN, SESSION);
      await history.append(markDrafts(system, state, SESSION, 'close'));
      await latchCloses(system);
      // So much at once is a jump as well.
      expect(sourcesOf(system)).toEqual(['breaker equity_jump', 'drawdown']);
      const { seq } = book;
      await latchCloses(system);
      expect(book.seq).toBe(seq);
      await resumeIn(system, LET_GO, ME);
      expect(sourcesOf(system)).toEqual(['drawdown']);
      const { after } = await resumeIn(system, { ...LET_GO, rebasePeak: true }, ME);
      expect(after.state).toBe('active');
      await latchCloses(system);
      expect(sourcesOf(system)).toEqual([]);
      expect(book.lastClose?.drawdown).toBeCloseTo(-0.11, 9);
    }));
});

describe('the share of the risk budget in use', () => {
  it('is written down when it changes, with what it was and why', () =>
    withSystem(async (system) => {
      const state = await portfolioAt(system, TEN, SESSION);
      const same = markDrafts(system, state, SESSION, 'run');
      expect(same.map(({ type }) => type)).toEqual(['account.marked']);
      const less = markDrafts(system, { ...state, intensity: 0.25 }, SESSION, 'run');
      expect(less[0]).toMatchObject({
        type: 'intensity.changed',
        old: 0.625,
        new: 0.25,
        cause: '0 of 20 trades closed, drawdown 0.00 % of 10.00 %',
      });
    }));

  it('does not say that results took it away, or gave it, where it was switched off', () =>
    withSystem(async (system) => {
      const state = await portfolioAt(system, TEN, SESSION);
      const config = {
        ...system.config,
        intensity: { ...system.config.intensity, enabled: false },
      };
      const [off] = markDrafts({ ...system, config }, { ...state, intensity: 1 }, SESSION, 'run');
      expect(off).toMatchObject({ old: 0.625, new: 1, cause: 'intensity.enabled is false' });
    }));
});
