import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './fake-world.ts';

let root = '';
/** A home after one whole session: positions, their stops, and orders of the day. */
let played = '';

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'trade-labs-desk-'));
  played = join(root, 'played');
  const { exit, stderr } = await run(['demo', '--dir', played], { cwd: root });
  if (exit !== 0) throw new Error(`the demo failed: ${stderr}`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let copies = 0;
function copied(): string {
  const dir = join(root, `copy-${copies++}`);
  cpSync(played, dir, { recursive: true });
  return dir;
}

const dataOf = async (argv: readonly string[], home: string) => {
  const { stdout } = await run([...argv, '--home', home, '--json']);
  return (JSON.parse(stdout) as { data: never }).data;
};

interface Positions {
  readonly positions: readonly {
    readonly symbol: string;
    readonly quantity: number;
    readonly mark: number;
    readonly value: number;
    readonly protection: string;
  }[];
  readonly totals: { readonly value: number; readonly cash: number; readonly equity: number };
}
interface Orders {
  readonly orders: readonly { readonly symbol: string; readonly leg: string; status: string }[];
}

const held = async (home: string): Promise<Positions> => dataOf(['positions'], home);

describe('positions, orders and protect', () => {
  it('say what is held, worth and protected, and tie', async () => {
    const { positions, totals } = await held(played);
    expect(positions.length).toBeGreaterThan(0);
    for (const { quantity, mark, value, protection } of positions) {
      expect(value).toBeCloseTo(quantity * mark, 6);
      expect(protection).toBe('protected');
    }
    expect(totals.value + totals.cash).toBeCloseTo(totals.equity, 6);
    const { stdout } = await run(['positions', '--home', played]);
    expect(stdout).toContain('TOTAL');
    expect(stdout).toContain('PROTECTION');
  });

  it('say how long something is held by the day that was played, whatever the day is', async () => {
    const text = async (now: string) =>
      (await run(['trades', '--home', played, '--status', 'open', '--wide'], { now })).stdout;
    const soon = await text('2026-11-20T15:00:00Z');
    expect(soon).toMatch(/ \dh \d\dm /);
    expect(await text('2031-01-02T15:00:00Z')).toBe(soon);
  });

  it('show a stop at work for every position', async () => {
    const { positions } = await held(played);
    const { orders } = (await dataOf(['orders'], played)) as Orders;
    const stops = orders.filter(({ leg }) => leg === 'stop').map(({ symbol }) => symbol);
    expect(stops.toSorted()).toEqual(positions.map(({ symbol }) => symbol));
  });

  it('print the arithmetic of each proof and end with 0 where all of them hold', async () => {
    const { exit, stdout } = await run(['protect', '--home', played]);
    expect(exit).toBe(0);
    expect(stdout).toContain('Every share has a working stop');
    expect(stdout).toMatch(/cover \d+ >= owned \d+; sellable \d+ <= \d+/);
  });

  it('refuse a home without a history', async () => {
    for (const command of ['positions', 'orders', 'protect', 'flatten']) {
      const { exit, stderr } = await run([command, '--home', root]);
      expect(exit).toBe(2);
      expect(stderr).toContain('has no history');
    }
  });
});

describe('close and flatten', () => {
  it('outside hours sell at the next open, say "not flat", and keep the stops until then', async () => {
    const home = copied();
    const [first] = (await held(home)).positions;
    const { exit, stdout } = await run(['close', first?.symbol ?? '', '--yes', '--home', home]);
    expect(exit).toBe(0);
    expect(stdout).toContain('Not flat: the sales wait for the next open');
    const { orders } = (await dataOf(['orders', '--symbol', first?.symbol ?? ''], home)) as Orders;
    expect(orders.map(({ leg }) => leg).toSorted()).toContain('exit');
    expect(orders.map(({ leg }) => leg)).toContain('stop');
    expect((await run(['protect', '--home', home])).exit).toBe(0);
  });

  it('send one sale however often they are asked', async () => {
    const home = copied();
    const account = ['--confirm', 'SIM-1'];
    await run(['flatten', ...account, '--home', home]);
    await run(['flatten', ...account, '--home', home]);
    const { orders } = (await dataOf(['orders'], home)) as Orders;
    const exits = orders.filter(({ leg }) => leg === 'exit').map(({ symbol }) => symbol);
    expect(new Set(exits).size).toBe(exits.length);
    expect(exits.length).toBe((await held(home)).positions.length);
  });

  it('show what they would do with --dry-run and change nothing', async () => {
    const { exit, stdout } = await run(['flatten', '--dry-run', '--home', played]);
    expect(exit).toBe(0);
    expect(stdout).toContain('DRY RUN');
    const { orders } = (await dataOf(['orders'], played)) as Orders;
    expect(orders.some(({ leg }) => leg === 'exit')).toBe(false);
  });

  it('ask as their danger asks for: yes or no, and the name of the account', async () => {
    const home = copied();
    const symbol = (await held(home)).positions[0]?.symbol ?? '';
    const no = await run(['close', symbol, '--home', home], { terminal: 100, answers: ['n'] });
    expect(no.stdout).toContain('Nothing was sold');
    const wrong = await run(['flatten', '--home', home], { terminal: 100, answers: ['yes'] });
    expect(wrong.stdout).toContain('Nothing was sold');
    const bad = await run(['flatten', '--confirm', 'U1', '--home', home]);
    expect(bad.exit).toBe(2);
    const mute = await run(['close', symbol, '--home', home]);
    expect(mute.exit).toBe(2);
    expect(mute.stderr).toContain('--yes');
    const right = await run(['flatten', '--home', home], { terminal: 100, answers: ['SIM-1'] });
    expect(right.stdout).toContain('Not flat');
  });

  it('refuse what is not held', async () => {
    const { exit, stderr } = await run(['close', 'ZZZZ', '--yes', '--home', played]);
    expect(exit).toBe(2);
    expect(stderr).toContain('there is no position in ZZZZ');
  });
});
