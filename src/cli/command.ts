import type { Command as CommanderCommand } from 'commander';
import type { ConfigSource, LoadedConfig } from '../config/load.ts';
import type { ExitCode } from '../domain/failure.ts';
import type { EpochMs } from '../domain/time.ts';

/** What a command may use of the world; built once by the entry, replaced whole in tests. */
export interface CommandContext {
  /** The folder with config, data, logs and reports. Absolute. */
  readonly home: string;
  /** Where the command was typed; relative paths of arguments start here. Absolute. */
  readonly cwd: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False with --no-input, with --json or without a terminal: never prompt then. */
  readonly interactive: boolean;
  /**
   * Columns of the terminal; Infinity when standard output is piped or --wide is given (nothing is
   * cut then).
   */
  readonly columns: number;
  /** Results. With --json nothing may be written here by the command itself. */
  readonly stdout: (text: string) => void;
  /** Progress, prompts and warnings. */
  readonly stderr: (text: string) => void;
  /** How progress is shown on standard error; see cli/progress.ts. */
  readonly progress: 'bar' | 'lines' | 'none';
  readonly now: () => EpochMs;
  /**
   * One line from the person at the terminal, null at end of input. Only where `interactive`; see
   * cli/prompt.ts.
   */
  readonly ask: (question: string) => Promise<string | null>;
  /** Aborted by Ctrl-C. Only a command that declares `stopsItself` needs to look at it. */
  readonly interrupt: AbortSignal;
  /** The effective configuration of the home; loaded on first use, fails with CONFIG_INVALID. */
  readonly config: () => Promise<LoadedConfig>;
  /** What `config` is loaded from, for commands that load another file or show secrets' origins. */
  readonly configSource: ConfigSource;
}

/** How a command ends: `data` for --json, `text` for people. `exit` is 0 unless said. */
export interface CommandOutcome {
  readonly data: unknown;
  readonly text: string;
  readonly warnings?: readonly string[];
  readonly exit?: ExitCode;
}

export type CommandGroup = 'Get started' | 'Run' | 'Inspect' | 'Control' | 'Data';

/**
 * One command of the program, in a file of its own under cli/commands. `path` is what is typed,
 * "data check". program.ts repeats path, group and summary in its table (a test keeps them equal)
 * and imports the file only when the command is chosen or its help is asked; `run` may import still
 * heavier parts when it is called.
 */
export interface CommandSpec {
  readonly path: string;
  readonly group: CommandGroup;
  readonly summary: string;
  /** Full command lines with a word on each; at least one. Shown first in the help. */
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Declares arguments and options on commander's command (not --json and other global ones). */
  readonly configure?: (command: CommanderCommand) => void;
  /** True where the command ends by itself, in order, when `context.interrupt` is aborted. */
  readonly stopsItself?: boolean;
  readonly run: (
    context: CommandContext,
    args: readonly (string | undefined)[],
    options: Readonly<Record<string, unknown>>,
  ) => Promise<CommandOutcome>;
}
