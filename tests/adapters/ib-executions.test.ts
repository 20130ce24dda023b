import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executionInstant } from '../../src/adapters/ib/ib-execution-time.ts';
import { IbExecutions } from '../../src/adapters/ib/ib-executions.ts';
import { callsPerson, type IbRemark } from '../../src/adapters/ib/ib-remarks.ts';
import { usd } from '../../src/domain/money.ts';
import { type EpochMs, isoUtc } from '../../src/domain/time.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { ENTRY } from '../contract/orders.ts';

const AT = Date.UTC(2026, 2, 5, 15) as EpochMs;
const contract = { symbol: 'AAPL', secType: 'STK' as never, currency: 'USD' };
const execution = {
  execId: '0000e0d5.6405c9b5.01.01',
  time: '20260305 09:30:01 US/Eastern',
  acctNumber: 'DU1',
  side: 'BOT',
  shares: 100,
  price: 187.4325,
  permId: 7,
  orderRef: ENTRY,
};

type Paid = Extract<BrokerEvent, { kind: 'commission' }>;

function heard() {
  const events: BrokerEvent[] = [];
  const remarks: IbRemark[] = [];
  const executions = new IbExecutions({
    account: 'DU1',
    tell: (event) => events.push(event),
    remark: (remark) => remarks.push(remark),
  });
  const take = (over: Partial<typeof execution> = {}): void =>
    executions.take(contract, { ...execution, ...over }, AT);
  const pay = (commission: number | undefined, over: object = {}): void =>
    executions.pay(
      {
        execId: execution.execId,
        currency: 'USD',
        ...(commission === undefined ? {} : { commission }),
        ...over,
      },
      AT,
    );
  return { executions, events, remarks, take, pay };
}

describe('executions', () => {
  it('are told once, with their own time and the exact price', () => {
    const { events, take } = heard();
    take();
    take();
    expect(events).toEqual([
      {
        kind: 'filled',
        at: AT,
        fill: {
          execId: '0000e0d5.6405c9b5.01.01',
          orderRef: ENTRY,
          symbol: 'AAPL',
          side: 'buy',
          quantity: 100,
          price: usd(187.4325),
          commission: null,
          filledAt: Date.UTC(2026, 2, 5, 14, 30, 1),
        },
      },
    ]);
  });

  it('of other accounts and other instruments are none of ours', () => {
    const { executions, events, take } = heard();
    take({ acctNumber: 'DU2' });
    executions.take({ ...contract, secType: 'OPT' as never }, execution, AT);
    expect(events).toEqual([]);
  });

  it('that cannot be read are remarked, and booked as nothing', () => {
    const { events, remarks, take } = heard();
    for (const wrong of [{ shares: 0.5 }, { shares: -1 }, { price: Number.NaN }, { execId: 'x' }]) {
      take(wrong);
    }
    expect(events).toEqual([]);
    expect(remarks.map(({ kind }) => kind)).toEqual(Array(4).fill('unreadable'));
  });

  it('whose time cannot be read count from when they were heard, and that is remarked', () => {
    const { events, remarks, take } = heard();
    take({ time: '20260305 09:30:01 Mars/Base' });
    expect(events).toMatchObject([{ kind: 'filled', fill: { filledAt: AT } }]);
    expect(remarks.map(({ message }) => message)).toEqual([
      `execution ${execution.execId}: its time "20260305 09:30:01 Mars/Base" cannot be read, that of its message counts`,
    ]);
  });

  it('are in force as corrected last, in whatever order corrections come', () => {
    fc.assert(
      fc.property(
        fc
          .shuffledSubarray([1, 2, 3, 4, 5], { minLength: 1 })
          .chain((first) =>
            fc
              .array(fc.constantFrom(...first), { maxLength: 5 })
              .map((more) => [...first, ...more]),
          ),
        (numbers) => {
          const { executions, events, take } = heard();
          for (const number of numbers) {
            take({ execId: `0000e0d5.6405c9b5.01.0${number}`, price: 100 + number });
          }
          const last = Math.max(...numbers);
          const [fill, ...others] = executions.since(0 as EpochMs);
          expect(others).toEqual([]);
          expect(fill?.price).toBe(usd(100 + last));
          const expected =
            last === 1 ? undefined : { of: '0000e0d5.6405c9b5.01.01', revision: last - 1 };
          expect(fill?.corrects).toEqual(expected);
          expect(executions.filledOf(ENTRY, 7)).toBe(100);
          const told = events.map((event) => (event.kind === 'filled' ? event.fill.execId : ''));
          expect(told).toEqual([...new Set(told)].toSorted());
        },
      ),
    );
  });
});

