import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const bin = join(root, 'dist', 'trade-labs.js');
const children: ChildProcess[] = [];
let folder = '';

beforeAll(() => {
  if (!existsSync(bin)) throw new Error('build first: npm run build');
  folder = mkdtempSync(join(tmpdir(), 'trade-labs-entry-'));
  // A program of our own with commands that a real one has no reason to have.
  writeFileSync(
    join(folder, 'program.mjs'),
    `import { runProgram } from ${JSON.stringify(join(root, 'dist', 'src', 'cli', 'entry.js'))};
     const spec = (path, run, more) => ({ path, group: 'Run', summary: path, examples: [], run, ...more });
     const forever = () => new Promise((resolve) => setTimeout(resolve, 60_000));
     const specs = [
       spec('flood', async () => ({ data: {}, text: 'all the same line\\n'.repeat(1_000_000) })),
       spec('sleep', async (context) => { context.stderr('asleep\\n'); await forever(); }),
       spec('orderly', async (context) => {
         context.stderr('asleep\\n');
         await new Promise((resolve) => { const t = setTimeout(resolve, 60_000);
           context.interrupt.addEventListener('abort', () => { clearTimeout(t); resolve(); }); });
         return { data: {}, text: 'put away' };
       }, { stopsItself: true }),
       spec('stray', async () => { setTimeout(() => { throw new Error('later'); }, 10); await forever(); }),
       spec('hang', () => new Promise(() => {})),
       spec('ask', async (context) => ({ data: {}, text: String(context.interactive) })),
     ];
     await runProgram(process.argv.slice(2), specs.map((s) => ({ ...s, load: async () => s })));`,
  );
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(command: string, args: readonly string[]): ChildProcess {
  const { FORCE_COLOR: _force, ...env } = process.env;
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

function ended(child: ChildProcess, onStderr: (text: string) => void = () => {}): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    onStderr(stderr);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const real = (...args: string[]) => ended(start(process.execPath, [bin, ...args]));
const own = (...args: string[]) =>
  ended(start(process.execPath, [join(folder, 'program.mjs'), ...args]));

describe('the program as a process', () => {
  it('prints the version of package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    for (const flag of ['--version', '-V']) {
      expect(await real(flag)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    }
    expect((await real('version')).stdout).toContain(`trade-labs ${version}\n`);
  });

  it('writes no escape sequences into pipes', async () => {
    const outputs = await Promise.all([
      real(),
      real('--help'),
      real('config', 'show'),
      real('zzz'),
    ]);
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain('\u001b');
    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0, 2]);
  });

  it('never asks without a terminal', async () => {
    expect((await own('ask')).stdout).toBe('false\n');
  });

  it('writes a large result whole', async () => {
    expect((await own('flood')).stdout).toHaveLength(18_000_000);
  });

  it('ends quietly when the reader goes away', async () => {
    const script = `"$0" "$1" flood | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const child = start('bash', ['-c', script, process.execPath, join(folder, 'program.mjs')]);
    expect(await ended(child)).toEqual({ code: 0, stdout: 'all the same line\n0\n', stderr: '' });
  });

  it('ends with 130 on Ctrl-C', async () => {
    const child = start(process.execPath, [join(folder, 'program.mjs'), 'sleep']);
    const { code, stderr } = await ended(child, () => child.kill('SIGINT'));
    expect(code).toBe(130);
    expect(stderr).toContain('[INTERRUPTED]');
  });

  it('lets a command that stops itself end in order on Ctrl-C', async () => {
    const child = start(process.execPath, [join(folder, 'program.mjs'), 'orderly']);
    const result = await ended(child, () => child.kill('SIGINT'));
    expect(result).toEqual({ code: 0, stdout: 'put away\n', stderr: 'asleep\n' });
  });

  it('reports an error that nobody caught as a bug, with --json as a document', async () => {
    const { code, stderr } = await own('stray');
    expect(code).toBe(1);
    expect(stderr).toContain('error: Error: later  [BUG]');
    expect(JSON.parse((await own('stray', '--json')).stdout)).toMatchObject({
      ok: false,
      error: { code: 'BUG', exit: 1 },
    });
  });

  it('does not end silently when a command never answers', async () => {
    const { code, stderr } = await own('hang');
    expect(code).toBe(1);
    expect(stderr).toContain('"hang" ended without an answer');
  });
});
