import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import type { BrokerStatement } from '../../src/domain/account.ts';
import { assertExists } from '../../src/domain/result.ts';
import { all } from '../history-scenes.ts';

const dist = join(import.meta.dirname, '..', '..', 'dist');
const script = (name: string) => join(import.meta.dirname, name);
const root = mkdtempSync(join(tmpdir(), 'execute-'));
const children: ChildProcess[] = [];
let count = 0;

beforeAll(() => {
  if (!existsSync(join(dist, 'trade-labs.js'))) throw new Error('build first: npm run build');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Truth {
  readonly statement: BrokerStatement;
  readonly arrivals: Readonly<Record<string, number>>;
}

interface Told {
  readonly died?: string;
  readonly recovered?: Truth;
  readonly owned?: number;
  /** Changes of orders that nobody knows the fate of. */
  readonly asked?: readonly string[];
  readonly stops?: readonly {
    readonly orderRef: string;
    readonly quantity: number;
    readonly stopPrice: number | null;
  }[];
  readonly done?: {
    readonly owned: number;
    readonly cash: number;
    readonly live: readonly unknown[];
    readonly points: number;
  };
  readonly truth?: Truth;
}

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

/** A broker that lives as long as the test; the path it is reached at. */
async function startBroker(childArm: string): Promise<string> {
  const path = join(root, `${count++}.sock`);
  const child = start([script('broker-child.mjs'), dist, path, childArm]);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return path;
}

/** Lets a desk run until it is done or dies at the given point. */
async function runDesk(home: string, path: string, dieAt: number): Promise<Told[]> {
  const child = start([script('desk-child.mjs'), dist, home, path, String(dieAt)]);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Told);
}

function naked({ statement: { positions, openOrders } }: Truth): number {
  const owned = positions.reduce((sum, one) => sum + one.quantity, 0);
  const cover = openOrders
    .filter(
      ({ type, status }) => type !== 'limit' && (status === 'working' || status === 'partial'),
    )
    .filter(({ side }) => side === 'sell')
    .reduce((most, one) => Math.max(most, one.quantity - one.filledQuantity), 0);
  return Math.max(0, owned - cover);
}

/** The stops at the broker, as our own book should have them. */
const stopsOf = ({ statement: { openOrders } }: Truth) =>
  openOrders
    .filter(({ leg }) => leg === 'stop')
    .map(({ orderRef, quantity, stopPrice }) => ({ orderRef, quantity, stopPrice }));

/**
 * Every point is died at where stops wake on partial fills; where they do not, every fourth, and all in the long test.
 */
const WAYS = [
  ['partial', 1],
  ['full', process.env.TRADE_LABS_TEST_LONG ? 1 : 4],
] as const;

describe.each(WAYS)('a desk killed at its steps, stops waking on %s fills', (arm, stride) => {
  it('sends nothing twice and leaves no share without a stop', async () => {
    const steps: string[] = [];
    let points = Number.POSITIVE_INFINITY;
    for (let dieAt = 1; dieAt <= points; dieAt += stride) {
      const home = join(root, `home-${count++}`);
      const path = await startBroker(arm);
      const first = await runDesk(home, path, dieAt);
      const died = first.find(({ died: at }) => at !== undefined)?.died;
      const told = died === undefined ? first : await runDesk(home, path, 0);
      const after = told.find((message) => message.recovered !== undefined);
      const recovered = after?.recovered;
      expect(after?.asked, `${dieAt}: ${died}`).toEqual([]);
      expect(after?.stops, `${dieAt}: ${died}`).toEqual(stopsOf(recovered as Truth));
      const end = told.find((message) => message.done !== undefined);
      expect(recovered, `${dieAt}: ${died}`).toBeDefined();
      expect(naked(recovered as Truth), `${dieAt}: ${died}`).toBe(0);
      const { statement, arrivals } = assertExists(end?.truth, 'the desk told the truth');
      expect(
        Object.values(arrivals).filter((n) => n > 1),
        `${dieAt}: ${died}`,
      ).toEqual([]);
      expect(statement.positions, `${dieAt}: ${died}`).toEqual([]);
      expect(statement.openOrders).toEqual([]);
      expect(end?.done).toMatchObject({ owned: 0, live: [] });
      expect(end?.done?.cash).toBe((statement.cash ?? 0) - 100_000_000_000);
      const events = await all(readHistory(historyFolder(home)).events());
      const sent = events.flatMap((e) => (e.type === 'order.submitted' ? [e.orderRef] : []));
      expect(new Set(sent).size).toBe(sent.length);
      expect(Object.keys(arrivals).filter((ref) => !sent.includes(ref))).toEqual([]);
      points = died === undefined ? (end?.done?.points ?? 0) : points;
      if (died !== undefined) steps.push(died);
      for (const child of children.splice(0)) child.kill('SIGKILL');
    }
    if (stride > 1) return;
    expect(new Set(steps)).toEqual(
      new Set(
        ['append', 'submit', 'submitOrder', 'modify', 'cancel'].flatMap((step) => [
          `${step} before`,
          `${step} after`,
        ]),
      ),
    );
  }, 900_000);
});