describe('a commission', () => {
  it('that comes later is joined to its execution, once', () => {
    const { executions, events, take, pay } = heard();
    take();
    pay(1.05);
    pay(1.05);
    expect(events.slice(1)).toEqual([
      { kind: 'commission', execId: execution.execId, commission: usd(1.05), at: AT },
    ]);
    expect(executions.since(0 as EpochMs)).toMatchObject([{ commission: usd(1.05) }]);
  });

  it('that comes before its execution waits for it', () => {
    const { events, take, pay } = heard();
    pay(1.05);
    expect(events).toEqual([]);
    take();
    expect(events).toMatchObject([{ kind: 'filled', fill: { commission: usd(1.05) } }]);
  });

  it('that is not known yet is none, and not zero', () => {
    const { events, remarks, take, pay } = heard();
    take();
    for (const value of [-1, Number.MAX_VALUE, Number.NaN, undefined]) {
      pay(value);
      pay(value, { currency: 'EUR' });
    }
    expect(events).toHaveLength(1);
    expect(remarks).toEqual([]);
    pay(0);
    expect(events.at(-1)).toMatchObject({ kind: 'commission', commission: 0 });
  });

  const correction = { execId: '0000e0d5.6405c9b5.01.02', price: 187.44 };
  const own = { execId: correction.execId };

  it.each([
    ['before both', ['own', 'first', 'take', 'correct']],
    ['between them', ['take', 'own', 'first', 'correct']],
    ['between them, after the first one’s', ['take', 'first', 'own', 'correct']],
    ['after both', ['take', 'first', 'correct', 'own']],
    ['after both, before the first one’s', ['take', 'correct', 'own', 'first']],
    ['after both, after the first one’s', ['take', 'correct', 'first', 'own']],
  ] as const)('of a correction is the one that is told for it: %s', (_, order) => {
    const { executions, events, take, pay } = heard();
    const steps = {
      take: () => take(),
      correct: () => take(correction),
      first: () => pay(1),
      own: () => pay(1.05, own),
    };
    for (const step of order) steps[step]();
    expect(executions.since(0 as EpochMs)).toMatchObject([{ ...own, commission: usd(1.05) }]);
    const told = events.flatMap((event) => {
      const { execId, commission } = event.kind === 'filled' ? event.fill : (event as Paid);
      return execId === own.execId && commission !== null ? [commission] : [];
    });
    expect(told).toEqual([usd(1.05)]);
  });

  it('of what was corrected since is none of the correction, which waits for its own', () => {
    const { executions, events, take, pay } = heard();
    take();
    pay(1);
    take(correction);
    expect(events.at(-1)).toMatchObject({ kind: 'filled', fill: { commission: null } });
    pay(1);
    expect(events).toHaveLength(3);
    expect(executions.since(0 as EpochMs)).toMatchObject([{ commission: null }]);
  });

  it('in another currency is not counted as dollars: it waits, and a person is called', () => {
    const { events, remarks, take, pay } = heard();
    take();
    pay(1, { currency: 'EUR' });
    expect(events).toHaveLength(1);
    expect(remarks.map(({ message }) => message)).toEqual([
      `commission of ${execution.execId} is 1 EUR, and is not counted`,
    ]);
    expect(remarks.every(callsPerson)).toBe(true);
    pay(1.05);
    expect(events.at(-1)).toMatchObject({ kind: 'commission', commission: usd(1.05) });
  });
});

describe('the time of an execution', () => {
  it.each([
    ['20260305 09:30:01 US/Eastern', '2026-03-05T14:30:01.000Z'],
    ['20260706 09:30:01 America/New_York', '2026-07-06T13:30:01.000Z'],
    ['20260305  09:30:01', '2026-03-05T14:30:01.000Z'],
    ['20260305-14:30:01', '2026-03-05T14:30:01.000Z'],
    ['20260305 14:30:01 GMT', '2026-03-05T14:30:01.000Z'],
    ['20260305 08:30:01 US/Central', '2026-03-05T14:30:01.000Z'],
    ['20260305 06:30:01 US/Pacific', '2026-03-05T14:30:01.000Z'],
    ['20260305 15:30:01 Europe/Berlin', '2026-03-05T14:30:01.000Z'],
    ['20260706 15:30:01 Europe/Berlin', '2026-07-06T13:30:01.000Z'],
    ['20260706 14:30:01 Europe/London', '2026-07-06T13:30:01.000Z'],
    ['20260328 12:00:00 Europe/Berlin', '2026-03-28T11:00:00.000Z'],
    ['20260330 12:00:00 Europe/Berlin', '2026-03-30T10:00:00.000Z'],
    ['20261026 12:00:00 Europe/Berlin', '2026-10-26T11:00:00.000Z'],
    ['20260305 22:30:01 Asia/Hong_Kong', '2026-03-05T14:30:01.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(isoUtc(executionInstant(text) as EpochMs)).toBe(expected);
  });

  it('is not guessed where the zone is not known, or it is no time', () => {
    const zones = ['Mars/Base', 'constructor', '__proto__'].map(
      (zone) => `20260305 09:30:01 ${zone}`,
    );
    for (const text of [...zones, 'now', '', '19700101 00:00:00']) {
      expect(executionInstant(text)).toBeNull();
    }
  });

  it('agrees with the time zones of the machine in every hour of the year', () => {
    const hours = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 11, 31) });
    const zones = fc.constantFrom(
      'America/New_York',
      'Europe/Berlin',
      'Europe/London',
      'Asia/Tokyo',
    );
    fc.assert(
      fc.property(hours, zones, (ms, timeZone) => {
        const at = ms - (ms % 1_000);
        const text = wallTime(at, timeZone);
        const instant = executionInstant(`${text} ${timeZone}`) as number;
        // Of an hour that comes twice either may be meant.
        expect(wallTime(instant, timeZone)).toBe(text);
      }),
    );
  });
});

function wallTime(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at);
  return parts.replaceAll('-', '');
}
