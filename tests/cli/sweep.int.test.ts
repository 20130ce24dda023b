import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sweepHome } from '../app/sweep-world.ts';
import { contents } from './homes.ts';

const bin = join(import.meta.dirname, '..', '..', 'dist', 'trade-labs.js');
const children: ChildProcess[] = [];
let world: ReturnType<typeof sweepHome>;

beforeAll(() => {
  if (!existsSync(bin)) throw new Error('build first: npm run build');
  world = sweepHome();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => world.remove());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]): { readonly child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [bin, 'sweep', '--home', world.home, ...args], {
    cwd: world.home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

const RANGE = ['--data', 'bars', '--from', '2015-10-01', '--to', '2016-03-31'];
const GRID = ['--grid', 'strategy.params.bars=3,10', '--grid', 'sizing.stop.multiple=1..3:3'];

/** Half of the backtests go on only while this file is there. */
const gate = () => join(world.home, 'gate');
const openGate = () => writeFileSync(gate(), '');
const closeGate = () => rmSync(gate(), { force: true });
const gated = () => [...RANGE, ...GRID, '--set', `strategy.params.slowWaitsFor=${gate()}`];

/** The files of a sweep that answer its question. */
const answer = (name: string): [string, string][] =>
  [...contents(join(world.home, name))].filter(
    ([file]) => !/^data\/|^(trials\.jsonl|sweep\.json)$/.test(file),
  );

/** Resolves once the file of results has so many lines. */
async function linesIn(name: string, count: number): Promise<void> {
  const file = join(world.home, name, 'trials.jsonl');
  for (;;) {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
    if (lines >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a sweep in threads', () => {
  it('writes the same bytes with one worker, with two, and after kill -9 on the way', async () => {
    openGate();
    const one = await start([...gated(), '--workers', '1', '--out', 'one']).ended;
    expect(one).toMatchObject({ code: 0 });
    expect(one.stdout).toMatch(/6 backtests run; ranked by Sharpe/);
    const two = await start([...gated(), '--workers', '2', '--out', 'two']).ended;
    expect(two.code).toBe(0);
    expect(answer('two')).toEqual(answer('one'));

    closeGate();
    const killed = start([...gated(), '--workers', '2', '--out', 'killed']);
    await linesIn('killed', 2);
    killed.child.kill('SIGKILL');
    await killed.ended;
    openGate();
    expect(existsSync(join(world.home, 'killed', 'trials.csv'))).toBe(false);
    const resumed = await start(['--resume', 'killed', '--json']).ended;
    expect(resumed.code).toBe(0);
    const { data } = JSON.parse(resumed.stdout) as { data: { run: number; reused: number } };
    expect(data.reused).toBeGreaterThanOrEqual(2);
    expect(data.run + data.reused).toBe(6);
    expect(answer('killed')).toEqual(answer('one'));
  });

  it('stops at Ctrl-C, keeps what it has, and says how to go on', async () => {
    closeGate();
    const stopped = start([...gated(), '--workers', '1', '--out', 'stopped']);
    await linesIn('stopped', 2);
    stopped.child.kill('SIGINT');
    openGate();
    const { code, stdout, stderr } = await stopped.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped before its end: \d+ trials without a result/);
    expect(stdout).toMatch(/go on with it: trade-labs sweep --resume stopped/);
    const rows = answer('stopped').find(([name]) => name === 'trials.csv')?.[1] ?? '';
    expect(rows.split('\r\n').length).toBeGreaterThanOrEqual(4);
    expect(rows.split('\r\n').length).toBeLessThan(8);
  });

  it('keeps what a strategy prints out of its own output', async () => {
    const grid = ['--grid', 'strategy.params.loud=true'];
    const loud = await start([...RANGE, ...grid, '--json', '--out', 'loud']).ended;
    expect(loud.code).toBe(0);
    expect(JSON.parse(loud.stdout)).toMatchObject({ ok: true, command: 'sweep' });
  });
});
