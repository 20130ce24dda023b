import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askOwner } from '../../src/adapters/file/owner-channel.ts';
import { askToLeave } from '../../src/app/ask-to-leave.ts';
import { askToReconcile, askToResolve } from '../../src/app/ask-to-reconcile.ts';
import type { CloseResult, Patience } from '../../src/app/close-positions.ts';
import { viewDesk } from '../../src/app/desk-view.ts';
import { rebuildHome, verifyHome } from '../../src/app/history-care.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { type EpochMs, epochMs, sessionDate } from '../../src/domain/time.ts';
import { run } from '../cli/fake-world.ts';
import { type DeskHome, FakeTime, inHome, TABLE, timeThatWaits } from './daemon-world.ts';

const DAY = '2026-03-05';
const at = (time: string): EpochMs =>
  instantOf(sessionDate(DAY), Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));

/** Nobody waits for anything to fill. */
const NO_PATIENCE: Patience = { waitMs: 0, now: () => at('10:00'), pause: () => Promise.resolve() };

async function leave(
  home: DeskHome,
  command: 'close' | 'flatten',
  symbols: readonly string[],
  patience = NO_PATIENCE,
): Promise<{ result: CloseResult; by: string }> {
  const loaded = await home.config();
  const asked = { home: home.dir, loaded, version: '0', now: patience.now(), command, symbols };
  return askToLeave({ ...asked, patience });
}

