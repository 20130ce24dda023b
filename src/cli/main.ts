import { EXIT, type ExitCode, Failure } from '../domain/failure.ts';
import type { CommandContext, CommandOutcome, CommandSpec } from './command.ts';
import { contextFor } from './context.ts';
import { errorDocument, errorText, reportOf } from './errors.ts';
import { type FirstLook, firstLook } from './globals.ts';
import { helpWidth, topHelp } from './help.ts';
import { packageVersion } from './package-version.ts';
import { COMMANDS, type CommandEntry, findCommand, isGroup } from './program.ts';
import { styleFor } from './style.ts';
import type { World } from './world.ts';

/**
 * Left out of the line of an unknown command, so that it is refused instead of helped with another.
 */
const HELP_FLAGS = new Set(['-h', '--help']);

/** Runs one command line in a world and says how the process should end. Throws nothing. */
export async function main(
  argv: readonly string[],
  world: World,
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<ExitCode> {
  const look = firstLook(argv);
  try {
    return await runLine(argv, look, world, commands);
  } catch (error) {
    return writeError(error, look, world);
  }
}

/** Prints a failure for whoever reads: the document with --json, else lines on standard error. */
export function writeError(error: unknown, look: FirstLook, world: World): ExitCode {
  const report = reportOf(error);
  if (look.json) world.stdout.write(errorDocument(report));
  if (!look.json || (look.verbose && report.stack !== undefined)) {
    const style = styleFor(world.stderr, world.env, look.color);
    world.stderr.write(errorText(report, look.verbose, style));
  }
  return report.exit;
}

async function runLine(
  argv: readonly string[],
  look: FirstLook,
  world: World,
  commands: readonly CommandEntry[],
): Promise<ExitCode> {
  const asksHelp = look.words[0] === 'help';
  const words = asksHelp ? look.words.slice(1) : look.words;
  const help = {
    commands,
    width: helpWidth(world.stdout.columns, world.env),
    style: styleFor(world.stdout, world.env, look.color),
  };
  const write = (command: string, text: string) =>
    writeResult(world, look.json, command, { data: { text: text.trimEnd() }, text });
  if (argv.length === 0) return write('help', topHelp(help, false));
  if (words.length === 0 && (look.help || asksHelp)) return write('help', topHelp(help, true));
  if (words.length === 0 && look.version) {
    const version = packageVersion();
    return writeResult(world, look.json, 'version', { data: { version }, text: version });
  }
  const entry = findCommand(commands, words);
  const [spec, { parseLine }] = await Promise.all([entry?.load(), import('./parse.ts')]);
  const known = entry !== undefined || isGroup(commands, words);
  const line = asksHelp ? [...(entry?.path.split(' ') ?? words), '--help'] : argv;
  const parsed = parseLine(known ? line : line.filter((word) => !HELP_FLAGS.has(word)), spec, help);
  if (parsed.kind === 'help' || spec === undefined) {
    return write('help', parsed.kind === 'help' ? parsed.text : topHelp(help, false));
  }
  const context = contextFor(parsed.globals, world);
  const outcome = await untilInterrupted(spec, world.interrupt, () =>
    spec.run(context, parsed.args, parsed.options),
  );
  return writeOutcome(world, context, spec, outcome);
}

/**
 * The outcome, or Failure INTERRUPTED at once on Ctrl-C where the command does not end by itself.
 */
async function untilInterrupted(
  spec: CommandSpec,
  interrupt: AbortSignal,
  run: () => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  if (spec.stopsItself) return run();
  let onAbort = () => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new Failure('INTERRUPTED', 'stopped by Ctrl-C'));
    interrupt.addEventListener('abort', onAbort, { once: true });
    if (interrupt.aborted) onAbort();
  });
  try {
    return await Promise.race([run(), interrupted]);
  } finally {
    interrupt.removeEventListener('abort', onAbort);
  }
}

function writeOutcome(
  world: World,
  context: CommandContext,
  spec: CommandSpec,
  outcome: CommandOutcome,
): ExitCode {
  if (!context.json && !context.quiet) {
    for (const warning of outcome.warnings ?? []) world.stderr.write(`warning: ${warning}\n`);
  }
  return writeResult(world, context.json, spec.path, outcome);
}

function writeResult(
  world: World,
  json: boolean,
  command: string,
  { data, text, warnings = [], exit = EXIT.OK }: CommandOutcome,
): ExitCode {
  if (json) {
    const document = { ok: true, command, schemaVersion: 1, data, warnings };
    world.stdout.write(`${JSON.stringify(document)}\n`);
  } else if (text !== '') world.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return exit;
}
