import { EventName } from '@stoqey/ib';
import { describe, expect, it } from 'vitest';
import { IbTicks } from '../../src/adapters/ib/ib-ticks.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import {
  type EpochMs,
  epochMs,
  SECOND_MS,
  type Session,
  sessionDate,
} from '../../src/domain/time.ts';

const SESSION = sessionOf(sessionDate('2026-03-05')) as Session;
const NOW = epochMs(SESSION.openAt + 30 * 60 * SECOND_MS);
const LIVE = 1;
const FROZEN = 2;
const DELAYED = 3;

/** What a line says of a symbol, as the library tells it. */
class Line {
  readonly ticks: IbTicks;
  now: EpochMs = NOW;

  constructor(ticks = new IbTicks()) {
    this.ticks = ticks;
  }

  type(kind: number): this {
    return this.#hear(EventName.marketDataType, kind);
  }

  /** Both sides, the last price and when it was traded. */
  prices(bid: number, ask: number, last: number): this {
    return this.price(1, bid).price(2, ask).price(4, last).traded(45);
  }

  delayedPrices(bid: number, ask: number, last: number): this {
    return this.price(66, bid).price(67, ask).price(68, last).traded(88);
  }

  price(kind: number, price: number): this {
    return this.#hear(EventName.tickPrice, kind, price);
  }

  size(kind: number): this {
    return this.#hear(EventName.tickSize, kind, 300);
  }

  traded(kind: number): this {
    return this.#hear(EventName.tickString, kind, String(Math.floor(this.now / SECOND_MS)));
  }

  get quote() {
    return this.ticks.quote(SESSION);
  }

  #hear(name: string, ...args: readonly unknown[]): this {
    this.ticks.hear(name, [1_000_000_001, ...args], this.now);
    return this;
  }
}

describe('prices of a line', () => {
  it('are live where the broker says so, with the last trade of the session', () => {
    const { quote } = new Line().type(LIVE).prices(9.99, 10.01, 10);
    expect(quote).toMatchObject({ kind: 'live', bid: usd(9.99), ask: usd(10.01), last: usd(10) });
  });

  it.each([
    ['delayed', DELAYED],
    ['frozen', FROZEN],
  ])('that are %s are never live by what comes after them', (_, kind) => {
    const line = new Line().type(kind).prices(9.99, 10.01, 10);
    expect(line.quote?.kind).toBe('delayed');
    line.type(LIVE);
    expect(line.quote).toBeNull();
    line.size(0).size(3).price(4, 12);
    expect(line.quote).toBeNull();
    line.prices(11.99, 12.01, 12);
    expect(line.quote).toMatchObject({ kind: 'live', bid: usd(11.99), last: usd(12) });
  });

  it('of a delayed line are not taken over by a live one in its place', () => {
    const before = new Line().type(DELAYED).delayedPrices(9.99, 10.01, 10);
    const after = new Line(IbTicks.after(before.ticks)).type(LIVE).price(1, 11.99).price(2, 12.01);
    expect(after.quote).toMatchObject({ kind: 'live', hasOpened: false, last: usd(12) });
  });

  it('of a live line are taken over: what does not change is not told again', () => {
    const before = new Line().type(LIVE).prices(9.99, 10.01, 10);
    const after = new Line(IbTicks.after(before.ticks)).type(LIVE).price(1, 9.98).price(2, 10);
    expect(after.quote).toMatchObject({ kind: 'live', hasOpened: true, last: usd(10) });
  });

  it('are delayed by their own kind, whatever was said before', () => {
    const line = new Line().type(LIVE).prices(9.99, 10.01, 10).price(66, 9);
    expect(line.quote?.kind).toBe('delayed');
  });
});
