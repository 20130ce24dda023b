import type { Command, Help } from 'commander';
import { EXIT, EXIT_MEANINGS } from '../domain/failure.ts';
import type { CommandSpec } from './command.ts';
import { GLOBAL_FLAGS } from './globals.ts';
import { type CommandEntry, GROUPS } from './program.ts';
import type { Style } from './style.ts';

export interface HelpOptions {
  /** All commands there are. */
  readonly commands: readonly CommandEntry[];
  /** Widest line. */
  readonly width: number;
  readonly style: Style;
}

const PURPOSE =
  "Trade Labs: trades US equities on the market's clock, with a stop under every share.";

/** Shown at the top while their commands exist; the first two that do. */
const TOP_EXAMPLES: CommandSpec['examples'] = [
  { line: 'trade-labs demo', does: 'one simulated day, offline, with its report' },
  { line: 'trade-labs config show --origin', does: 'every setting and where it comes from' },
  { line: 'trade-labs version', does: 'what is installed here' },
];

/** The width help is set in: the terminal's or COLUMNS, at most 80. */
export function helpWidth(
  columns: number | undefined,
  env: { readonly COLUMNS?: string | undefined },
): number {
  const asked = Number(env.COLUMNS);
  const width = Number.isInteger(asked) && asked > 0 ? asked : (columns ?? 80);
  return Math.max(40, Math.min(80, width));
}

/** The help of the bare program: what there is. `long` adds options and exit codes. */
export function topHelp(options: HelpOptions, long: boolean): string {
  const examples = TOP_EXAMPLES.filter(({ line }) =>
    options.commands.some(({ path }) => `${line} `.startsWith(`trade-labs ${path} `)),
  ).slice(0, 2);
  const sections = [wrap(PURPOSE, options.width).join('\n'), exampleSection(examples, options)];
  for (const group of GROUPS) {
    const entries = options.commands.filter((entry) => entry.group === group);
    if (entries.length > 0) sections.push(section(group, summaries(entries), options));
  }
  if (long) {
    sections.push(section('Options, before or after the command', globalRows(), options));
    const codes = Object.entries(EXIT).map(
      ([name, code]): Row => [String(code), EXIT_MEANINGS[name as keyof typeof EXIT]],
    );
    sections.push(section('Exit codes', codes, options));
  }
  const more = long
    ? 'Help of one command: trade-labs help COMMAND'
    : 'More: trade-labs --help, trade-labs help COMMAND';
  return `${[...sections, wrap(more, options.width).join('\n  ')].join('\n\n')}\n`;
}

/** The help of a word that only groups commands, `data` for `data check`. */
export function groupHelp(word: string, options: HelpOptions): string {
  const below = options.commands.filter(({ path }) => path.startsWith(`${word} `));
  const commands = section('Commands', summaries(below), options);
  return `${[commands, `More: trade-labs help ${word} COMMAND`].join('\n\n')}\n`;
}

/** The help of one command: purpose, examples, usage, arguments, options, pointers. */
export function commandHelp(
  spec: CommandSpec,
  command: Command,
  helper: Help,
  options: HelpOptions,
): string {
  const sections = [
    wrap(`${spec.summary}.`, options.width).join('\n'),
    exampleSection(spec.examples, options),
    wrap(`Usage: ${helper.commandUsage(command)}`, options.width).join('\n  '),
  ];
  const args = helper
    .visibleArguments(command)
    .map((argument): Row => [helper.argumentTerm(argument), helper.argumentDescription(argument)]);
  if (args.length > 0) sections.push(section('Arguments', args, options));
  const flags = helper
    .visibleOptions(command)
    .map((option): Row => [helper.optionTerm(option), helper.optionDescription(option)]);
  sections.push(section('Options', flags, options));
  const names = GLOBAL_FLAGS.map(({ flags: names }) => names.split(', ').at(-1)).join(' ');
  sections.push(wrap(`Global options: ${names}`, options.width).join('\n  '));
  sections.push('Exit codes and global options: trade-labs --help');
  return `${sections.join('\n\n')}\n`;
}

type Row = readonly [term: string, text: string];

const summaries = (entries: readonly CommandEntry[]): Row[] =>
  entries.map(({ path, summary }) => [path, summary]);

const globalRows = (): Row[] => [
  ...GLOBAL_FLAGS.map(({ flags, does }): Row => [flags, does]),
  ['-h, --help', 'this help, or that of a command'],
  ['-V, --version', 'the version'],
];

const exampleSection = (examples: CommandSpec['examples'], options: HelpOptions): string =>
  section(
    'Examples',
    examples.map(({ line, does }): Row => [line, does]),
    options,
  );

/**
 * A heading and its rows: terms left, text right of the longest term, or below where the term
 * leaves no room.
 */
function section(title: string, rows: readonly Row[], { width, style }: HelpOptions): string {
  const longest = Math.max(
    0,
    ...rows.map(([term]) => term.length).filter((n) => n <= width * 0.55),
  );
  const indent = longest + 4;
  const lines = rows.flatMap(([term, text]) => {
    const wrapped = wrap(text, width - indent);
    const beside = term.length <= longest;
    const first = beside ? `  ${term.padEnd(longest)}  ${wrapped[0] ?? ''}`.trimEnd() : `  ${term}`;
    const rest = (beside ? wrapped.slice(1) : wrapped).map((line) => ' '.repeat(indent) + line);
    return [first, ...rest];
  });
  return [style(['bold'], `${title}:`), ...lines].join('\n');
}

/** Text in lines of at most `width`, broken at blanks; a longer word stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
