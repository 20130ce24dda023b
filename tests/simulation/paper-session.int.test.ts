import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simAccountFile } from '../../src/adapters/file/sim-account-file.ts';
import { askToKill, askToPause } from '../../src/app/ask-to-control.ts';
import { closePositions } from '../../src/app/close-positions.ts';
import { type DeskView, viewDesk } from '../../src/app/desk-view.ts';
import type { DaemonEnd } from '../../src/app/run-daemon.ts';
import { runOnce } from '../../src/app/run-once.ts';
import { runSlotOnce } from '../../src/app/run-slot-once.ts';
import { type EpochMs, epochMs, MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import { ACCOUNT, at, DATE, IDLE, type PaperDesk, SESSION } from './paper-desk.ts';
import { alertsOf, expectSound, paperDesks } from './paper-desks.ts';

/** What the scan enters: 35 shares, at the price they stay at. */
const SYMBOL = 'PAHAFA';

const open = paperDesks('09:28');

/** A daemon that is not armed. */
const unarmed = (desk: PaperDesk, until: EpochMs, observe: boolean): Promise<DaemonEnd> =>
  desk.daemon(until, { isArmed: false, observe });

/** The user of the account buys by hand, or sells where negative, without a word to us. */
function tradeElsewhere(
  { tws: { exchange } }: PaperDesk,
  shares: number,
  { symbol = SYMBOL, commission = 1 } = {},
): void {
  const contract = exchange.book.contracts.find((one) => one.symbol === symbol);
  if (contract !== undefined) exchange.holdings.book(contract, shares, 168, commission);
}

describe('a session in mode paper', () => {
  it('enters with a stop, follows it after the close, values the account and reports the day', async () => {
    const desk = await open();
    await desk.daemon(at('16:40'));
    const [opened] = await desk.of('history.opened');
    expect(opened).toMatchObject({ mode: 'paper', account: ACCOUNT });
    const [cash] = await desk.of('cash.recorded');
    expect(cash).toMatchObject({ kind: 'deposit', amount: 100_000_000_000 });
    const orders = await desk.of('order.submitted');
    expect(orders.map(({ symbol, leg }) => `${symbol} ${leg}`)).toEqual([
      `${SYMBOL} entry`,
      `${SYMBOL} stop`,
    ]);
    const [fill] = await desk.of('fill.recorded');
    expect(fill?.filledAt).toBeGreaterThanOrEqual(SESSION.openAt);
    expect(fill?.filledAt).toBeLessThan(SESSION.openAt + 10 * SECOND_MS);
    const close = (await desk.of('account.marked')).at(-1);
    expect(close).toMatchObject({ session: DATE, cause: 'close' });
    expect(close?.at).toBe(SESSION.closeAt + 15 * MINUTE_MS);
    expect((await desk.of('stop.moved')).map(({ at: when }) => when)).toEqual([close?.at]);
    expect(desk.tws.exchange.cover(SYMBOL)).toEqual({ held: 35, stops: 35 });
    const report = join(desk.home, 'reports', 'daily', DATE, 'report.md');
    expect(readFileSync(report, 'utf8')).toContain(SYMBOL);
    await expectSound(desk);
  });

  it('compares book and broker beside the schedule, and writes down only what differs', async () => {
    const desk = await open();
    const sells = desk.when(at('10:02'), () => tradeElsewhere(desk, -5));
    await desk.daemon(at('10:20'));
    await sells;
    const compared = await desk.of('reconcile.completed');
    const differing = compared.filter(({ discrepancies }) => discrepancies.length > 0);
    expect(differing.length).toBeGreaterThan(0);
    expect(compared.length).toBeLessThan(6);
    expect(await alertsOf(desk)).toContain('RECONCILE_BREAK');
  });

  it('compares again where nothing is held, and enters once what differed is gone', async () => {
    const yaml = 'schedule:\n  - { name: scan-only, job: scan, at: "10:00", top: 1 }\n';
    const desk = await open({ from: at('09:20'), yaml });
    await desk.daemon(at('09:22'));
    tradeElsewhere(desk, 5, { commission: 0 });
    const sells = desk.when(at('09:42'), () => tradeElsewhere(desk, -5, { commission: 0 }));
    await desk.daemon(at('10:05'));
    await sells;
    const compared = await desk.of('reconcile.completed');
    const kinds = compared.map(({ discrepancies }) => discrepancies.map(({ kind }) => kind));
    expect(kinds).toEqual([[], ['foreign_position', 'cash'], []]);
    const orders = await desk.of('order.submitted');
    expect(orders.map(({ leg }) => leg)).toEqual(['entry', 'stop']);
  });

  it('takes a stop that sells while it compares for no difference', async () => {
    const desk = await open();
    await desk.daemon(at('09:40'));
    tradeElsewhere(desk, 5, { symbol: IDLE[0] });
    const before = (await desk.of('reconcile.completed')).length;
    const stops = desk.when(at('09:40:04'), () => desk.tws.print(SYMBOL, 159, { half: 0.02 }));
    await desk.daemon(at('09:41'));
    await stops;
    const compared = (await desk.of('reconcile.completed')).slice(before);
    const kinds = compared.map(({ discrepancies }) => discrepancies.map(({ kind }) => kind));
    expect(kinds).toEqual([['foreign_position', 'cash']]);
    expect((await desk.of('trade.closed')).map(({ exitReason }) => exitReason)).toEqual(['stop']);
  });

  it('says through its daemon how the broker stands, to whoever looks at the home', async () => {
    const desk = await open();
    const seen: DeskView[] = [];
    const looks = desk.when(at('09:40'), async () => {
      seen.push(await viewDesk(desk.home));
    });
    await desk.daemon(at('09:45'));
    await looks;
    expect(seen[0]?.statement?.complete.positions).toBe(true);
    expect(seen[0]?.proofs).toMatchObject([{ symbol: SYMBOL, state: 'protected', cover: 35 }]);
    expect((await viewDesk(desk.home)).statement).toBeNull();
  });

  it('values a close that it was not there for, once, when it is back', async () => {
    const desk = await open();
    await desk.daemon(at('10:00'));
    await desk.time.sleep(at('17:30') - desk.time.wallMs());
    await desk.daemon(at('17:40'));
    await desk.daemon(at('17:50'));
    const closes = (await desk.of('account.marked')).filter(
      ({ cause, session }) => cause === 'close' && session === DATE,
    );
    expect(closes).toHaveLength(1);
    expect(closes[0]?.at).toBeGreaterThanOrEqual(at('17:30'));
    await expectSound(desk);
  });
});

describe('a process that is not armed', () => {
  it('is refused with exit code 77, which says what to set, and sends nothing', async () => {
    const desk = await open();
    const refused = await unarmed(desk, at('09:40'), false).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'REFUSED_BY_GATE', exit: 77 });
    expect(refused).toMatchObject({ details: ['TRADE_LABS_ARMED is not set'] });
    expect(refused).toMatchObject({ hint: expect.stringContaining('--observe') });
    expect(desk.tws.audit.messages).toEqual([]);
  });

  it('decides while it only looks on, and says of each entry that it is not armed', async () => {
    const desk = await open();
    await unarmed(desk, at('09:40'), true);
    const denied = (await desk.of('intent.denied')).flatMap(({ reasons }) => reasons);
    expect(denied.map(({ code }) => code)).toContain('DISARMED');
    expect(desk.tws.audit.messages).toEqual([]);
  });

  it('calls a person where positions are held', async () => {
    const desk = await open();
    await desk.daemon(at('09:45'));
    await unarmed(desk, at('10:00'), false).catch(() => {});
    expect(await alertsOf(desk)).toContain('DISARMED');
  });

  it('sends nothing while it looks on, and calls a person where a stop is gone', async () => {
    const desk = await open();
    await desk.daemon(at('09:45'));
    const gone = desk.when(at('09:50'), () => {
      const { exchange } = desk.tws;
      for (const order of exchange.book.orders) {
        if (order.fields.orderRef?.includes('/stop/')) exchange.vanish(order);
      }
    });
    await unarmed(desk, at('10:00'), true);
    await gone;
    expect(desk.tws.exchange.cover(SYMBOL)).toEqual({ held: 35, stops: 0 });
    expect(await alertsOf(desk)).toContain('UNPROTECTED');
  });
});

