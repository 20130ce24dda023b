import type { Command as CommanderCommand } from 'commander';
import type { LoadedConfig } from '../config/load.ts';
import type { ExitCode } from '../domain/failure.ts';
import type { EpochMs } from '../domain/time.ts';

/** What a command may use of the world; built once by the entry, replaced whole in tests. */
export interface CommandContext {
  /** The folder with config, data, logs and reports. Absolute. */
  readonly home: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False with --no-input or without a terminal: never prompt then. */
  readonly interactive: boolean;
  /** Columns of the terminal; Infinity when standard output is piped (nothing is cut then). */
  readonly columns: number;
  /** Results. With --json nothing may be written here by the command itself. */
  readonly stdout: (text: string) => void;
  /** Progress, prompts and warnings. */
  readonly stderr: (text: string) => void;
  readonly now: () => EpochMs;
  /** The effective configuration of the home; loaded on first use, fails with CONFIG_INVALID. */
  readonly config: () => Promise<LoadedConfig>;
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
 * One command of the program, in a file of its own under cli/commands. `path` is what is typed, "data check".
 * The entry file imports only these light descriptions; `run` imports the heavy parts when it is called.
 */
export interface CommandSpec {
  readonly path: string;
  readonly group: CommandGroup;
  readonly summary: string;
  /** Full command lines with a word on each; at least one. Shown first in the help. */
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Declares arguments and options on commander's command (not --json and other global ones). */
  readonly configure?: (command: CommanderCommand) => void;
  readonly run: (
    context: CommandContext,
    args: readonly (string | undefined)[],
    options: Readonly<Record<string, unknown>>,
  ) => Promise<CommandOutcome>;
}
