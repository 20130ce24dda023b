import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type HistoryOptions,
  historyFolder,
  openHistory,
} from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import { lockHome } from '../../src/adapters/file/home-lock.ts';
import type { Fold } from '../../src/ports/history.ts';
import { all } from '../history-scenes.ts';

const house = join(import.meta.dirname, '..', '..');
const writer = join(import.meta.dirname, 'child-writer.mjs');
const LONG = Boolean(process.env.TRADE_LABS_TEST_LONG);
const KILLS = LONG ? 1_000 : 50;
const hasStrace = spawnSync('strace', ['-V']).status === 0;

const root = mkdtempSync(join(tmpdir(), 'history-processes-'));
/** The built program as it was when these tests began: a build beside them must not pull it away. */
const dist = join(root, 'program', 'dist');
const children: ChildProcess[] = [];
let homes = 0;
const newHome = () => join(root, String(homes++));

/** The book of the children, which is plain JavaScript. */
let optionsFor: (
  home: string,
) => HistoryOptions & { readonly fold: Fold & { state: { events: number; trades: object } } };

beforeAll(async () => {
  if (!existsSync(join(house, 'dist', 'trade-labs.js')))
    throw new Error('build first: npm run build');
  cpSync(join(house, 'dist'), dist, { recursive: true });
  cpSync(join(house, 'package.json'), join(root, 'program', 'package.json'));
  symlinkSync(join(house, 'node_modules'), join(root, 'program', 'node_modules'));
  const book = join(import.meta.dirname, 'child-book.mjs');
  ({ optionsFor } = (await import(book)) as { optionsFor: typeof optionsFor });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Message {
  readonly acknowledged?: number;
  readonly hash?: string;
  readonly points?: readonly string[];
  readonly holding?: boolean;
  readonly refused?: number;
  readonly code?: string;
  readonly close?: string;
}

interface Ended {
  readonly signal: string | null;
  readonly code: number | null;
  readonly messages: readonly Message[];
  readonly stderr: string;
}

function start(
  args: readonly string[],
  wrapper: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ended> } {
  const [command, ...before] = [...wrapper, process.execPath];
  const child = spawn(command ?? process.execPath, [...before, writer, dist, ...args], {
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
    child.on('close', (code, signal) => {
      const messages = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Message);
      resolve({ signal, code, messages, stderr });
    });
  });
  return { child, ended };
}

const run = (...args: string[]): Promise<Ended> => start(args).ended;

const acknowledged = (messages: readonly Message[]): string[] =>
  messages.flatMap(({ hash }) => (hash === undefined ? [] : [hash]));

/** Opens the home at once, whoever died in it, and checks all that was promised; returns the hashes it holds. */
async function expectSound(home: string, promised: readonly string[]): Promise<void> {
  const options = optionsFor(home);
  const history = await openHistory(options);
  const hashes = new Set((await all(history.reader.events())).map(({ hash }) => hash));
  expect(promised.filter((hash) => !hashes.has(hash))).toEqual([]);
  expect(options.fold.state.events).toBe(hashes.size);
  expect(await all(history.reader.trades())).toHaveLength(
    Object.keys(options.fold.state.trades).length,
  );
  await history.close();
  const { findings } = await verifyHistory(historyFolder(home), options.newFold);
  expect(findings).toEqual([]);
}

/** The points at which a process may die in a life of this home. */
async function pointsOf(home: string, round: number): Promise<readonly string[]> {
  const { messages } = await run('die', home, 'list', '0', String(round));
  return messages.flatMap(({ points }) => points ?? []);
}

describe('kill -9', () => {
  it(
    `loses nothing acknowledged, at any of the points of a life, ${KILLS} times`,
    async () => {
      const rehearsal = newHome();
      const first = await pointsOf(rehearsal, 0);
      const later = await pointsOf(rehearsal, 1);
      const points = [...new Set([...first, ...later])];
      expect(points.length).toBeGreaterThan(30);
      const old = { home: newHome(), promised: [] as string[] };
      let died = 0;
      for (let round = 0; round < KILLS; round += 1) {
        const point = points[(round * 7) % points.length] ?? '';
        const { home, promised } = later.includes(point) ? old : { home: newHome(), promised: [] };
        const nth = 1 + (Math.floor(round / points.length) % 3);
        const ended = await run('die', home, point, String(nth), String(round));
        expect(ended.stderr).toBe('');
        if (ended.signal === 'SIGKILL') died += 1;
        promised.push(...acknowledged(ended.messages));
        await expectSound(home, promised);
      }
      expect(died).toBeGreaterThan(KILLS * 0.6);
    },
    KILLS * 12_000,
  );
});

describe('several processes', () => {
  it('each wait their turn and write in one chain', async () => {
    const home = newHome();
    const times = LONG ? 60 : 6;
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const ended = await Promise.all(names.map((name) => run('contend', home, name, String(times))));
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(names.map(() => [0, '']));
    const promised = ended.flatMap(({ messages }) => acknowledged(messages));
    expect(new Set(promised).size).toBe(names.length * times);
    await expectSound(home, promised);
  });

  it('never take a home from one whose event loop stands still', async () => {
    const home = newHome();
    const release = join(root, 'release');
    const staleMs = 2_000;
    const holder = start(['block', home, release, String(staleMs)]);
    await new Promise((resume) => holder.child.stdout?.once('data', resume));
    const take = async (): Promise<string> => {
      const options = optionsFor(home);
      try {
        const lock = await lockHome({ home, role: 'another', now: options.clock.now(), staleMs });
        await lock.release();
        return 'taken';
      } catch (error) {
        return (error as { code?: string }).code ?? 'no code';
      }
    };
    const outcomes = new Set<string>();
    const untouchedSince = performance.now();
    while (performance.now() - untouchedSince < 2 * staleMs) {
      outcomes.add(await take());
      await new Promise((resume) => setTimeout(resume, 50));
    }
    outcomes.add(await take());
    expect([...outcomes]).toEqual(['HOME_BUSY']);
    writeFileSync(release, '');
    const { code, messages } = await holder.ended;
    expect(code).toBe(0);
    await expectSound(home, acknowledged(messages));
    expect(acknowledged(messages)).toHaveLength(1);
  });

  it('may read while thousands of steps are written, and never see half a record', async () => {
    const home = newHome();
    const flood = start(['flood', home, LONG ? '20000' : '1000']);
    await new Promise((resume) => flood.child.stdout?.once('data', resume));
    const reader = readHistory(historyFolder(home));
    let over = false;
    void flood.ended.then(() => {
      over = true;
    });
    let seen = 0;
    let reads = 0;
    while (!over) {
      const [last] = await all(reader.trades({ last: 1 }));
      const number = Number(last?.tradeId.slice(1) ?? -1);
      expect(number).toBeGreaterThanOrEqual(seen - 1);
      seen = Math.max(seen, number);
      if (reads % 20 === 0) {
        const whole = await all(reader.trades());
        expect(whole.map(({ tradeId }) => tradeId)).toEqual(whole.map((_, i) => `F${i}`));
      }
      reads += 1;
      await new Promise((resume) => setImmediate(resume));
    }
    expect((await flood.ended).stderr).toBe('');
    expect(reads).toBeGreaterThan(5);
    await expectSound(home, []);
  }, 600_000);
});

describe.skipIf(!hasStrace)('faults of the system, injected by strace', () => {
  /** Runs the child with one system call on one file of the home going wrong. */
  const inject = (home: string, file: string, fault: string) => {
    const options = `-f -qq -o /dev/null -e trace=${fault.split(':')[0]} -e inject=${fault}`;
    return ['strace', ...options.split(' '), '-P', join(historyFolder(home), file)];
  };
  const MARCH = join('journal', '2026-03.jsonl');

  it.each([
    ['a sync of the journal that fails', MARCH, 'fdatasync:error=EIO:when=20', true],
    ['a full disk', MARCH, 'write:error=ENOSPC:when=20', true],
    ['a journal write that did nothing', MARCH, 'write:retval=314:when=20', true],
    ['a view write that fails', 'trades.json', 'pwrite64:error=EIO:when=30', false],
    ['a view write that did nothing', 'trades.json', 'pwrite64:retval=386:when=30', false],
  ])('lose nothing acknowledged: %s', async (_, file, fault, refuses) => {
    const home = newHome();
    const { messages } = await start(['report', home, '40'], inject(home, file, fault)).ended;
    const outcomes = messages.map(({ hash }) => hash !== undefined);
    // After the first refusal there is nothing but refusals.
    expect(outcomes.includes(false)).toBe(refuses);
    expect(outcomes.lastIndexOf(true)).toBe(outcomes.filter(Boolean).length - 1);
    await expectSound(home, acknowledged(messages));
  });
});
