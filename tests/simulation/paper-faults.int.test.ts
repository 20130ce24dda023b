import { describe, expect, it } from 'vitest';
import type { FaultName } from '../../src/testing/fake-tws/faults.ts';
import { at, type PaperDesk, STEADY } from './paper-desk.ts';
import { alertsOf, expectSound, paperDesks } from './paper-desks.ts';

const open = paperDesks('09:29');

/** Shares that the server's book has, and shares that its stops would sell. */
const cover = ({ tws }: PaperDesk) => tws.exchange.cover(STEADY);
const HELD = { held: 35, stops: 35 };
const PART = { held: 10, stops: 10 };
const NOTHING = { held: 0, stops: 0 };
const END = at('09:36');

/** The user sells of what the first order bought, by hand. */
function sellByHand({ tws: { exchange } }: PaperDesk, shares: number): void {
  const [bought] = exchange.executions;
  if (bought === undefined) throw new Error('something was bought');
  const [orderId, clientId, permId] = [0, 0, 555];
  const other = { orderId, clientId, permId, execId: '0000aaaa.00000001.01.01', orderRef: '' };
  exchange.executions.push({ ...bought, ...other, side: 'SLD', shares });
  exchange.holdings.book(bought.contract, -shares, bought.price, bought.commission);
}

/** Does something as the first order message of the daemon arrives, before it is looked at. */
function atFirstOrder({ tws }: PaperDesk, act: () => void): void {
  const { audit } = tws;
  const heard = audit.heard.bind(audit);
  audit.heard = (message) => {
    audit.heard = heard;
    act();
    heard(message);
  };
}

describe('a daemon in mode paper', () => {
  it.each([
    ['live-account', /DU1234567 is not among the accounts of this login: U7654321/],
    ['other-account', /DU1234567 is not among the accounts of this login: DU9999999/],
    ['client-id-in-use', /client id 17 is in use/],
    ['mute', /no answer to the greeting within 15 s/],
    ['no-version', /no answer to the greeting within 15 s/],
    ['no-accounts', /no list of accounts within 15 s/],
    ['no-next-id', /no next order id within 15 s/],
  ] as const)('does not start at a gateway that is wrong: %s', async (fault, why) => {
    const desk = await open();
    desk.tws.faults.set(fault);
    await expect(desk.daemon(END)).rejects.toThrow(why);
    expect(desk.tws.audit.messages).toEqual([]);
    // The other end of a socket hears of its close a moment later.
    await desk.time.sleep(1_000);
    expect(desk.tws.connections).toBe(0);
  });

  it('does not start at a live account, whatever is configured', async () => {
    const desk = await open({ account: 'U7654321' });
    desk.tws.faults.set('live-account');
    await expect(desk.daemon(END)).rejects.toThrow(/a problem in the configuration/);
    expect(desk.tws.audit.messages).toEqual([]);
  });

  it('does not start beside another one: neither in its home, nor under its client id', async () => {
    const desk = await open();
    const running = desk.daemon(END);
    await desk.when(at('09:31'), () => undefined);
    await expect(desk.daemon(END)).rejects.toMatchObject({ code: 'HOME_BUSY' });
    const other = await open({ at: desk });
    await expect(other.daemon(END)).rejects.toThrow(/client id 17 is in use/);
    await running;
    expect(cover(desk)).toEqual(HELD);
    await expectSound(desk);
  });
});

describe('what a gateway is like otherwise', () => {
  it.each([
    'late-next-id',
    'byte-by-byte',
    'several-accounts',
    'foreign-account-position',
    'zero-position',
    'clock-offset',
    'slow-answers',
    'bars-refused',
    'bars-end',
  ] as const)('changes nothing of what is traded: %s', async (fault) => {
    const desk = await open();
    desk.tws.faults.set(fault);
    await desk.daemon(END);
    expect(desk.tws.faults.wasDone(fault)).toBe(true);
    expect(cover(desk)).toEqual(HELD);
    await expectSound(desk);
  });

  it.each([178, 187])('changes nothing: server version %i', async (version) => {
    const desk = await open({ version });
    await desk.daemon(END);
    expect(cover(desk)).toEqual(HELD);
    await expectSound(desk);
  });

  it.each([
    'history-pacing',
    'history-cancelled',
    'history-unknown',
    'no-scanner-items',
    'competing-session',
    'no-market-data',
    'delayed-data',
  ] as const)('keeps it from trading where data is missing: %s', async (fault) => {
    const desk = await open();
    desk.tws.faults.set(fault);
    await desk.daemon(END);
    expect(desk.tws.faults.wasDone(fault)).toBe(true);
    expect(desk.tws.audit.messages).toEqual([]);
    await expectSound(desk);
  });

  it('enters nothing in which trading is halted', async () => {
    const desk = await open();
    desk.tws.exchange.prices.halt(STEADY, true);
    await desk.daemon(END);
    expect(desk.tws.audit.messages).toEqual([]);
    expect((await desk.of('run.completed')).map(({ denials }) => denials)).toEqual([{ HALTED: 1 }]);
    await expectSound(desk);
  });

  it('leaves orders of others alone, and enters nothing before a person has looked at them', async () => {
    const desk = await open();
    desk.tws.faults.set('foreign-orders');
    await desk.daemon(END);
    expect(desk.tws.faults.wasDone('foreign-orders')).toBe(true);
    expect(desk.tws.audit.messages).toEqual([]);
    expect(await alertsOf(desk)).toContain('RECONCILE_BREAK');
    await expectSound(desk);
  });
});

