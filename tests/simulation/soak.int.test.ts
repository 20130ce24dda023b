import { fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LONG = Boolean(process.env.TRADE_LABS_TEST_LONG);
const program = join(import.meta.dirname, '..', '..');
const home = mkdtempSync(join(tmpdir(), 'daemon-soak-'));
const [FROM, TO] = ['2018-01-01', '2025-06-30'];

beforeAll(() => {
  if (!existsSync(join(program, 'dist', 'trade-labs.js')))
    throw new Error('build first: npm run build');
  mkdirSync(join(home, 'config'));
  writeFileSync(
    join(home, 'config', 'trade-labs.yaml'),
    'data: { synthetic: { seed: 1, symbols: 5 } }\nreport: { formats: [json] }\n',
  );
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Told {
  readonly slots: number;
  readonly heapBytes: number;
}

function soak(): Promise<readonly Told[]> {
  const told: Told[] = [];
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'soak-child.mjs'), [program, home, FROM, TO], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (message) => told.push(message as Told));
    child.on('exit', (code) =>
      code === 0 ? resolve(told) : reject(new Error(`the daemon ended with ${code}`)),
    );
  });
}

/** What reports need of each close for their curve, and code that is still being compiled. */
const GROWTH_BYTES = 4_000_000;

describe.skipIf(!LONG)('a daemon of years', () => {
  it('holds after ten thousand slots what it held after three, but for its closes', async () => {
    const told = await soak();
    const heapAfter = (slots: number): number =>
      told.find((one) => one.slots === slots)?.heapBytes ?? Number.NaN;
    expect(heapAfter(10_000) - heapAfter(3_000)).toBeLessThan(GROWTH_BYTES);
  }, 3_600_000);
});
