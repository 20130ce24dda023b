import type { Command } from 'commander';

/** An option that every command takes, before or after its name. */
export interface GlobalFlag {
  readonly flags: string;
  readonly does: string;
}

export const GLOBAL_FLAGS: readonly GlobalFlag[] = [
  { flags: '--json', does: 'one JSON document on standard output' },
  {
    flags: '-c, --config <file>',
    does: 'configuration file, else config/trade-labs.yaml',
  },
  { flags: '--home <dir>', does: 'folder with config, data, logs and reports (default: here)' },
  { flags: '-q, --quiet', does: 'only the result' },
  { flags: '-v, --verbose', does: 'more diagnostics, stack traces' },
  { flags: '--wide', does: 'tables in full width' },
  { flags: '--no-color', does: 'no colours' },
  { flags: '--no-input', does: 'never ask; fail where an answer is needed' },
];

/** The values of the global flags on one command line. */
export interface Globals {
  readonly json: boolean;
  readonly config: string | undefined;
  readonly home: string | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly wide: boolean;
  readonly color: boolean;
  readonly input: boolean;
}

const TAKES_VALUE = new Set(['-c', '--config', '--home']);

/** Declares the global flags; commander then takes them before and after the command's name. */
export function declareGlobals(command: Command): void {
  for (const { flags, does } of GLOBAL_FLAGS) command.option(flags, does);
}

export function globalsFrom(options: Readonly<Record<string, unknown>>): Globals {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  return {
    json: options.json === true,
    config: text('config'),
    home: text('home'),
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    wide: options.wide === true,
    color: options.color !== false,
    input: options.input !== false,
  };
}

/** What can be known of a command line before any command is loaded. */
export interface FirstLook {
  /** The words that are not options: the command's name first, its arguments after. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
  readonly color: boolean;
  readonly verbose: boolean;
}

/**
 * Reads the command's name off the line without knowing its options; values of unknown ones may
 * follow it.
 */
export function firstLook(argv: readonly string[]): FirstLook {
  const words: string[] = [];
  const flags = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') words.push(word);
    else flags.add(word);
    if (TAKES_VALUE.has(word)) i += 1;
  }
  return {
    words,
    json: flags.has('--json'),
    help: flags.has('-h') || flags.has('--help'),
    version: flags.has('-V') || flags.has('--version'),
    color: !flags.has('--no-color'),
    verbose: flags.has('-v') || flags.has('--verbose'),
  };
}
