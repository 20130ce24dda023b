import type { CommandSpec } from '../../src/cli/command.ts';
import { main } from '../../src/cli/main.ts';
import type { CommandEntry } from '../../src/cli/program.ts';
import type { World } from '../../src/cli/world.ts';
import { epochMs } from '../../src/domain/time.ts';

/** What a command line printed and how it ended. */
export interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Width of the terminal; without one everything is piped. */
  readonly terminal?: number;
  /** What the person types; null is the end of input. */
  readonly answers?: readonly (string | null)[];
  readonly interrupt?: AbortSignal;
  /** Called after each piece of standard output. */
  readonly onStdout?: () => void;
  /** The time of the machine; 2026-03-05, 14:30 UTC, unless it is said. */
  readonly now?: string;
  /** Other commands than the program's own. */
  readonly commands?: readonly CommandEntry[];
}

/** Runs a command line in this process, in a world made for it. */
export async function run(argv: readonly string[], around: Surroundings = {}): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const answers = [...(around.answers ?? [])];
  const terminal = around.terminal !== undefined;
  const world: World = {
    env: around.env ?? {},
    cwd: around.cwd ?? '/nowhere',
    now: () => epochMs(Date.parse(around.now ?? '2026-03-05T14:30:00Z')),
    stdout: {
      write: (text) => {
        stdout += text;
        around.onStdout?.();
      },
      terminal,
      columns: around.terminal,
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
      terminal,
    },
    stdinTerminal: terminal,
    ask: async (question) => {
      stderr += question;
      return answers.shift() ?? null;
    },
    interrupt: around.interrupt ?? new AbortController().signal,
  };
  const exit = await main(argv, world, around.commands);
  return { exit, stdout, stderr };
}

/** A table of commands of which only the interesting parts are given. */
export const commandTable = (
  ...specs: readonly (Partial<CommandSpec> & Pick<CommandSpec, 'path'>)[]
): readonly CommandEntry[] =>
  specs.map((partial) => {
    const spec: CommandSpec = {
      group: 'Inspect',
      summary: `Does ${partial.path}`,
      examples: [{ line: `trade-labs ${partial.path}`, does: 'just that' }],
      run: async () => ({ data: {}, text: '' }),
      ...partial,
    };
    return { path: spec.path, group: spec.group, summary: spec.summary, load: async () => spec };
  });