describe('what a broker says beside', () => {
  it('calls a person where a preset of the gateway changed a stop', async () => {
    const desk = await open();
    desk.tws.faults.set('preset-day');
    await desk.daemon(at('09:40'));
    const calls = await desk.of('alert.raised');
    expect(calls).toContainEqual(
      expect.objectContaining({
        code: 'BROKER_REMARK',
        message: expect.stringContaining('is DAY at the broker, not GTC'),
      }),
    );
    // A second stop beside it could sell what is not there: refused once, it is not asked for again and again.
    expect((await desk.of('order.denied')).map(({ code }) => code)).toEqual(['OVERSELL']);
    expect(calls.map(({ code }) => code)).toContain('UNPROTECTED');
  });
});

describe('an account with positions of others', () => {
  it('begins no history where no limit says how much of it may be used', async () => {
    const desk = await open();
    tradeElsewhere(desk, 100);
    const refused = await desk.daemon(at('09:40')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(refused).toMatchObject({ hint: expect.stringContaining('capital.maxUsd') });
  });
});

describe('an account that is simulated on prices of the broker', () => {
  it('fills from its bars, is kept in its file, and sends nothing', async () => {
    const desk = await open();
    const config = join(desk.home, 'config', 'trade-labs.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace('broker: ib', 'broker: sim'));
    await desk.daemon(at('16:40'));
    expect(desk.tws.audit.messages).toEqual([]);
    expect((await desk.of('history.opened'))[0]).toMatchObject({ mode: 'paper', account: 'SIM-1' });
    const [fill] = await desk.of('fill.recorded');
    expect(fill).toMatchObject({ symbol: SYMBOL, side: 'buy' });
    const close = (await desk.of('account.marked')).at(-1);
    expect(close).toMatchObject({ session: DATE, cause: 'close' });
    expect(existsSync(simAccountFile(desk.home))).toBe(true);
  });
});

describe('a command while no daemon runs', () => {
  const request = async (desk: PaperDesk) => ({
    home: desk.home,
    loaded: await desk.config(),
    version: '0',
    now: epochMs(Math.floor(desk.time.wallMs())),
    time: desk.time,
  });

  it('sells a position at the broker, and says that it is flat once it is', async () => {
    const desk = await open();
    await desk.daemon(at('09:45'));
    const pause = (ms: number): Promise<void> => desk.time.sleep(ms);
    const now = (): EpochMs => epochMs(Math.floor(desk.time.wallMs()));
    const patience = { waitMs: 30_000, now, pause };
    const asked = { command: 'close', symbols: [SYMBOL], patience } as const;
    const closed = await closePositions({ ...(await request(desk)), ...asked });
    expect(closed).toMatchObject({ isFlat: true, positions: [{ symbol: SYMBOL, left: 0 }] });
    expect(desk.tws.exchange.cover(SYMBOL)).toEqual({ held: 0, stops: 0 });
    expect((await desk.of('trade.closed'))[0]).toMatchObject({ exitReason: 'manual' });
    await expectSound(desk);
  });

  it('sells nothing that may not be sent, and says what to set', async () => {
    const desk = await open();
    await desk.daemon(at('09:45'));
    const loaded = await desk.config(false);
    const now = (): EpochMs => epochMs(Math.floor(desk.time.wallMs()));
    const patience = { waitMs: 0, now, pause: () => Promise.resolve() };
    const asked = { command: 'close', symbols: [SYMBOL], patience } as const;
    const refused = closePositions({ ...(await request(desk)), loaded, ...asked });
    await expect(refused).rejects.toMatchObject({
      code: 'REFUSED_BY_GATE',
      details: ['TRADE_LABS_ARMED is not set'],
    });
    expect(desk.tws.exchange.cover(SYMBOL)).toEqual({ held: 35, stops: 35 });
  });

  it('runs the scan that is due, and stays until its entry is filled or withdrawn', async () => {
    const desk = await open({ from: at('09:30') });
    const job = { job: 'scan', observer: {}, onEvents: () => {} };
    const end = await runSlotOnce({ ...(await request(desk)), ...job });
    expect(end).toMatchObject({ run: { status: 'completed', counts: { submitted: 1 } } });
    expect(desk.tws.exchange.cover(SYMBOL)).toEqual({ held: 35, stops: 35 });
    await expectSound(desk);
  });

  it('runs the pipeline once, on prices of now', async () => {
    const desk = await open();
    await desk.time.sleep(at('10:00') - desk.time.wallMs());
    const { outcome } = await runOnce({ ...(await request(desk)), candidates: 2, dryRun: false });
    expect(outcome.counts).toMatchObject({ approved: 1, submitted: 1 });
    expect(desk.tws.exchange.cover(SYMBOL)).toEqual({ held: 35, stops: 35 });
    await expectSound(desk);
  });

  it('pauses without a line', async () => {
    const desk = await open();
    await desk.daemon(at('09:40'));
    await desk.tws.close();
    const order = { cause: 'lunch', until: null, at: epochMs(Math.floor(desk.time.wallMs())) };
    const paused = await askToPause(await request(desk), order);
    expect(paused.after.state).toBe('reducing');
  });

  it('says of a kill what it could not do where no gateway is there', async () => {
    const desk = await open();
    await desk.daemon(at('09:40'));
    await desk.tws.close();
    const { now } = await request(desk);
    const answer = await askToKill({
      home: desk.home,
      now,
      positions: 'flatten',
      cause: 'drill',
      timeoutMs: 1_000,
      open: () => request(desk),
    });
    expect(answer.by).toBe('file');
    expect(answer.undone.join()).toContain('positions were not sold');
  });
});
