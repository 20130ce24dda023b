import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { at, type Desk, homeWith, playDemo, spoilt } from './reconcile-scene.ts';

let held = '';
beforeAll(async () => {
  held = await playDemo();
});

describe('reconcile --adopt', () => {
  it('says that nothing of a symbol differs, and what can be adopted', async () => {
    const asked = async (home: string, ...names: string[]) => {
      const { exit, stderr } = await at(home, 'reconcile', '--adopt', ...names, '--yes');
      return [exit, stderr];
    };
    const sound = homeWith(() => {});
    expect(await asked(sound, 'NOPE')).toEqual([
      2,
      expect.stringMatching(/nothing of NOPE differs.*\n +nothing can be adopted/),
    ]);
    expect(await asked(sound, 'CASH', '--as', 'fee')).toEqual([
      2,
      expect.stringContaining('nothing of CASH differs'),
    ]);
    const home = spoilt();
    expect(await asked(home, `${held},NOPE`)).toEqual([
      2,
      expect.stringMatching(
        new RegExp(`nothing of NOPE differs.*\\n +can be adopted: ${held}, CASH`),
      ),
    ]);
    expect((await at(home, 'reconcile', '--adopt', 'NOPE', '--dry-run')).exit).toBe(2);
  });

  it('says of shares where the book held none that they will be sold', async () => {
    const shares = (home: string, quantity: number): void => {
      const file = join(home, 'data', 'state', 'sim-account.json');
      const state = JSON.parse(readFileSync(file, 'utf8'));
      state.account.desks[0].quantity = quantity;
      writeFileSync(file, JSON.stringify(state));
    };
    const home = homeWith(() => {});
    shares(home, 0);
    await at(home, 'reconcile', '--adopt', held, '--yes');
    shares(home, 25);
    const { stdout } = await at(home, 'reconcile', '--adopt', held, '-n');
    expect(stdout).toContain(`fill buy 25 ${held}`);
    expect(stdout).toContain(`${held} becomes a position without a stop`);
  });

  it('never books shares twice: as their execution, and as what is missing', async () => {
    const home = homeWith((account) => {
      const desk = account.desks[0] as Desk;
      desk.quantity -= 10;
      const stop = account.working.find(
        ({ order }) => order.symbol === held && order.leg === 'stop',
      );
      account.fills.push({
        execId: 'x-9',
        orderRef: stop?.order.orderRef,
        symbol: held,
        side: 'sell',
        quantity: 10,
        price: 50,
        commission: 1,
        filledAt: '2026-03-05T20:40:00.000Z',
      });
      account.cash = Math.round((account.cash + 499) * 1e6) / 1e6;
    });
    const both = await at(home, 'reconcile', '--book-fill', '--adopt', held, '--yes');
    expect(both.exit).toBe(2);
    expect(both.stderr).toContain(`executions of ${held} are booked with it`);
    const booked = await at(home, 'reconcile', '--book-fill', '--yes', '--json');
    const { data } = JSON.parse(booked.stdout);
    const position = data.positions.find(({ symbol }: { symbol: string }) => symbol === held);
    expect(position.book).toBe(position.statement);
    expect(data.discrepancies).not.toContainEqual(expect.objectContaining({ kind: 'cash' }));
  });
});
