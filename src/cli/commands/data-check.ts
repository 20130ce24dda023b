import { resolve } from 'node:path';
import type { FolderCheck } from '../../app/check-bars.ts';
import type { FileProblem } from '../../bars/bar-file.ts';
import type { BarsCheck } from '../../bars/check.ts';
import { EXIT } from '../../domain/failure.ts';
import type { Timeframe } from '../../domain/market.ts';
import { type EpochMs, isoUtc, utcMsToDate } from '../../domain/time.ts';
import type { CommandOutcome, CommandSpec } from '../command.ts';
import { renderTable } from '../table.ts';

/** `trade-labs data check DIR`: what is wrong, missing or odd in a folder of bars. Changes nothing. */
export const dataCheck: CommandSpec = {
  path: 'data check',
  group: 'Data',
  summary: 'Check bar files: bad rows, gaps, suspect jumps',
  examples: [
    { line: 'trade-labs data check data/bars', does: 'every finding, and a line per file' },
    { line: 'trade-labs data check data/bars --json', does: 'the same for a program' },
  ],
  configure: (command) => {
    command.argument('<dir>', 'folder of SYMBOL_TIMEFRAME.csv or .parquet files');
    command.addHelpText(
      'after',
      '\nExit 20 when a row is bad or a file is refused; the other findings are warnings.',
    );
  },
  run: async (context, [dir = '']) => {
    const { checkBarFolder } = await import('../../app/check-bars.ts');
    const { isoNewYork } = await import('../../calendar/nyse.ts');
    const progress = (done: number, total: number) => {
      const isStep = total > PROGRESS_FROM && done % PROGRESS_STEP === 0 && done < total;
      if (isStep && !context.quiet) context.stderr(`checked ${done} of ${total} files\n`);
    };
    const check = await checkBarFolder(resolve(context.cwd, dir), progress);
    return outcomeOf(check, context.columns, context.quiet, isoNewYork);
  },
};

const PROGRESS_FROM = 50;
const PROGRESS_STEP = 100;

type Stamp = (time: number, timeframe: Timeframe) => string;

function outcomeOf(
  check: FolderCheck,
  columns: number,
  quiet: boolean,
  isoNewYork: (at: EpochMs) => string,
): CommandOutcome {
  const { files, refused, folder } = check;
  const totals = totalsOf(files, refused);
  const forPeople: Stamp = (time, timeframe) =>
    timeframe === '1d' ? utcMsToDate(time) : isoNewYork(time as EpochMs);
  const summary = summaryOf(totals, folder.dir);
  const parts = quiet
    ? [summary]
    : [fileTable(files, forPeople, columns), ...findings(check, forPeople), summary];
  return {
    data: {
      dir: folder.dir,
      meta: folder.meta,
      totals,
      files: files.map(fileData),
      refused,
    },
    text: parts.filter((part) => part !== '').join('\n\n'),
    warnings: folder.warnings,
    exit: totals.bad > 0 || totals.refused > 0 ? EXIT.FINDINGS : EXIT.OK,
  };
}

interface Totals {
  readonly files: number;
  readonly refused: number;
  readonly bars: number;
  readonly bad: number;
  readonly missing: number;
  readonly short: number;
  readonly suspect: number;
  readonly zeroVolume: number;
}

function totalsOf(files: readonly BarsCheck[], refused: readonly FileProblem[]): Totals {
  const sum = (count: (file: BarsCheck) => number) =>
    files.reduce((total, file) => total + count(file), 0);
  return {
    files: files.length,
    refused: refused.length,
    bars: sum((file) => file.bars),
    bad: sum((file) => file.badRowCount),
    missing: sum((file) => file.missingSessions.length),
    short: sum((file) => file.shortSessions.length),
    suspect: sum((file) => file.suspectJumps.length),
    zeroVolume: sum((file) => file.zeroVolumes.length),
  };
}

/** Stamps as dates for daily bars and instants in UTC for others. */
const stampData: Stamp = (time, timeframe) =>
  timeframe === '1d' ? utcMsToDate(time) : isoUtc(time as EpochMs);

