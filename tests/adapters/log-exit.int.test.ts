import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Line, linesIn, MAIN, newHome, PIPELINE } from './log-home.ts';

const built = join(import.meta.dirname, '..', '..', 'dist', 'src');

beforeAll(() => {
  if (!existsSync(built)) throw new Error('build first: npm run build');
});

/** Runs a program that opens a log in a new home, writes, and ends at once. */
function runProgram(stdout: boolean, ending: string) {
  const home = newHome();
  const from = (path: string) => JSON.stringify(join(built, 'adapters', 'system', path));
  const program = `
    import { openLog } from ${from('pino-log.js')};
    import { systemClock as clock } from ${from('system-clock.js')};
    const options = { home: ${JSON.stringify(home)}, level: 'info', keepDays: 1, secrets: ['s3cr3t-value'] };
    const log = await openLog({ ...options, clock, stdout: ${stdout} });
    for (let i = 0; i < 500; i += 1) log.write('info', 'line ' + i, { runId: 'run-1' });
    log.write('error', 'the last line has no s3cr3t-value');
    ${ending}`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  return { home, ended };
}

describe('a log of a process that ends', () => {
  it.each([
    ['by process.exit', 'process.exit(0);'],
    ['by an error nobody caught', "throw new Error('stop');"],
    ['by SIGKILL', "process.kill(process.pid, 'SIGKILL');"],
  ])('%s has every line', (_, ending) => {
    const { home } = runProgram(false, ending);
    const lines = linesIn(home, MAIN);
    expect(lines).toHaveLength(501);
    expect(lines.at(-1)).toMatchObject({ msg: 'the last line has no [redacted]' });
    expect(linesIn(home, PIPELINE)).toHaveLength(500);
  });

  it('prints the same lines on standard output where that is asked for, and only there', () => {
    const { home, ended } = runProgram(true, '');
    const printed = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(printed).toEqual(linesIn(home, MAIN));
    expect(runProgram(false, '').ended.stdout).toBe('');
  });
});
