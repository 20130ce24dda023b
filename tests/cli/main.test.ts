import { describe, expect, it } from 'vitest';
import { confirm } from '../../src/cli/prompt.ts';
import { EXIT, Failure } from '../../src/domain/failure.ts';
import { commandTable, run } from './fake-world.ts';

const echo = commandTable({
  path: 'data echo',
  configure: (command) => {
    command.argument('[words...]').option('--size <n>', 'how large').option('-n, --dry-run');
  },
  run: async (context, args, options) => ({
    data: { args, size: options.size ?? null, dry: options.dryRun === true, quiet: context.quiet },
    text: `${args.join(' ')} at ${context.home}`,
    warnings: ['a word of warning'],
  }),
});
const json = async (argv: readonly string[], around = {}) => {
  const { exit, stdout } = await run(argv, around);
  return { exit, document: JSON.parse(stdout) as Record<string, unknown> };
};

describe('a command line', () => {
  it('takes the global flags before and after the command', async () => {
    for (const argv of [
      ['--json', '--home', '/desk', '-q', 'data', 'echo', 'a', '--size', '3'],
      ['data', 'echo', '--size', '3', 'a', '--json', '--home', '/desk', '-q'],
      ['data', '--json', 'echo', 'a', '-q', '--home=/desk', '--size=3'],
    ]) {
      const { exit, document } = await json(argv, { commands: echo });
      expect(exit).toBe(EXIT.OK);
      expect(document).toEqual({
        ok: true,
        command: 'data echo',
        schemaVersion: 1,
        data: { args: ['a'], size: '3', dry: false, quiet: true },
        warnings: ['a word of warning'],
      });
    }
  });

  it('takes global flags in one cluster with those of the command', async () => {
    const { document } = await json(['data', 'echo', '-nq', '--json'], { commands: echo });
    expect(document.data).toMatchObject({ dry: true, quiet: true });
  });

  it('takes words after -- as arguments, whatever they look like', async () => {
    const { document } = await json(['--json', 'data', 'echo', '--', '--size', '-q'], {
      commands: echo,
    });
    expect(document.data).toMatchObject({ args: ['--size', '-q'], quiet: false });
  });

  it('finds the home by flag, then by environment, then here', async () => {
    const at = async (argv: string[], env: Record<string, string>) =>
      (await run(['data', 'echo', ...argv], { commands: echo, cwd: '/here', env })).stdout.trim();
    expect(await at(['--home', 'desk'], { TRADE_LABS_HOME: '/other' })).toBe('at /here/desk');
    expect(await at([], { TRADE_LABS_HOME: '/other' })).toBe('at /other');
    expect(await at([], { TRADE_LABS_HOME: '' })).toBe('at /here');
  });

  it('prints the result on standard output and warnings on standard error', async () => {
    const loud = await run(['data', 'echo', 'hello'], { commands: echo });
    expect(loud).toEqual({
      exit: 0,
      stdout: 'hello at /nowhere\n',
      stderr: 'warning: a word of warning\n',
    });
    expect((await run(['data', 'echo', '-q'], { commands: echo })).stderr).toBe('');
  });

  it('ends with the exit code that the outcome names', async () => {
    const commands = commandTable({
      path: 'check',
      run: async () => ({ data: { bad: 3 }, text: '3 bad rows', exit: EXIT.FINDINGS }),
    });
    expect(await run(['check'], { commands })).toMatchObject({ exit: 20, stdout: '3 bad rows\n' });
  });
});

