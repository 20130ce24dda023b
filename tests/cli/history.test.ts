import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { eventJsonSchema } from '../../src/events/schema-json.ts';
import { run } from './fake-world.ts';
import { emptyHome, homeWithHistory, removeHome } from './why-scene.ts';

const outside = mkdtempSync(join(tmpdir(), 'history-cli-'));
const homes: string[] = [];
let home = '';
beforeEach(async () => {
  home = await homeWithHistory();
  homes.push(home);
});
afterAll(() => {
  for (const folder of homes) removeHome(folder);
  rmSync(outside, { recursive: true });
});

const inHome = (...words: string[]) => run(['history', ...words, '--home', home]);
const march = () => join(home, 'data', 'trade_history', 'journal', '2026-03.jsonl');
const view = (name: string) => join(home, 'data', 'trade_history', `${name}.json`);
const tamper = (path: string, from: string, to: string) =>
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));

/** The data of a command's JSON document. */
async function dataOf(...words: string[]): Promise<Record<string, unknown>> {
  return (
    JSON.parse((await inHome(...words, '--json')).stdout) as { data: Record<string, unknown> }
  ).data;
}

describe('trade-labs history verify', () => {
  it('says that a sound history is sound, with the hash to compare it by', async () => {
    const { exit, stdout } = await inHome('verify');
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /^The history is sound: \d+ events, 4 runs, \d+ trades?; event \d+ has hash [0-9a-f]{64}\n$/,
    );
  });

  it('ends 20 and names file, line and event of what was changed', async () => {
    tamper(march(), 'NVDA', 'NVDX');
    const { exit, stdout } = await inHome('verify');
    expect(exit).toBe(20);
    expect(stdout).toMatch(/^2026-03\.jsonl:\d+ \(event \d+\) does not match its hash/);
    expect(stdout).toContain('The history is NOT sound');
  });

  it('finds a record that differs from the journal, which rebuild mends', async () => {
    tamper(view('trades'), '"status":"closed"', '"status":"opened"');
    const { exit, stdout } = await inHome('verify');
    expect([exit, stdout]).toEqual([
      20,
      expect.stringMatching(/^trades\.json:\d+ differs from the journal \(/),
    ]);
    expect((await inHome('rebuild')).exit).toBe(0);
    expect((await inHome('verify')).exit).toBe(0);
  });

  it('calls a journal that it may not read refused, not damaged', async () => {
    const elsewhere = join(home, 'elsewhere.jsonl');
    renameSync(march(), elsewhere);
    symlinkSync(elsewhere, march());
    const { exit, stdout, stderr } = await inHome('verify');
    expect([exit, stdout]).toEqual([73, '']);
    expect(stderr).toContain(`${march()} cannot be opened  [FILE_REFUSED]`);
  });

  it('says where there is none', async () => {
    const empty = emptyHome();
    homes.push(empty);
    const { exit, stderr } = await run(['history', 'verify', '--home', empty]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining('there is no history')]);
    const nowhere = join(home, 'no-run');
    const ofRun = await inHome('verify', '--run', nowhere);
    expect([ofRun.exit, ofRun.stderr]).toEqual([
      2,
      expect.stringContaining(`there is no history in ${nowhere}`),
    ]);
  });
});

describe('a journal that is not all there', () => {
  const READERS = ['positions', 'orders', 'protect', 'status', 'risk', 'alerts', 'breaks', 'stats'];
  const ofCare = ['history info', 'history backup', 'history verify', 'history rebuild'];

  it.each([...READERS, ...ofCare])('is no empty account where it is missing: %s', async (words) => {
    rmSync(dirname(march()), { recursive: true });
    const { exit, stdout, stderr } = await run([...words.split(' '), '--home', home]);
    expect([exit, stdout]).toEqual([78, '']);
    expect(stderr).toContain('the journal is missing from');
  });

  it.each([...READERS, 'history backup'])(
    'is no earlier account where its end is missing: %s',
    async (words) => {
      const kept = readFileSync(march(), 'utf8').split('\n').slice(0, 3);
      writeFileSync(march(), `${kept.join('\n')}\n`);
      const { exit, stdout, stderr } = await run([...words.split(' '), '--home', home]);
      expect([exit, stdout]).toEqual([78, '']);
      expect(stderr).toMatch(
        /the journal ends with event \d, but events up to \d+ were acknowledged/,
      );
    },
  );

  it('is called damaged where its first line says nothing', async () => {
    tamper(march(), 'history.opened', 'history.Opened');
    for (const words of ['info', 'accept-loss', 'rebuild', 'backup']) {
      const { exit, stderr } = await inHome(words);
      expect([words, exit, stderr]).toEqual([words, 78, expect.stringContaining('restore FILE')]);
    }
  });
});

