import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { historyFolder, journalFolder } from '../../src/adapters/file/file-history.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { at, NARROW, type PaperDesk, STEADY } from './paper-desk.ts';
import { alertsOf, expectSound, paperDesks } from './paper-desks.ts';

const open = paperDesks('09:29');

/** Shares that the server's book has, and shares that its stops would sell. */
const cover = ({ tws }: PaperDesk) => tws.exchange.cover(STEADY);
const HELD = { held: 35, stops: 35 };
const NOTHING = { held: 0, stops: 0 };
const END = at('09:36');

describe('a line that breaks while shares are held', () => {
  it.each([
    [1100, 1102],
    [1100, 1101],
    [2110, 1102],
  ])('is waited for, and a stop that sold meanwhile is booked: %i, then %i', async (lost, back) => {
    const desk = await open();
    const running = desk.daemon(END);
    await desk.when(at('09:32'), () => desk.tws.announce(lost, 'connectivity was lost'));
    await desk.when(at('09:33'), () => {
      desk.tws.faults.set('swallow-fill', 1);
      desk.tws.print(STEADY, 159, { half: 0.02 });
    });
    await desk.when(at('09:35'), () => desk.tws.announce(back, 'connectivity was restored'));
    await running;
    expect(cover(desk)).toEqual(NOTHING);
    expect(await alertsOf(desk)).toContain('LINK_DOWN');
    expect((await desk.of('trade.closed')).map(({ exitReason }) => exitReason)).toEqual(['stop']);
    await expectSound(desk);
  });

  it('is made anew where its port is changed (1300)', async () => {
    const desk = await open();
    const running = desk.daemon(END);
    await desk.when(at('09:32'), () => desk.tws.announce(1300, 'the port was changed'));
    await running;
    expect((await desk.of('link.changed')).map(({ to }) => to)).toEqual([
      'ready',
      'connecting',
      'reconciling',
      'ready',
    ]);
    expect(cover(desk)).toEqual(HELD);
    await expectSound(desk);
  });

  it('is given up where the other side fell silent, and what was sold meanwhile is booked', async () => {
    const desk = await open();
    const running = desk.daemon(END);
    await desk.when(at('09:32'), () => desk.tws.faults.set('mute'));
    await desk.when(at('09:33'), () => desk.tws.print(STEADY, 159, { half: 0.02 }));
    await desk.when(at('09:34'), () => desk.tws.faults.clear());
    await running;
    expect(cover(desk)).toEqual(NOTHING);
    await expectSound(desk);
  });

  it('may forget the ids it gave out: none is used twice', async () => {
    const yaml = `schedule:
  - { name: scan-first,  job: scan, at: "09:30", top: 1 }
  - { name: scan-second, job: scan, at: "09:35", top: 1 }
`;
    const desk = await open({ yaml, symbols: [NARROW, STEADY] });
    const running = desk.daemon(END);
    await desk.when(at('09:32'), () => desk.tws.restart(60_000, 2));
    await running;
    const ids = desk.tws.audit.messages
      .filter(({ kind }) => kind === 'place')
      .map(({ orderId }) => orderId);
    // Others in between were those of questions what an order would do.
    expect(ids).toHaveLength(4);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(desk.tws.audit.book().positions).toEqual({ [NARROW]: expect.any(Number), [STEADY]: 35 });
    await expectSound(desk);
  });
});