function fileData(file: BarsCheck): unknown {
  const at = (time: number) => stampData(time, file.timeframe);
  return {
    symbol: file.symbol,
    timeframe: file.timeframe,
    file: file.file,
    bars: file.bars,
    first: file.first === null ? null : at(file.first),
    last: file.last === null ? null : at(file.last),
    badRowCount: file.badRowCount,
    badRows: file.badRows.map(({ line, reason, text }) => ({ line, reason, text })),
    missingSessions: file.missingSessions,
    shortSessions: file.shortSessions,
    suspectJumps: file.suspectJumps.map((jump) => ({
      time: at(jump.time),
      price: jump.price,
      changeFraction: jump.changeFraction,
      limitFraction: jump.limitFraction,
    })),
    zeroVolumes: file.zeroVolumes.map(at),
  };
}

function fileTable(files: readonly BarsCheck[], stamp: Stamp, columns: number): string {
  if (files.length === 0) return '';
  const edge = (time: number | null, timeframe: Timeframe) =>
    time === null ? '' : stamp(time, timeframe);
  const rows = files.map((file) => [
    file.symbol,
    file.timeframe,
    String(file.bars),
    edge(file.first, file.timeframe),
    edge(file.last, file.timeframe),
    String(file.badRowCount),
    String(file.missingSessions.length),
    String(file.suspectJumps.length),
    String(file.shortSessions.length),
    String(file.zeroVolumes.length),
  ]);
  return renderTable(
    [
      { title: 'symbol' },
      { title: 'timeframe' },
      { title: 'bars', align: 'right' },
      { title: 'first', priority: 3 },
      { title: 'last', priority: 4 },
      { title: 'bad', align: 'right' },
      { title: 'missing', align: 'right' },
      { title: 'suspect', align: 'right' },
      { title: 'short', align: 'right', priority: 2 },
      { title: 'no volume', align: 'right', priority: 1 },
    ],
    rows,
    { columns },
  );
}

/** The findings by kind, the gravest last: that is where a person's eye is. */
function findings({ files, refused }: FolderCheck, stamp: Stamp): string[] {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
  const each = (lines: (file: BarsCheck) => readonly string[]) => files.flatMap(lines);
  return [
    section(
      'Sessions with fewer bars than their hours hold',
      each(({ file, shortSessions }) =>
        shortSessions.map((s) => `${file}  ${s.session}  ${s.bars} of ${s.expected} bars`),
      ),
    ),
    section(
      'Missing sessions',
      each(({ file, missingSpans }) =>
        missingSpans.map(({ from, to, sessions }) =>
          sessions === 1 ? `${file}  ${from}` : `${file}  ${from} .. ${to}  ${sessions} sessions`,
        ),
      ),
    ),
    section(
      'Suspect jumps (more than 20 % and than 8 average true ranges from the previous close)',
      each(({ file, timeframe, suspectJumps }) =>
        suspectJumps.map(
          ({ time, price, changeFraction, limitFraction }) =>
            `${file}  ${stamp(time, timeframe)}  ${price} ${percent(changeFraction)} (limit ${(limitFraction * 100).toFixed(1)} %)`,
        ),
      ),
    ),
    section('Bad rows', each(badRowLines)),
    section(
      'Refused files',
      refused.map(({ file, message }) => `${file}: ${message}`),
    ),
  ];
}

function badRowLines({ badRows, badRowCount, file }: BarsCheck): string[] {
  const lines = badRows.map((row) => `${row.file}:${row.line}  ${row.reason}  ${row.text}`);
  const more = badRowCount - badRows.length;
  return more > 0 ? [...lines, `${file}: and ${more} more`] : lines;
}

const percent = (fraction: number): string =>
  `${fraction < 0 ? '-' : '+'}${(Math.abs(fraction) * 100).toFixed(1)} %`;

function summaryOf(totals: Totals, dir: string): string {
  const fit = totals.bad === 0 && totals.refused === 0;
  const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
  const counts = [
    count(totals.files, 'file'),
    count(totals.bars, 'bar'),
    count(totals.bad, 'bad row'),
    count(totals.refused, 'refused file'),
    count(totals.missing, 'missing session'),
    count(totals.short, 'short session'),
    count(totals.suspect, 'suspect jump'),
    count(totals.zeroVolume, 'bar without volume', 'bars without volume'),
  ].join(', ');
  return `${dir} is ${fit ? 'fit for use' : 'NOT fit for use'}: ${counts}`;
}
