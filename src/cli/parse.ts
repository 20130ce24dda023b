import { Command, CommanderError, Option } from 'commander';
import { Failure } from '../domain/failure.ts';
import type { CommandSpec } from './command.ts';
import { declareGlobals, GLOBAL_FLAGS, type Globals, globalsFrom } from './globals.ts';
import { commandHelp, groupHelp, type HelpOptions, topHelp } from './help.ts';

/** What a command line asks for. */
export type Parsed =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly args: readonly (string | undefined)[];
      readonly options: Readonly<Record<string, unknown>>;
      readonly globals: Globals;
    };

/**
 * Reads a whole command line. `spec` is the command it names, already loaded; without one the line
 * must be wrong, ask for the help of a group, or hold global flags alone. Usage errors are Failures
 * USAGE with a suggestion.
 */
export function parseLine(
  argv: readonly string[],
  spec: CommandSpec | undefined,
  help: HelpOptions,
): Parsed {
  let parsed: Parsed | undefined;
  let written = '';
  const root = new Command('trade-labs');
  root
    .exitOverride()
    .helpCommand(false)
    .helpOption('-h, --help', 'this help')
    .configureOutput({
      writeOut: (text) => {
        written += text;
      },
      writeErr: (text) => {
        written += text;
      },
      outputError: () => {},
    })
    .configureHelp({
      formatHelp: (command, helper) => {
        if (command === root) return topHelp(help, true);
        return spec !== undefined && pathOf(command) === spec.path
          ? commandHelp(spec, command, helper, help)
          : groupHelp(pathOf(command), help);
      },
    });
  declareGlobals(root);
  if (argv.every((word) => word.startsWith('-'))) {
    root.action(() => {
      parsed = { kind: 'help', text: topHelp(help, false) };
    });
  }
  for (const { path, summary } of help.commands) {
    const command = commandAt(root, path.split(' ')).description(summary);
    if (path !== spec?.path) continue;
    // Root takes these flags wherever they stand; declared here too for clusters such as -nq.
    for (const { flags } of GLOBAL_FLAGS) command.addOption(new Option(flags).hideHelp());
    spec.configure?.(command);
    command.action((...all: unknown[]) => {
      const args = all.slice(0, -2).flat() as (string | undefined)[];
      const options = command.opts();
      parsed = { kind: 'run', args, options, globals: mergeGlobals(root.opts(), options) };
    });
  }
  try {
    root.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.help') {
      return { kind: 'help', text: written };
    }
    throw usageFailure(error, spec);
  }
  return parsed ?? { kind: 'help', text: topHelp(help, false) };
}

function commandAt(root: Command, names: readonly string[]): Command {
  return names.reduce(
    (parent, name) =>
      parent.commands.find((command) => command.name() === name) ?? parent.command(name),
    root,
  );
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

function mergeGlobals(
  root: Readonly<Record<string, unknown>>,
  leaf: Readonly<Record<string, unknown>>,
): Globals {
  const a = globalsFrom(root);
  const b = globalsFrom(leaf);
  return {
    json: a.json || b.json,
    config: a.config ?? b.config,
    home: a.home ?? b.home,
    quiet: a.quiet || b.quiet,
    verbose: a.verbose || b.verbose,
    wide: a.wide || b.wide,
    color: a.color && b.color,
    input: a.input && b.input,
  };
}

/** commander's message as ours: without its "error: ", the suggestion as a detail. */
function usageFailure(error: CommanderError, spec: CommandSpec | undefined): Failure {
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  return new Failure('USAGE', message, {
    details: rest.map((line) => line.replace(/^\((.*)\)$/, '$1')),
    hint: spec === undefined ? 'trade-labs --help' : `trade-labs ${spec.path} --help`,
  });
}