describe('a night', () => {
  const NEXT = sessionDate('2026-03-06');

  it('after which a stop is gone is followed by another before the open', async () => {
    const desk = await open();
    await desk.daemon(END);
    desk.tws.faults.set('stops-vanish');
    await desk.skipTo(at('09:20', NEXT));
    expect(cover(desk)).toEqual({ held: 35, stops: 0 });
    await desk.daemon(at('09:29', NEXT));
    expect(desk.tws.faults.wasDone('stops-vanish')).toBe(true);
    expect(cover(desk)).toEqual(HELD);
    expect(await alertsOf(desk)).toContain('RECONCILE_BREAK');
    await expectSound(desk);
  });

  it.each([
    ['drop-order', 1, 162.73, []],
    ['refuse-modify', 1, 162.73, []],
    ['refuse-modify', 100, 159.3, ['BROKER_REMARK']],
  ] as const)(
    'before which a stop was not moved is followed by another try before the open: %s, %i times',
    async (fault, times, stopPrice, alerts) => {
      const yaml = 'schedule: [{ name: scan-late, job: scan, at: "15:28", top: 1 }]\n';
      const desk = await open({ from: at('15:27'), yaml });
      const fails = desk.when(at('16:05'), () => desk.tws.faults.set(fault, times));
      await desk.daemon(at('16:20'));
      await fails;
      const stop = () => desk.tws.audit.book().orders.at(-1)?.stopPrice;
      expect(stop()).toBe(159.3);
      await desk.skipTo(at('09:05', NEXT));
      await desk.daemon(at('09:29', NEXT));
      expect(stop()).toBe(stopPrice);
      expect(await desk.of('stop.moved')).toHaveLength(stopPrice > 160 ? 1 : 0);
      expect(await alertsOf(desk)).toEqual(alerts);
      await expectSound(desk);
    },
  );

  it('keeps a sale for the open that the close asked for, once and with its stop beside it', async () => {
    const yaml = `schedule: [{ name: scan-late, job: scan, at: "15:28", top: 1 }]
exits: { maxHoldingSessions: 1 }
`;
    const desk = await open({ from: at('15:27'), yaml });
    await desk.daemon(at('16:20'));
    await desk.skipTo(at('09:05', NEXT));
    await desk.daemon(at('09:29', NEXT));
    expect(cover(desk)).toEqual(HELD);
    await desk.daemon(at('09:33', NEXT));
    expect(cover(desk)).toEqual(NOTHING);
    const sales = (await desk.of('order.submitted')).filter(({ leg }) => leg === 'exit');
    expect(sales).toHaveLength(1);
    expect((await desk.of('trade.closed')).map(({ exitReason }) => exitReason)).toEqual(['time']);
    expect(await alertsOf(desk)).toEqual([]);
    await expectSound(desk);
  });

  it('in which a stop sold, and of which the broker tells no executions any more, is inferred', async () => {
    const desk = await open();
    await desk.daemon(END);
    desk.tws.print(STEADY, 159, { half: 0.02 });
    await desk.skipTo(at('09:20', NEXT));
    await desk.daemon(at('09:29', NEXT));
    expect(cover(desk)).toEqual(NOTHING);
    const fills = await desk.of('fill.recorded');
    expect(fills.map(({ side, source }) => `${side} ${source}`)).toEqual([
      'buy broker',
      'sell inferred',
    ]);
    expect(desk.tws.audit.findings()).toEqual([]);
  });
});

describe('a process that begins again in a session', () => {
  it('takes nothing for a sale of ours that the user made before we bought', async () => {
    const desk = await open();
    const { exchange } = desk.tws;
    await desk.daemon(at('09:31'));
    const [bought] = exchange.executions;
    if (bought === undefined) throw new Error('something was bought');
    const [orderId, clientId, permId] = [0, 0, 555];
    const time = '20260305 09:29:30 US/Eastern';
    const other = { orderId, clientId, permId, execId: '0000aaaa.00000001.01.01', orderRef: '' };
    exchange.executions.push({ ...bought, ...other, time, side: 'SLD', shares: 20 });
    await desk.daemon(END);
    expect(cover(desk)).toEqual(HELD);
    expect(await desk.of('fill.recorded')).toHaveLength(1);
    expect(await alertsOf(desk)).toEqual([]);
    expect(desk.tws.audit.findings()).toEqual([]);
  });
});

/** What a process leaves that ends right after it wrote its first orders down. */
function cutAfterFirstOrders(home: string): void {
  const folder = historyFolder(home);
  const journal = journalFolder(folder);
  const files = readdirSync(journal).filter((name) => name.endsWith('.jsonl'));
  expect(files).toHaveLength(1);
  const path = join(journal, files[0] ?? '');
  const lines = readFileSync(path, 'utf8').split('\n');
  const last = lines.findLastIndex((line) => line.includes('"type":"order.submitted"'));
  truncateSync(path, Buffer.byteLength(lines.slice(0, last + 1).join('\n')) + 1);
  rmSync(join(folder, 'state'), { recursive: true });
}

describe('a process that ended between writing orders down and sending them', () => {
  async function cutOff(): Promise<PaperDesk> {
    const before = await open();
    await before.daemon(at('09:31'));
    const desk = await open({ from: at('09:31') });
    cpSync(join(before.home, 'data'), join(desk.home, 'data'), { recursive: true });
    cutAfterFirstOrders(desk.home);
    return desk;
  }

  it('is followed by one that finds them gone before it compares, and calls nobody', async () => {
    const desk = await cutOff();
    await desk.daemon(END);
    const compared = await desk.of('reconcile.completed');
    expect(compared.flatMap(({ discrepancies }) => discrepancies)).toEqual([]);
    const ends = await desk.of('order.cancelled');
    expect(ends.map(({ cause }) => cause)).toEqual(['never arrived', 'never arrived']);
    expect(await alertsOf(desk)).toEqual([]);
    expect(desk.tws.audit.messages).toEqual([]);
    await expectSound(desk);
  });

  it('is followed by one that keeps no stop waiting while it looks for them', async () => {
    const desk = await cutOff();
    const earlier = (await desk.of('daemon.state_changed')).length;
    const asks = desk.when(at('09:31:07'), () => process.emit('SIGINT', 'SIGINT'));
    const end = await desk.daemon(END);
    await asks;
    expect(end.cause).toBe('SIGINT');
    expect(desk.time.wallMs()).toBeLessThan(at('09:31:12'));
    const states = (await desk.of('daemon.state_changed')).slice(earlier);
    expect(states.map(({ to }) => to)).toEqual(['starting', 'draining', 'stopped']);
  });
});
