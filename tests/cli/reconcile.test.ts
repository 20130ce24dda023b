import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from './fake-world.ts';
import { contents } from './homes.ts';
import { at, dir, homeWith, playDemo, spoilt } from './reconcile-scene.ts';

let held = '';
beforeAll(async () => {
  held = await playDemo();
});

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

/** A statement of the day with these rows of trades, of an account that it does not name unless told. */
function statementFile(trades: readonly string[], account: string | null = null): string {
  const file = join(mkdtempSync(join(dir, 'statement-')), 'march.csv');
  const rows = [
    'Statement,Header,Field Name,Field Value',
    'Statement,Data,Period,"March 5, 2026"',
    'Account Information,Header,Field Name,Field Value',
    ...(account === null ? [] : [`Account Information,Data,Account,${account}`]),
    'Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis,Realized P/L,MTM P/L,Code',
    ...trades.map((row) => `Trades,Data,Order,Stocks,USD,${held},"2026-03-05, 15:59:30",${row},C`),
  ];
  writeFileSync(file, rows.join('\r\n'));
  return file;
}

describe('reconcile --statement', () => {
  const SALE = '-10,50.5,50.5,505,-1.25,0,0,0';
  const journal = (home: string) => contents(join(home, 'data', 'trade_history', 'journal'));
  const trade = async (home: string) => {
    const { stdout } = await at(home, 'trades', '--symbol', held, '--json');
    return JSON.parse(stdout).data.trades[0];
  };
  /** Ten shares are gone at the broker, and the book inferred their sale. */
  async function inferring(): Promise<string> {
    const home = spoilt(-10, 0);
    await at(home, 'reconcile', '--adopt', held, '--yes');
    return home;
  }

  it('shows an inferred fill as a difference with what may be done, and changes nothing', async () => {
    const home = await inferring();
    const before = journal(home);
    const file = statementFile([SALE]);
    const { exit, stdout } = await at(home, 'reconcile', '--statement', file);
    expect(exit).toBe(20);
    expect(stdout).toMatch(
      /Inferred:\n {2}sell 10 .* becomes 10 at 50\.50, commission \$1\.25 .*--correct-inferred/,
    );
    const dry = await at(home, 'reconcile', '--statement', file, '--correct-inferred', '-n');
    expect(dry.stdout).toMatch(/^DRY RUN\. Would be written:\n {2}sell 10 /);
    expect(journal(home)).toEqual(before);
  });

  it('corrects it when told to: the record has the price and the commission', async () => {
    const home = await inferring();
    const old = await trade(home);
    expect(old.commission).toBeNull();
    const report = ['report', 'daily', '2026-03-05', '--out', '-'];
    const provisional = '1 fill was inferred from positions and is provisional.';
    expect((await at(home, ...report)).stdout).toContain(provisional);
    const asked = ['reconcile', '--statement', statementFile([SALE]), '--correct-inferred'];
    const unanswered = await at(home, ...asked);
    expect(unanswered.exit).toBe(2);
    expect(unanswered.stderr).toContain('answer beforehand with --yes');
    expect(await trade(home)).toEqual(old);
    const { stdout } = await at(home, ...asked, '--yes', '--json');
    const { data } = JSON.parse(stdout);
    expect(data.corrected).toHaveLength(1);
    expect(data.inferred).toEqual([]);
    const corrected = await trade(home);
    // The purchase cost 1 dollar.
    expect(corrected).toEqual({ ...old, commission: 2.25 });
    const book = JSON.parse((await at(home, 'reconcile', '--json')).stdout).data.rows;
    // The account got nothing for the shares that were taken out of it: the book has 505.00 less 1.25.
    const cash = book.find((row: { kind: string }) => row.kind === 'cash');
    expect(cash.difference).toBe(-503.75);
    expect((await at(home, 'history', 'verify')).exit).toBe(0);
    const { stdout: told } = await at(home, ...report);
    expect(told).toContain('1 inferred fill corrected');
    expect(told).not.toContain(provisional);
    const again = await at(home, ...asked, '--yes');
    expect(again.stdout).toMatch(/^Nothing was corrected\./);
  });

  it('leaves what is not certain, and names it', async () => {
    const home = await inferring();
    const before = journal(home);
    const file = statementFile([SALE, '-10,50.4,50.4,504,-1.25,0,0,0']);
    const argv = ['reconcile', '--statement', file, '--correct-inferred', '--yes'];
    const { exit, stdout } = await at(home, ...argv);
    expect(exit).toBe(20);
    expect(stdout).toMatch(/^Nothing was corrected\.[\s\S]*sell 10 .* is ambiguous, and stays: /);
    expect(journal(home)).toEqual(before);
  });

  it('corrects nothing by the statement of another account, nor without one', async () => {
    const home = await inferring();
    const file = statementFile([SALE], 'U7654321');
    const argv = ['reconcile', '--statement', file, '--correct-inferred', '--yes'];
    const { exit, stderr } = await at(home, ...argv);
    expect(exit).toBe(2);
    expect(stderr).toContain('is the statement of another account');
    const none = await at(home, 'reconcile', '--correct-inferred');
    expect(none.exit).toBe(2);
    expect(none.stderr).toContain('--correct-inferred goes with --statement FILE');
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

  it('are told to programs with ISO times, as all else is', async () => {
    const home = spoilt(-10, 0);
    const TIME = expect.stringMatching(/^2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const dataOf = async (...words: string[]) =>
      JSON.parse((await at(home, ...words, '--json')).stdout).data;
    const known = { key: `quantity ${held}`, foundAt: TIME, lastSeenAt: TIME };
    expect(await dataOf('reconcile')).toMatchObject({ at: TIME, breaks: [known] });
    await at(home, 'breaks', 'resolve', 'all', '--note', 'checked by phone');
    expect(await dataOf('breaks')).toMatchObject({
      breaks: [{ ...known, resolved: { at: TIME, note: 'checked by phone' } }],
    });
  });

  it('are in the day’s report until they are gone', async () => {
    const home = spoilt(-10, 0);
    await at(home, 'reconcile');
    const shown = await at(home, 'report', 'daily', '2026-03-05', '--out', '-');
    expect(shown.stdout).toContain('BREAK_OPEN');
    expect(shown.stdout).toContain(`quantity ${held}`);
  });
});
