import { firstStep } from '../../app/home-without-history.ts';
import { newYorkDate, newYorkTime } from '../../calendar/nyse.ts';
import { RUN_STATUSES, type RunCounts, type RunRecord } from '../../domain/run.ts';
import { parseInstant } from '../../domain/time.ts';
import { type CsvColumn, renderCsv } from '../../reporting/csv.ts';
import { snakeCase } from '../../reporting/csv-files.ts';
import type { CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';
import {
  assertSpan,
  choiceOption,
  countOption,
  csvOption,
  dateOption,
  textOption,
} from '../options.ts';
import { renderTable } from '../table.ts';

/** Rows of the table unless more are asked for. */
const TABLE_ROWS = 20;

/** `trade-labs runs`: what ran, how far candidates came, and what stopped them. */
export const runs: CommandSpec = {
  path: 'runs',
  group: 'Inspect',
  summary: 'List runs: how many were found, scored, sized, filled, and why not',
  examples: [
    { line: 'trade-labs runs', does: 'the last ones' },
    { line: 'trade-labs runs --since -5d --status failed', does: 'failures of the last days' },
    { line: 'trade-labs runs --csv - > runs.csv', does: 'every run, for a spreadsheet' },
  ],
  configure: (command) => {
    command
      .option('--last <count>', `the newest ones only (default: ${TABLE_ROWS} in the table)`)
      .option('--since <date>', 'first session: YYYY-MM-DD, today, yesterday, -5d')
      .option('--until <date>', 'last session')
      .option('--status <status>', RUN_STATUSES.join(', '))
      .option('--run <run>', 'one run, by its id')
      .option('--csv <->', 'CSV on standard output');
  },
  run: async (context, _args, options) => {
    const since = dateOption(context, '--since', options.since);
    const until = dateOption(context, '--until', options.until);
    assertSpan(since, until);
    const status = choiceOption('--status', options.status, RUN_STATUSES);
    const runId = textOption(options.run);
    const csv = csvOption(options.csv);
    const last =
      countOption('--last', options.last) ?? (csv || context.json ? undefined : TABLE_ROWS);
    const { queryRuns } = await import('../../app/records.ts');
    const { records, cut, none } = await queryRuns(context.home, {
      ...(last === undefined ? {} : { last }),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(status === undefined ? {} : { status }),
      ...(runId === undefined ? {} : { runId }),
    });
    const data = { runs: records };
    if (csv) return { data, text: renderCsv(CSV_COLUMNS, records) };
    if (none) return { data, text: `No runs yet. First: ${firstStep(context.home)}` };
    if (records.length === 0) return { data, text: 'No runs match.' };
    const notes = cut ? [`The last ${records.length}; more with --last N or --since DATE.`] : [];
    const told = records.findLast(({ job }) => job === 'scan') ?? records.at(-1);
    const more = `The whole story of one: trade-labs why ${told?.runId ?? 'RUN'}`;
    return {
      data,
      text: [tableOf(records, context.columns), [...notes, more].join('\n')].join('\n\n'),
    };
  },
};

/** Stages of the funnel in order; `denied` is told by its reasons. */
const STAGES = [
  'found',
  'scored',
  'selected',
  'sized',
  'approved',
  'submitted',
  'filled',
] as const satisfies readonly (keyof RunCounts)[];

function tableOf(records: readonly RunRecord[], columns: number): string {
  const rows = records.map((run) => [
    visible(run.runId),
    run.session,
    visible(run.slot),
    timeOf(run),
    run.status,
    run.job === 'scan' ? STAGES.map((stage) => run.counts[stage]).join('>') : run.job,
    visible(run.error ?? topDenials(run)),
  ]);
  return renderTable(
    [
      { title: 'run' },
      { title: 'session', priority: 1 },
      { title: 'slot', priority: 1 },
      { title: 'time ET', priority: 2 },
      { title: 'status' },
      { title: STAGES.join('>'), priority: 4 },
      { title: 'denied for, or note', priority: 3 },
    ],
    rows,
    { columns },
  );
}

/** The time a run began; with its date where that is not its session's. */
function timeOf({ startedAt, session }: RunRecord): string {
  const at = parseInstant(startedAt);
  if (at === null) return '';
  const date = newYorkDate(at);
  return `${date === session ? '' : `${date} `}${newYorkTime(at)}`;
}

const TOP_DENIALS = 3;

/** The commonest reasons with their counts: "OPEN_RISK 2, SPREAD_TOO_WIDE 1". */
function topDenials({ denials }: RunRecord): string {
  const sorted = Object.entries(denials).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const told = sorted.slice(0, TOP_DENIALS).map(([code, count]) => `${code} ${count}`);
  const rest = sorted.length - told.length;
  return [...told, ...(rest > 0 ? [`+${rest} more`] : [])].join(', ');
}

const FIELDS = [
  'runId',
  'job',
  'slot',
  'mode',
  'account',
  'session',
  'startedAt',
  'finishedAt',
  'status',
  'identity',
] as const satisfies readonly (keyof RunRecord)[];
const COUNTS = [...STAGES.slice(0, 4), 'denied', ...STAGES.slice(4)] as const;
const LAST_FIELDS = ['signalHash', 'decisionHash', 'configHash', 'version', 'error'] as const;

/** The run record; its counts a column each, its denials as "CODE=2;OTHER=1". */
const CSV_COLUMNS: readonly CsvColumn<RunRecord>[] = [
  ...FIELDS.map(columnOf),
  ...COUNTS.map((name): CsvColumn<RunRecord> => ({ name, value: ({ counts }) => counts[name] })),
  {
    name: 'denials',
    value: ({ denials }) =>
      Object.entries(denials)
        .map(([code, count]) => `${code}=${count}`)
        .join(';'),
  },
  ...LAST_FIELDS.map(columnOf),
];

function columnOf(
  field: (typeof FIELDS)[number] | (typeof LAST_FIELDS)[number],
): CsvColumn<RunRecord> {
  return { name: snakeCase(field), value: (run) => run[field] };
}