/** Waits for sales by a clock that passes only when it is waited for. */
function patient(from: EpochMs, waitMs: number, onPause: () => void = () => {}): Patience {
  let now: number = from;
  const pause = async (ms: number): Promise<void> => {
    onPause();
    now += ms;
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { waitMs, now: () => epochMs(now), pause };
}

const fromHalfPastNine = <T>(ask: (letPass: () => void) => Promise<T>, when = at('10:00')) =>
  timeThatWaits(at('09:29'), when, ask);

describe('a request to a home whose daemon runs', () => {
  it('is done by the daemon, with the next trades, and written down with who asked', () =>
    inHome(TABLE, async (home) => {
      const { time, answer } = fromHalfPastNine(() => leave(home, 'flatten', []));
      await home.live(time, at('10:10'));
      const { result, by } = await answer();
      expect(by).toBe('daemon');
      expect(result.positions.length).toBeGreaterThan(0);
      expect(result.isFlat).toBe(false);
      expect(result.armedFor).toBeNull();
      const { book, proofs } = await viewDesk(home.dir);
      expect(book.openTrades()).toEqual([]);
      expect(proofs.every(({ state }) => state === 'none')).toBe(true);
      const [received] = await home.of('command.received');
      expect(received).toMatchObject({ command: 'flatten', source: 'handed' });
      const closed = await home.of('trade.closed');
      expect(new Set(closed.map(({ exitReason }) => exitReason))).toEqual(new Set(['flatten']));
      expect((await home.of('command.done')).length).toBe(1);
    }));

  it('is waited for while the market is open, until all is sold', () =>
    inHome(TABLE, async (home) => {
      const { time, answer } = fromHalfPastNine((letPass) =>
        leave(home, 'flatten', [], patient(at('10:00'), 60_000_000, letPass)),
      );
      await home.live(time, at('10:10'));
      const { result, by } = await answer();
      expect(by).toBe('daemon');
      expect(result.positions.length).toBeGreaterThan(0);
      expect(result.isFlat).toBe(true);
    }));

  it('while the market is closed is armed for the next open, and not waited for', () =>
    inHome(TABLE, async (home) => {
      let waited = 0;
      const patience = patient(at('17:30'), 60_000, () => {
        waited += 1;
      });
      const { time, answer } = fromHalfPastNine(
        () => leave(home, 'flatten', [], patience),
        at('17:30'),
      );
      await home.live(time, at('17:40'));
      const { result, by } = await answer();
      expect({ by, waited }).toEqual({ by: 'daemon', waited: 0 });
      expect(result).toMatchObject({ isFlat: false, armedFor: '2026-03-06T14:30:00.000Z' });
      const { proofs } = await viewDesk(home.dir);
      expect(proofs.map(({ state }) => state)).toEqual(result.positions.map(() => 'protected'));
    }));

  it('that it cannot do is refused with the reason, and the daemon goes on', () =>
    inHome(TABLE, async (home) => {
      const { time, answer } = fromHalfPastNine(() => leave(home, 'close', ['NOPE']));
      await home.live(time, at('10:10'));
      await expect(answer()).rejects.toThrow('there is no position in NOPE');
      const states = (await home.of('daemon.state_changed')).map(({ to }) => to);
      expect(states).toEqual(['starting', 'running', 'draining', 'stopped']);
    }));

  it('for a report is answered from the journal, whoever holds the home', () =>
    inHome(TABLE, async (home) => {
      const ask = () => run(['report', 'daily', DAY, '--home', home.dir], { cwd: home.dir });
      const { time, answer } = fromHalfPastNine(ask);
      await home.live(time, at('10:10'));
      const { exit, stdout } = await answer();
      expect(exit).toBe(0);
      expect(stdout).toContain(join(home.dir, 'reports', 'daily', DAY, 'report.md'));
      expect(await home.of('report.written')).toEqual([]);
    }));

  it('to a home that nobody holds is done by the command itself', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('09:50'));
      const { by, result } = await leave(home, 'flatten', []);
      expect(by).toBe('command');
      expect(result.positions.every(({ orders, left }) => left === 0 || orders.length > 0)).toBe(
        true,
      );
    }));

  it('to a home that nobody holds plays on with the market until all is sold', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('09:50'));
      const { by, result } = await leave(home, 'flatten', [], patient(at('10:00'), 75_000));
      expect(by).toBe('command');
      expect(result.positions.length).toBeGreaterThan(0);
      expect(result).toMatchObject({ isFlat: true, armedFor: null });
      const { book, statement } = await viewDesk(home.dir);
      expect(book.openTrades()).toEqual([]);
      expect(statement?.positions).toEqual([]);
    }));

  it('to a home that nobody holds, with the market closed, is armed for the next open', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('17:20'));
      const { result } = await leave(home, 'flatten', [], patient(at('17:30'), 75_000));
      expect(result).toMatchObject({ isFlat: false, armedFor: '2026-03-06T14:30:00.000Z' });
    }));

  it('that fills in part says what is sold and what is left', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('09:50'));
      home.configure(`${TABLE}costs: { participationFraction: 0.001 }\n`);
      const { result } = await leave(home, 'flatten', [], patient(at('10:00'), 75_000));
      const parts = result.positions.filter(({ held, left }) => left > 0 && left < held);
      expect(parts.length).toBeGreaterThan(0);
      expect(result.isFlat).toBe(false);
      const { book, proofs } = await viewDesk(home.dir);
      for (const { symbol, left } of result.positions) {
        expect(book.owned(symbol as never)).toBe(left);
      }
      expect(proofs.every(({ state }) => state === 'protected' || state === 'none')).toBe(true);
    }));

  it('to write the views anew is done by the daemon: what was edited is as the journal says', () =>
    inHome(TABLE, async (home) => {
      const trades = join(home.dir, 'data', 'trade_history', 'trades.json');
      const care = { home: home.dir, now: at('10:00'), version: '0', warn: () => {} };
      const { time, answer } = fromHalfPastNine(() => {
        writeFileSync(trades, readFileSync(trades, 'utf8').replaceAll('"sim"', '"xyz"'));
        return rebuildHome(care);
      });
      await home.live(time, at('10:10'));
      expect((await answer()).seq).toBeGreaterThan(10);
      expect(readFileSync(trades, 'utf8')).not.toContain('xyz');
      expect((await verifyHome(home.dir, null)).findings).toEqual([]);
    }));

  it('of a kind that no daemon does is refused, with what to do', () =>
    inHome(TABLE, async (home) => {
      const request = { name: 'history.restore', args: {} };
      const { time, answer } = fromHalfPastNine(() => askOwner(home.dir, request));
      await home.live(time, at('10:10'));
      await expect(answer()).rejects.toMatchObject({
        code: 'HOME_BUSY',
        hint: 'stop the daemon first, then ask again',
      });
    }));
});

