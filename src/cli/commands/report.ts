import { resolve } from 'node:path';
import type { AnyReport, ReportFormat } from '../../app/report-files.ts';
import { Failure } from '../../domain/failure.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { textOption } from '../options.ts';

const FORMATS = ['md', 'csv', 'json', 'html'] as const;
const PERIODS = ['daily', 'weekly', 'monthly'] as const;

/** `trade-labs report`: a day, week or month from the journal, written or printed. */
export const report: CommandSpec = {
  path: 'report',
  group: 'Inspect',
  summary: 'Write the report of a day, week or month: account, trades, checks',
  examples: [
    { line: 'trade-labs report', does: 'the session in progress, else the last one' },
    { line: 'trade-labs report daily 2026-03-05 --out -', does: 'prints it as Markdown' },
    { line: 'trade-labs report weekly last-week --format html --open', does: 'to look at' },
    { line: 'trade-labs report monthly 2026-03', does: 'the month with its tear sheet' },
    { line: 'trade-labs report --schema', does: 'what report.json holds, key by key' },
  ],
  configure: (command) => {
    command
      .argument('[period]', `${PERIODS.join(', ')} (default: daily)`)
      .argument('[date]', 'YYYY-MM-DD, today, yesterday, last-week, 2026-W10, 2026-03')
      .option('--format <list>', `any of ${FORMATS.join(',')} (default: the configuration's)`)
      .option('--out <dir>', 'folder to write to, or - to print (default: below reports/)')
      .option('--open', 'show the page in the browser; writes HTML')
      .option('--schema', 'print the JSON Schema of report.json instead');
  },
  run: async (context, [first, second], options) => {
    if (options.schema === true) {
      return printSchema([first, options.format, options.out, options.open]);
    }
    const { period, date } = subjectOf(first, second);
    const out = textOption(options.out);
    const asked = formatsOption(options.format);
    const open = options.open === true;
    refuseContradictions(out, asked, open);
    const { report: built, name } = await readReport(context, period, date);
    const files = await import('../../app/report-files.ts');
    if (out === '-') {
      const [file] = await files.reportFiles(built, asked ?? ['md']);
      return { data: built, text: file?.text ?? '' };
    }
    const { reportPath } = await import('../../app/report-job.ts');
    const dir =
      out === undefined
        ? resolve(context.home, reportPath(period, name))
        : resolve(context.cwd, out);
    const formats = asked ?? (await context.config()).config.report.formats;
    const wanted = open && !formats.includes('html') ? [...formats, 'html' as const] : formats;
    const written = files.writeReportFiles(dir, await files.reportFiles(built, wanted));
    const { summaryLines } = await import('../../reporting/summary.ts');
    const lines = context.quiet ? [] : [...summaryLines(built), ''];
    const warnings = open ? await show(written) : [];
    return {
      data: { report: built, files: written },
      text: [...lines, ...written.map(({ path }) => path)].join('\n'),
      warnings,
    };
  },
};

/** The schema holds every kind of report, so there is nothing to choose. */
async function printSchema(others: readonly unknown[]) {
  if (others.some((other) => other !== undefined)) {
    throw new Failure('USAGE', '--schema prints the schema of every report and stands alone', {
      hint: 'trade-labs report --schema',
    });
  }
  const { reportJsonSchema, reportSchemaText } = await import('../../reporting/json-schema.ts');
  return { data: reportJsonSchema(), text: reportSchemaText().trimEnd() };
}

type Period = (typeof PERIODS)[number];

/** "weekly last-week", "2026-03-05", "monthly", or nothing. */
function subjectOf(first: string | undefined, second: string | undefined) {
  const period = PERIODS.find((known) => known === first);
  if (period !== undefined) return { period, date: second };
  if (second !== undefined) {
    throw new Failure('USAGE', `there is no report of this kind: ${JSON.stringify(first)}`, {
      hint: `write one of: ${PERIODS.join(', ')}`,
    });
  }
  const byDate: Period = first === 'last-week' ? 'weekly' : 'daily';
  return { period: byDate, date: first };
}

async function readReport(
  context: CommandContext,
  period: Period,
  date: string | undefined,
): Promise<{ report: AnyReport; name: string }> {
  const when = await import('../report-when.ts');
  const session = period === 'daily' ? when.sessionAsked(context, date) : null;
  const day = period === 'daily' ? null : when.dateAsked(context, period, date);
  const { config } = await context.config();
  const job = await import('../../app/report-job.ts');
  const { reportLimits } = await import('../../app/report-facts.ts');
  const { homeReader } = await import('../../app/statistics.ts');
  const { spansOf } = await import('../../app/span-reading.ts');
  const common = {
    spans: spansOf(homeReader(context.home), period),
    asOf: context.now(),
    limits: reportLimits(config),
    dataLabel: job.dataLabelOf(config, context.home),
  };
  if (session !== null) {
    return { report: await job.readDailyReport({ ...common, session }), name: session.date };
  }
  const { spanOf } = await import('../../app/report-span.ts');
  const span = day === null || period === 'daily' ? null : spanOf(day, period, context.now());
  if (span === null) {
    throw new Failure('USAGE', `no session of ${date ?? 'that span'} has begun`, {
      hint: `trade-labs report ${period}`,
    });
  }
  return { report: await job.readPeriodReport({ ...common, span }), name: span.name };
}

function refuseContradictions(
  out: string | undefined,
  asked: readonly ReportFormat[] | undefined,
  open: boolean,
): void {
  if (out !== '-') return;
  if (open) {
    throw new Failure('USAGE', '--out - prints, so there is no page to open', {
      hint: 'leave --out away',
    });
  }
  if (asked !== undefined && asked.length > 1) {
    throw new Failure('USAGE', '--out - prints one format', { hint: 'write --format md --out -' });
  }
}

function formatsOption(value: unknown): readonly ReportFormat[] | undefined {
  const text = textOption(value);
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  const known = FORMATS.filter((format) => names.includes(format));
  if (names.every((name) => FORMATS.some((format) => format === name))) return known;
  throw new Failure('USAGE', `--format is not known: ${JSON.stringify(text)}`, {
    hint: `write any of ${FORMATS.join(',')}`,
  });
}

/** Opens the page among the written files; a warning where nobody can. */
async function show(written: readonly { readonly path: string }[]): Promise<string[]> {
  const page = written.find(({ path }) => path.endsWith('report.html'))?.path ?? '';
  const { openInBrowser } = await import('../../app/open-in-browser.ts');
  return (await openInBrowser(page)) ? [] : ['no program on this machine opens pages'];
}
