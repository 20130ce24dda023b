import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import type { EventOf } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { copyBuiltProgram } from '../built-program.ts';

const fault = join(import.meta.dirname, 'daemon-fault.mjs');
const built = copyBuiltProgram('daemon-fatal');

const newHome = (name: string): string =>
  built.newHome(name, 'data: { synthetic: { seed: 1, symbols: 10 } }\n');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real daemon on the machine's clock until it ends. */
function daemon(
  home: string,
  preload: readonly string[],
  env: NodeJS.ProcessEnv,
  flags: readonly string[] = [],
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [...preload, built.bin, 'daemon', '--home', home, ...flags],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, ...env },
      },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString();
    });
    // A daemon without a fault is asked to stop once it runs.
    let isAsked = preload.length > 0;
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      if (isAsked || !stderr.includes('running')) return;
      isAsked = true;
      child.kill('SIGTERM');
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function statesOf(home: string): Promise<EventOf<'daemon.state_changed'>[]> {
  const states: EventOf<'daemon.state_changed'>[] = [];
  for await (const event of readHistory(historyFolder(home)).events()) {
    if (event.type === 'daemon.state_changed') states.push(event);
  }
  return states;
}

describe('an error that nobody expected', () => {
  it.each([
    ['throw', 'planted error'],
    ['reject', 'planted rejection'],
  ])(
    'ends the daemon after the journal says so, and the next one starts: %s',
    async (kind, message) => {
      const home = newHome(kind);
      const ended = await daemon(home, ['--import', fault], { TEST_FAULT: kind });
      expect(ended.code, ended.stderr).toBe(1);
      expect(ended.stderr).toContain(message);
      expect(await statesOf(home)).toMatchObject([
        { to: 'starting' },
        { to: 'running' },
        { from: 'running', to: 'failed', cause: message },
      ]);
      const verified = await verifyHistory(historyFolder(home), () => new Book());
      expect(verified.findings).toEqual([]);
      const log = readFileSync(join(home, 'logs', 'trade-labs.log'), 'utf8');
      expect(log.split('\n').some((line) => line.includes(message))).toBe(true);

      const again = await daemon(home, [], {});
      expect(again.code, again.stderr).toBe(0);
      expect((await statesOf(home)).slice(3)).toMatchObject([
        { from: null, to: 'starting' },
        { to: 'running' },
        { to: 'draining' },
        { to: 'stopped' },
      ]);
    },
  );
});

describe('a daemon in a container', () => {
  it('writes to standard output what it writes to its log', async () => {
    const home = newHome('container');
    const { code, stdout } = await daemon(home, [], {}, ['--log-stdout']);
    expect(code).toBe(0);
    const log = readFileSync(join(home, 'logs', 'trade-labs.log'), 'utf8');
    expect(log.split('\n').length).toBeGreaterThan(2);
    expect(stdout).toContain(log);
  });
});