/** A day was played; then twelve dollars vanish from the broker's account. */
async function homeThatDiffers(home: DeskHome): Promise<void> {
  await home.simulate('2026-03-04', '2026-03-04');
  const file = join(home.dir, 'data', 'state', 'sim-account.json');
  const state = JSON.parse(readFileSync(file, 'utf8'));
  state.account.cash = Math.round((state.account.cash - 12.34) * 1e6) / 1e6;
  writeFileSync(file, JSON.stringify(state));
}

const feesOf = async (home: DeskHome): Promise<number[]> =>
  (await home.of('cash.recorded')).flatMap(({ kind, amount }) => (kind === 'fee' ? amount : []));

describe('a difference to the broker, while a daemon runs', () => {
  const asker = async (home: DeskHome) => ({
    home: home.dir,
    loaded: await home.config(),
    version: '0',
    now: epochMs(at('10:00')),
  });
  const cash = { symbols: [], cash: 'fee', fills: null } as const;

  it('is corrected by the daemon as a person agrees, and entries go on', () =>
    inHome(TABLE, async (home) => {
      await homeThatDiffers(home);
      const shown: string[] = [];
      const { time, answer } = fromHalfPastNine(async () =>
        askToReconcile({
          ...(await asker(home)),
          corrections: cash,
          dryRun: false,
          confirm: (drafts) => {
            shown.push(...drafts.map(({ type }) => type));
            return Promise.resolve(true);
          },
        }),
      );
      await home.live(time, at('12:10'));
      const { result, breaks, corrected, path } = await answer();
      expect(shown).toEqual(['cash.recorded', 'discrepancy.adopted']);
      expect(corrected.map(({ type }) => type)).toEqual(shown);
      expect({ discrepancies: result.discrepancies, breaks }).toEqual({
        discrepancies: [],
        breaks: [],
      });
      expect(path).toContain('reconciliation');
      expect(await feesOf(home)).toEqual([-12_340_000]);
      expect(await home.of('command.received')).toMatchObject([
        { command: 'reconcile', source: 'handed' },
      ]);
      expect((await home.missed()).filter((text) => text.startsWith('scan'))).toEqual([
        'scan-open 09:30 of 2026-03-05: book and broker differ in 1 place: no entries',
      ]);
      expect(await home.begun()).toContain('scan-midday 12:00 of 2026-03-05');
    }));

  it('stays as it is where the person says no', () =>
    inHome(TABLE, async (home) => {
      await homeThatDiffers(home);
      const { time, answer } = fromHalfPastNine(async () =>
        askToReconcile({
          ...(await asker(home)),
          corrections: cash,
          dryRun: false,
          confirm: () => Promise.resolve(false),
        }),
      );
      await home.live(time, at('12:10'));
      const { result, corrected } = await answer();
      expect(corrected).toEqual([]);
      expect(result.discrepancies).toHaveLength(1);
      expect(await feesOf(home)).toEqual([]);
    }));

  it('is not corrected as nobody has seen it: what is agreed to is what is written', () =>
    inHome(TABLE, async (home) => {
      await homeThatDiffers(home);
      const args = { corrections: cash, dryRun: false, agreed: '0'.repeat(64) };
      const { time, answer } = fromHalfPastNine(() =>
        askOwner(home.dir, { name: 'reconcile', args }),
      );
      await home.live(time, at('10:10'));
      await expect(answer()).rejects.toThrow('book or broker changed while you were asked');
      expect(await feesOf(home)).toEqual([]);
    }));

  it('is taken note of by the daemon, and entries go on while it stays the same', () =>
    inHome(TABLE, async (home) => {
      await homeThatDiffers(home);
      const { time, answer } = fromHalfPastNine(async () =>
        askToResolve(await asker(home), { key: 'cash', note: 'asked the broker' }),
      );
      await home.live(time, at('12:10'));
      expect(await answer()).toMatchObject([{ key: 'cash', resolved: null }]);
      expect(await home.of('discrepancy.resolved')).toMatchObject([{ note: 'asked the broker' }]);
      expect(await home.begun()).toContain('scan-midday 12:00 of 2026-03-05');
    }));
});