describe('a fault around an order', () => {
  const always = 1_000;
  const cases: readonly (readonly [FaultName, number, typeof HELD])[] = [
    ['drop-before-ack', 1, HELD],
    ['drop-order', 1, NOTHING],
    ['drop-after-parent', 1, NOTHING],
    ['drop-after-fill', 1, HELD],
    ['drop-mid-frame', 1, HELD],
    ['garbage-length', 1, HELD],
    ['unknown-message', 1, HELD],
    ['swallow-ack', 2, HELD],
    ['swallow-ack', 6, HELD],
    ['swallow-fill', 1, HELD],
    ['no-status', always, HELD],
    ['status-first', 1, HELD],
    ['duplicate-execution', 1, HELD],
    ['correct-execution', 1, HELD],
    ['unset-commission', 1, HELD],
    ['no-commission', always, HELD],
    ['zero-perm-id', 2, HELD],
    ['message-on-live-order', 2, HELD],
    ['refuse-id', 1, HELD],
    ['preset-day', always, HELD],
    ['stop-pending', 1, HELD],
    ['cancel-child', 1, HELD],
    ['reject', 1, NOTHING],
    ['reject-inactive', 1, NOTHING],
    ['reject-malformed', 1, NOTHING],
    ['refuse-price', 1, NOTHING],
    ['refuse-contract', 1, NOTHING],
    ['read-only', always, NOTHING],
  ];
  it.each(cases)(
    'leaves books that agree, and no share naked: %s, %i times',
    async (fault, times, end) => {
      const desk = await open();
      atFirstOrder(desk, () => desk.tws.faults.set(fault, times));
      await desk.daemon(END);
      expect(desk.tws.faults.wasDone(fault)).toBe(true);
      expect(cover(desk)).toEqual(end);
      await expectSound(desk);
    },
  );

  it('keeps nothing back where a commission is never told', async () => {
    const desk = await open();
    desk.tws.faults.set('no-commission');
    await desk.daemon(at('09:40'));
    expect(cover(desk)).toEqual(HELD);
    expect(await alertsOf(desk)).toEqual([]);
  });

  it.each([
    ['partial', null, PART],
    ['full', null, PART],
    ['partial', 'fill-while-cancelling', HELD],
    ['full', 'fill-while-cancelling', HELD],
    ['partial', 'cancel-not-found', PART],
    ['full', 'cancel-not-found', PART],
    ['partial', 'cancel-impossible', PART],
    ['partial', 'cancel-final', PART],
    ['partial', 'refuse-modify', PART],
    ['partial', 'change-unknown', PART],
  ] as const)(
    'covers what was bought where children work at the %s fill, and the rest is withdrawn: %s',
    async (childArm, fault, end) => {
      const desk = await open({ childArm });
      atFirstOrder(desk, () => {
        const { last, ask } = desk.tws.exchange.prices.of(STEADY) ?? { last: 0, ask: 0 };
        desk.tws.print(STEADY, last, { half: ask - last, shares: 10 });
        if (fault !== null) desk.tws.faults.set(fault, 1);
      });
      await desk.daemon(END);
      if (fault !== null) expect(desk.tws.faults.wasDone(fault)).toBe(true);
      expect(cover(desk)).toEqual(end);
      await expectSound(desk);
    },
  );

  it.each(['partial', 'full'] as const)(
    'tries a cancel that is refused again, and not without a pause: %s',
    async (childArm) => {
      const desk = await open({ childArm });
      atFirstOrder(desk, () => {
        const { last, ask } = desk.tws.exchange.prices.of(STEADY) ?? { last: 0, ask: 0 };
        desk.tws.print(STEADY, last, { half: ask - last, shares: 10 });
        desk.tws.faults.set('cancel-impossible');
      });
      await desk.daemon(at('09:33'));
      const cancels = desk.tws.audit.messages.filter(({ kind }) => kind === 'cancel');
      expect(cancels.length).toBeGreaterThan(3);
      // Two minutes, once in five seconds; of naked shares the protector has it withdrawn as well, for three.
      expect(cancels.length).toBeLessThan(childArm === 'full' ? 65 : 30);
      // A stop that waits for all of its entry leaves shares naked meanwhile: somebody has to know.
      if (childArm === 'full') expect(await alertsOf(desk)).toContain('UNPROTECTED');
      else await expectSound(desk);
    },
  );

  it('tries to shrink a stop that is refused again, not without a pause, and calls a person', async () => {
    const desk = await open();
    const running = desk.daemon(at('09:35'));
    await desk.when(at('09:32'), () => {
      desk.tws.faults.set('refuse-modify');
      sellByHand(desk, 20);
    });
    await running;
    const changes = desk.tws.audit.messages.filter(({ kind }) => kind === 'modify');
    expect(changes.length).toBeGreaterThan(3);
    // Three minutes, once in five seconds.
    expect(changes.length).toBeLessThan(40);
    expect(await alertsOf(desk)).toContain('UNPROTECTED');
  });
});
