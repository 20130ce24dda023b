import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from './fake-world.ts';
import { contents } from './homes.ts';

const dir = mkdtempSync(join(tmpdir(), 'reconcile-home-'));
const demo = join(dir, 'demo');

/** A copy of the demo's home, its simulated account changed behind the journal's back. */
function homeWith(change: (account: { cash: number; desks: Desk[] }) => void): string {
  const home = mkdtempSync(join(dir, 'home-'));
  cpSync(demo, home, { recursive: true });
  const file = join(home, 'data', 'state', 'sim-account.json');
  const state = JSON.parse(readFileSync(file, 'utf8'));
  change(state.account);
  writeFileSync(file, JSON.stringify(state));
  return home;
}

interface Desk {
  symbol: string;
  quantity: number;
  cost: number;
}

const at = (home: string, ...argv: string[]) => run([...argv, '--home', home], { cwd: dir });
const spoilt = (shares = -10, cash = -12.34) =>
  homeWith((account) => {
    const desk = account.desks[0] as Desk;
    account.cash = Math.round((account.cash + cash) * 1e6) / 1e6;
    desk.quantity += shares;
  });

let held = '';

beforeAll(async () => {
  await run(['demo', '--dir', 'demo'], { cwd: dir });
  const state = JSON.parse(readFileSync(join(demo, 'data', 'state', 'sim-account.json'), 'utf8'));
  held = state.account.desks[0].symbol;
}, 60_000);

describe('reconcile', () => {
  it('of a day that both saw finds everything matched, and writes the comparison down', async () => {
    const home = homeWith(() => {});
    const { exit, stdout } = await at(home, 'reconcile');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^\d+ items compared: all matched\.\n/);
    const files = readdirSync(join(home, 'reports', 'reconciliation'));
    expect(files).toContain('2026-03-05T1700.json');
    const content = JSON.parse(
      readFileSync(join(home, 'reports', 'reconciliation', '2026-03-05T1700.json'), 'utf8'),
    );
    expect(content).toMatchObject({ schemaVersion: 2, complete: true, openBreaks: [] });
    await at(home, 'reconcile');
    expect(readdirSync(join(home, 'reports', 'reconciliation'))).toContain(
      '2026-03-05T1700-2.json',
    );
  });

  it('shows what differs with what may be done, ends 20, and corrects nothing', async () => {
    const home = spoilt();
    const { exit, stdout } = await at(home, 'reconcile');
    expect(exit).toBe(20);
    expect(stdout).toContain(`--adopt ${held}`);
    expect(stdout).toContain('--adopt CASH --as');
    const again = await at(home, 'reconcile', '--json');
    const { data } = JSON.parse(again.stdout);
    const apart = data.rows.filter((row: { state: string }) => row.state === 'break');
    expect(apart.map((row: { kind: string }) => row.kind).sort()).toEqual(['cash', 'quantity']);
    expect(apart.find((row: { kind: string }) => row.kind === 'cash').difference).toBe(-12.34);
  });

  it('shows with --dry-run what would be written, and writes nothing', async () => {
    const home = spoilt();
    const before = contents(join(home, 'data', 'trade_history', 'journal'));
    const { exit, stdout } = await at(home, 'reconcile', '--adopt', held, '-n');
    expect(exit).toBe(20);
    expect(stdout).toMatch(/^DRY RUN\. [\s\S]*fill sell 10 /);
    expect(contents(join(home, 'data', 'trade_history', 'journal'))).toEqual(before);
  });

  it('asks before it writes; without a terminal it is refused', async () => {
    const home = spoilt();
    const refused = await at(home, 'reconcile', '--adopt', held);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('answer beforehand with --yes');
    const declined = await run(['reconcile', '--adopt', held, '--home', home], {
      cwd: dir,
      terminal: 200,
      answers: ['n'],
    });
    expect(declined.stdout).not.toContain('Written');
    expect(declined.exit).toBe(20);
  });

  it('matches after one pass of adopting', async () => {
    const home = spoilt();
    const { exit, stdout } = await at(
      home,
      'reconcile',
      '--adopt',
      `${held},CASH`,
      '--as',
      'fee',
      '--yes',
    );
    expect(stdout).toContain('all matched');
    expect(exit).toBe(0);
    expect((await at(home, 'breaks')).stdout).toMatch(/^No breaks/);
    expect((await at(home, 'reconcile')).exit).toBe(0);
  });

  it.each([
    [['--adopt', 'CASH'], '--adopt CASH does not say what the money was'],
    [['--as', 'fee'], '--as goes with --adopt CASH'],
    [['--adopt', 'CASH', '--as', 'luck'], '--as is not known: "luck"'],
    [['--adopt', 'not a symbol'], 'not a symbol'],
    [['--book-fill', 'x-1', '--yes'], 'the broker shows no execution x-1 that is missing'],
  ])('refuses %j', async (argv, why) => {
    const { exit, stderr } = await at(
      homeWith(() => {}),
      'reconcile',
      ...argv,
    );
    expect(exit).toBe(2);
    expect(stderr).toContain(why);
  });

  it('of a home without a history says so', async () => {
    const empty = mkdtempSync(join(dir, 'empty-'));
    const { exit, stderr } = await at(empty, 'reconcile');
    expect(exit).toBe(2);
    expect(stderr).toContain('[RECORD_UNKNOWN]');
  });
});

describe('breaks', () => {
  it('lists them, ends 20 while one is open, and takes note of one', async () => {
    const home = spoilt(-10, 0);
    await at(home, 'reconcile');
    const open = await at(home, 'breaks');
    expect(open.exit).toBe(20);
    expect(open.stdout).toContain(`quantity ${held}`);
    const none = await at(home, 'breaks', 'resolve', 'cash', '--note', 'x');
    expect(none.exit).toBe(2);
    expect(none.stderr).toContain('no open break is called cash');
    const key = `quantity ${held}`;
    const done = await at(home, 'breaks', 'resolve', key, '--note', 'checked by phone');
    expect(done.stdout).toContain(`1 break resolved: ${key}`);
    const after = await at(home, 'breaks');
    expect(after.exit).toBe(0);
    expect(after.stdout).toContain('resolved: checked by phone');
    expect((await at(home, 'reconcile')).exit).toBe(20);
    expect((await at(home, 'breaks')).exit).toBe(0);
  });

  it('are in the day’s report until they are gone', async () => {
    const home = spoilt(-10, 0);
    await at(home, 'reconcile');
    const shown = await at(home, 'report', 'daily', '2026-03-05', '--out', '-');
    expect(shown.stdout).toContain('BREAK_OPEN');
    expect(shown.stdout).toContain(`quantity ${held}`);
  });
});