describe('a view that is not all there', () => {
  it.each(['is missing', 'was cut short'])('does not pass for all the records: %s', async (how) => {
    if (how === 'is missing') rmSync(view('trades'));
    else truncateSync(view('trades'), 60);
    for (const words of ['trades', 'stats', 'history export trades --csv -']) {
      const { exit, stderr } = await run([...words.split(' '), '--home', home]);
      expect([words, exit]).toEqual([words, 78]);
      expect(stderr).toContain(`trades.json ${how}`);
    }
    expect((await inHome('rebuild')).exit).toBe(0);
    expect((await run(['trades', '--home', home])).exit).toBe(0);
  });
});

describe('trade-labs history backup and restore', () => {
  it('takes a backup, checks it, and brings back what was damaged after asking', async () => {
    const { path } = (await dataOf('backup')) as { path: string };
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await dataOf('restore', path, '--verify')).toMatchObject({
      restored: false,
      mode: 'sim',
    });
    tamper(march(), 'NVDA', 'NVDX');
    const declined = await run(['history', 'restore', path, '--home', home], {
      terminal: 120,
      answers: ['n'],
    });
    expect(declined.stdout).toContain('Nothing was changed.');
    expect((await inHome('verify')).exit).toBe(20);
    expect((await inHome('restore', path)).exit).toBe(2);
    const restored = await inHome('restore', path, '--yes');
    expect([restored.exit, restored.stdout]).toEqual([
      0,
      expect.stringContaining('What stood there is in'),
    ]);
    expect((await inHome('verify')).exit).toBe(0);
  });

  it('refuses a file that is no sound backup', async () => {
    const file = join(outside, 'x.tar.gz');
    writeFileSync(file, 'no archive');
    for (const [name, exit] of [
      [file, 78],
      [join(outside, 'missing'), 2],
    ] as const) {
      expect((await inHome('restore', name, '--verify')).exit).toBe(exit);
    }
  });
});

describe('trade-labs history accept-loss', () => {
  it('shows what is lost, asks, and goes on without it', async () => {
    expect((await inHome('accept-loss')).stdout).toContain('Nothing is lost.');
    tamper(march(), '"type":"candidate.scored"', '"type":"candidate.Scored"');
    expect((await inHome('accept-loss', '--dry-run')).stdout).toMatch(/2026-03\.jsonl:\d+ \(event/);
    expect((await inHome('accept-loss')).exit).toBe(2);
    expect((await inHome('verify')).exit).toBe(20);
    expect((await inHome('accept-loss', '--yes')).exit).toBe(0);
    expect((await inHome('verify')).exit).toBe(0);
  });
});

describe('trade-labs history export', () => {
  it('writes the same trades as CSV, NDJSON and Parquet', async () => {
    const [csv, parquet] = [join(outside, 'trades.csv'), join(outside, 'trades.parquet')];
    expect((await inHome('export', 'trades', '--csv', csv)).exit).toBe(0);
    expect((await inHome('export', 'trades', '--parquet', parquet)).exit).toBe(0);
    const { stdout } = await inHome('export', 'trades', '--ndjson', '-');
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
    const inCsv = readFileSync(csv, 'utf8').trimEnd().split('\r\n').slice(1);
    expect(records.length).toBeGreaterThan(0);
    expect(rows.map((row) => [row.trade_id, row.quantity, row.net_pnl, row.exit_reason])).toEqual(
      records.map((record) => [record.tradeId, record.quantity, record.netPnl, record.exitReason]),
    );
    expect(inCsv.map((line) => line.split(',')[0])).toEqual(records.map(({ tradeId }) => tradeId));
    expect(statSync(parquet).mode & 0o777).toBe(0o600);
  });

  it('writes runs with their counts as columns, and only what was asked for', async () => {
    const { stdout } = await inHome('export', 'runs', '--csv', '-', '--until', '2026-03-05');
    const [header, ...rows] = stdout.trimEnd().split('\r\n');
    expect(header).toContain(
      'run_id,job,slot,mode,account,session,started_at,finished_at,status,identity,found,scored',
    );
    expect(rows).toHaveLength(3);
  });

  it('overwrites nothing, and wants exactly one format', async () => {
    const file = join(outside, 'once.csv');
    expect((await inHome('export', '--csv', file)).exit).toBe(0);
    expect((await inHome('export', '--csv', file)).exit).toBe(73);
    expect((await inHome('export')).exit).toBe(2);
    expect((await inHome('export', '--csv', '-', '--ndjson', '-')).exit).toBe(2);
    expect((await inHome('export', '--parquet', '-')).exit).toBe(2);
  });
});

describe('trade-labs history info', () => {
  it('says whose history it is, how far it goes and what backups there are', async () => {
    await inHome('backup');
    const { stdout } = await inHome('info');
    expect(stdout).toContain('sim account SIM-1');
    expect(stdout).toContain('2026-03.jsonl');
    expect(stdout).toMatch(/history-20260305T\d+Z-\d+\.tar\.gz/);
    expect(await dataOf('info')).toMatchObject({ records: { runs: 4 }, heldBy: null });
  });

  it('prints the schema of the journal', async () => {
    const { stdout } = await inHome('info', '--schema');
    expect(JSON.parse(stdout)).toEqual(eventJsonSchema());
  });
});