describe('a usage error', () => {
  const cases: [argv: string[], message: RegExp, suggestion: string | undefined][] = [
    [['data', 'ecko'], /unknown command 'ecko'/, 'Did you mean echo?'],
    [['dat'], /unknown command 'dat'/, 'Did you mean data?'],
    [['data', 'echo', '--sise', '3'], /unknown option '--sise'/, 'Did you mean --size?'],
    [['data', 'echo', '--jsno'], /unknown option '--jsno'/, 'Did you mean --json?'],
    [['--hom', '/x', 'data', 'echo'], /unknown option '--hom'/, 'Did you mean --home?'],
    [['data', 'echo', '--size'], /option '--size <n>' argument missing/, undefined],
    [['--bogus-flag'], /unknown option '--bogus-flag'/, undefined],
    [['zzz'], /unknown command 'zzz'/, undefined],
    [['zzz', '--help'], /unknown command 'zzz'/, undefined],
    [['help', 'zzz'], /unknown command 'zzz'/, undefined],
    [['help', 'data', 'zzz'], /unknown command 'zzz'/, undefined],
  ];

  it.each(cases)('%j exits 2 and suggests what was meant', async (argv, message, suggestion) => {
    const { exit, stdout, stderr } = await run(argv, { commands: echo });
    expect({ exit, stdout }).toEqual({ exit: EXIT.USAGE, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toContain('[USAGE]\n');
    expect(stderr).toMatch(/\n {2}Try: trade-labs .*--help\n$/);
    if (suggestion !== undefined) expect(stderr).toContain(`\n  ${suggestion}\n`);
  });

  it.each(cases)('%j with --json is one document', async (argv, message, suggestion) => {
    const { exit, document } = await json([...argv, '--json'], { commands: echo });
    if (argv.at(-1) === '--size') return;
    expect(exit).toBe(EXIT.USAGE);
    expect(document.ok).toBe(false);
    expect(document.error).toMatchObject({ code: 'USAGE', exit: EXIT.USAGE });
    const { message: said, details } = document.error as { message: string; details: string[] };
    expect(said).toMatch(message);
    expect(details).toEqual(suggestion === undefined ? [] : [suggestion]);
  });

  it('counts surplus arguments', async () => {
    const commands = commandTable({ path: 'plain' });
    const { exit, stderr } = await run(['plain', 'surplus'], { commands });
    expect(exit).toBe(EXIT.USAGE);
    expect(stderr).toContain('too many arguments');
  });
});

describe('a failure', () => {
  const failing = commandTable(
    {
      path: 'refused',
      run: async () => {
        throw new Failure('DATA_REFUSED', 'bars are bad', {
          details: ['AAPL_1d.csv:3 high < low', 'evil \u001b[31mname'],
          hint: 'trade-labs data check',
        });
      },
    },
    {
      path: 'broken',
      run: async () => {
        throw new TypeError('x is undefined\nsecond line');
      },
    },
  );

  it('says what failed, why, and what to do, with control characters made visible', async () => {
    expect(await run(['refused'], { commands: failing })).toEqual({
      exit: EXIT.FINDINGS,
      stdout: '',
      stderr: [
        'error: bars are bad  [DATA_REFUSED]',
        '  AAPL_1d.csv:3 high < low',
        '  evil \\x1b[31mname',
        '  Try: trade-labs data check',
        '',
      ].join('\n'),
    });
  });

  it('is one document on standard output with --json', async () => {
    const { exit, stdout, stderr } = await run(['refused', '--json'], { commands: failing });
    expect({ exit, stderr }).toEqual({ exit: EXIT.FINDINGS, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      error: {
        code: 'DATA_REFUSED',
        message: 'bars are bad',
        hint: 'trade-labs data check',
        details: ['AAPL_1d.csv:3 high < low', 'evil \u001b[31mname'],
        exit: EXIT.FINDINGS,
      },
    });
  });

  it('that the system refused is no bug, and says what to do', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const commands = commandTable({ path: 'fill', run: () => Promise.reject(full) });
    const short = await run(['fill'], { commands });
    expect(short.exit).toBe(EXIT.CANTCREAT);
    expect(short.stderr).toBe(
      [
        'error: a file cannot be written  [CANNOT_WRITE]',
        '  ENOSPC: no space left on device, write',
        '  Try: free space on the disk, then run the command again\n',
      ].join('\n'),
    );
    expect((await run(['fill', '-v'], { commands })).stderr).toContain('    at ');
  });

  it('that nobody expected is called a bug; its stack shows with -v only', async () => {
    const short = await run(['broken'], { commands: failing });
    expect(short.exit).toBe(EXIT.ERROR);
    expect(short.stderr.split('\n')[0]).toBe('error: TypeError: x is undefined  [BUG]');
    expect(short.stderr).toContain('This is a bug');
    expect(short.stderr).not.toContain('    at ');
    expect((await run(['broken', '-v'], { commands: failing })).stderr).toContain('    at ');
  });
});

describe('Ctrl-C', () => {
  const never = new Promise<never>(() => {});

  it('ends a command at once with 130', async () => {
    const commands = commandTable({ path: 'wait', run: () => never });
    const interrupt = AbortSignal.abort();
    const { exit, stderr } = await run(['wait'], { commands, interrupt });
    expect(exit).toBe(EXIT.INTERRUPTED);
    expect(stderr).toContain('[INTERRUPTED]');
  });

  it('lets a command that stops itself end in order', async () => {
    const commands = commandTable({
      path: 'daemon',
      stopsItself: true,
      run: async ({ interrupt }) => ({ data: {}, text: `aborted ${interrupt.aborted}` }),
    });
    const ended = await run(['daemon'], { commands, interrupt: AbortSignal.abort() });
    expect(ended).toMatchObject({ exit: EXIT.OK, stdout: 'aborted true\n' });
  });
});

describe('a question', () => {
  const commands = commandTable({
    path: 'reset',
    run: async (context) => {
      const yes = await confirm(context, 'Erase it?');
      return { data: { yes }, text: yes ? 'erased' : 'kept' };
    },
  });

  it.each([
    ['y', 'erased\n'],
    ['YES ', 'erased\n'],
    ['', 'kept\n'],
    ['yesterday', 'kept\n'],
    [null, 'kept\n'],
  ])('answered %j: %s', async (answer, stdout) => {
    const ended = await run(['reset'], { commands, terminal: 80, answers: [answer] });
    expect(ended).toMatchObject({ exit: EXIT.OK, stdout });
    expect(ended.stderr).toContain('Erase it? [y/N] ');
  });

  it.each([
    ['without a terminal', ['reset'], {}],
    ['with --no-input', ['reset', '--no-input'], { terminal: 80 }],
    ['with --json', ['reset', '--json'], { terminal: 80 }],
  ])('%s is not asked: exit 2 names the flag', async (_name, argv, around) => {
    const { exit, stdout, stderr } = await run(argv, { commands, ...around });
    expect(exit).toBe(EXIT.USAGE);
    expect(stdout + stderr).toContain('--yes');
    expect(stderr).not.toContain('[y/N]');
  });
});

describe('colour', () => {
  const ESC = '\u001b';
  const stderrOf = async (around: object, argv = ['zzz']) => (await run(argv, around)).stderr;

  it('is there on a terminal and nowhere else', async () => {
    expect(await stderrOf({ terminal: 80 })).toContain(ESC);
    expect(await stderrOf({})).not.toContain(ESC);
    expect(await stderrOf({ terminal: 80, env: { NO_COLOR: '1' } })).not.toContain(ESC);
    expect(await stderrOf({ terminal: 80, env: { TERM: 'dumb' } })).not.toContain(ESC);
    expect(await stderrOf({ terminal: 80 }, ['zzz', '--no-color'])).not.toContain(ESC);
    expect(await stderrOf({ env: { FORCE_COLOR: '1' } })).toContain(ESC);
  });
});

describe('the width', () => {
  const commands = commandTable({
    path: 'width',
    run: async ({ columns }) => ({ data: { columns }, text: String(columns) }),
  });
  const width = async (argv: string[], terminal?: number) =>
    (await run(argv, { commands, ...(terminal !== undefined && { terminal }) })).stdout.trim();

  it('is that of the terminal; without one, or with --wide, nothing is cut', async () => {
    expect(await width(['width'], 97)).toBe('97');
    expect(await width(['width', '--wide'], 97)).toBe('Infinity');
    expect(await width(['width'])).toBe('Infinity');
  });
});
