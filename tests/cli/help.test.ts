import { describe, expect, it } from 'vitest';
import { COMMANDS, GROUPS } from '../../src/cli/program.ts';
import { run } from './fake-world.ts';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('the help of the program', () => {
  it('is short and friendly when nothing is typed', async () => {
    const { exit, stdout, stderr } = await run([]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Trade Labs: .*\n(.*\n)?\nExamples:\n {2}trade-labs .*\n {2}trade-labs /,
    );
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  it('lists every command under its group, the options and the exit codes', async () => {
    for (const argv of [['--help'], ['-h'], ['help']]) {
      const { exit, stdout } = await run(argv);
      expect(exit).toBe(0);
      for (const { path } of COMMANDS) expect(stdout).toContain(`  ${path} `);
      for (const group of GROUPS.filter((name) => COMMANDS.some((entry) => entry.group === name))) {
        expect(stdout).toContain(`\n${group}:\n`);
      }
      expect(stdout).toContain('--no-input');
      expect(stdout).toMatch(/\n {2}130 {2}stopped by Ctrl-C\n/);
      expect(widest(stdout)).toBeLessThanOrEqual(80);
    }
  });

  it('fits a narrower terminal, and COLUMNS', async () => {
    const narrow = await run(['--help', '--no-color'], { terminal: 60 });
    expect(widest(narrow.stdout)).toBeLessThanOrEqual(60);
    expect(widest((await run(['--help'], { env: { COLUMNS: '50' } })).stdout)).toBeLessThanOrEqual(
      50,
    );
  });

  it('names the commands of a group', async () => {
    for (const argv of [['config'], ['config', '--help'], ['help', 'config']]) {
      const { exit, stdout } = await run(argv);
      expect(exit).toBe(0);
      expect(stdout).toContain('  config show ');
      expect(stdout).not.toContain('  version ');
    }
  });

  it('is one document with --json', async () => {
    const document = JSON.parse((await run(['--help', '--json'])).stdout) as {
      data: { text: string };
    };
    expect(document.data.text).toContain('Exit codes:');
  });
});

describe.each(COMMANDS.map((entry) => [entry.path, entry] as const))(
  'the help of %s',
  (path, entry) => {
    it('tells what the table of commands tells', async () => {
      const { group, summary, path: own } = await entry.load();
      expect({ path: own, group, summary }).toEqual({
        path,
        group: entry.group,
        summary: entry.summary,
      });
    });

    it('puts the purpose and the examples first, in 80 columns', async () => {
      const spec = await entry.load();
      const { exit, stdout } = await run([...path.split(' '), '--help']);
      expect(exit).toBe(0);
      expect(stdout.replace(/\s+/g, ' ').startsWith(`${spec.summary}. Examples: trade-labs `)).toBe(
        true,
      );
      expect(stdout).toContain(`Usage: trade-labs ${path}`);
      expect(stdout).toContain('Exit codes and global options: trade-labs --help');
      expect(widest(stdout)).toBeLessThanOrEqual(80);
      expect((await run(['help', ...path.split(' ')])).stdout).toBe(stdout);
    });

    it('refuses an option that it does not know', async () => {
      const { exit, stderr } = await run([...path.split(' '), '--no-such-option']);
      expect(exit).toBe(2);
      expect(stderr).toContain("unknown option '--no-such-option'");
    });
  },
);
