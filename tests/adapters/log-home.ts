import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { epochMs } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

const homes: string[] = [];

afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

/** A folder of its own for one test. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'trade-labs-log-'));
  homes.push(home);
  return home;
}

/** A clock that a test sets. */
export function handClock(iso: string): Clock & { set(iso: string): void } {
  let at = epochMs(Date.parse(iso));
  return {
    now: () => at,
    set: (next) => {
      at = epochMs(Date.parse(next));
    },
  };
}

export type Line = Readonly<Record<string, unknown>>;

export const MAIN = join('logs', 'trade-labs.log');
export const PIPELINE = join('logs', 'pipeline', 'pipeline.log');

export const textIn = (home: string, file: string): string =>
  readFileSync(join(home, file), 'utf8');

export const linesIn = (home: string, file: string): Line[] =>
  textIn(home, file)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

export const namesIn = (home: string, folder: string): string[] =>
  readdirSync(join(home, folder)).sort();
