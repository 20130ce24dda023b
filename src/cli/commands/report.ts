import { resolve } from 'node:path';
import type { ReportFormat } from '../../app/report-job.ts';
import {
  lastSessionClosedBy,
  newYorkDate,
  nextSession,
  previousSession,
  sessionContaining,
  sessionOf,
} from '../../calendar/nyse.ts';
import { Failure } from '../../domain/failure.ts';
import type { Session } from '../../domain/time.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { dateOption, textOption } from '../options.ts';

const FORMATS = ['md', 'csv', 'json', 'html'] as const;

/** `trade-labs report daily`: the day's report from the journal, written or printed. */
export const reportDaily: CommandSpec = {
  path: 'report daily',
  group: 'Inspect',
  summary: 'Write the report of a day: account, trades, orders, decisions, checks',
  examples: [
    { line: 'trade-labs report daily', does: 'the session in progress, else the last one' },
    { line: 'trade-labs report daily 2026-03-05 --out -', does: 'prints it as Markdown' },
    {
      line: 'trade-labs report daily yesterday --format json --out evening',
      does: 'one file elsewhere',
    },
  ],
  configure: (command) => {
    command
      .argument('[date]', 'YYYY-MM-DD, today, yesterday (the session before today)')
      .option('--format <list>', `any of ${FORMATS.join(',')} (default: the configuration's)`)
      .option(
        '--out <dir>',
        'folder to write to, or - to print (default: HOME/reports/daily/DATE)',
      );
  },
  run: async (context, [date], options) => {
    const session = sessionAsked(context, date);
    const out = textOption(options.out);
    const asked = formatsOption(options.format);
    if (out === '-' && asked !== undefined && asked.length > 1) {
      throw new Failure('USAGE', '--out - prints one format', {
        hint: 'write --format md --out -',
      });
    }
    const loaded = await context.config();
    const job = await import('../../app/report-job.ts');
    const { homeReader } = await import('../../app/statistics.ts');
    const report = await job.readDailyReport({
      reader: homeReader(context.home),
      session,
      asOf: context.now(),
      limits: job.reportLimits(loaded.config),
      dataLabel: job.dataLabelOf(loaded.config, context.home),
    });
    if (out === '-') {
      const [file] = await job.reportFiles(report, asked ?? ['md']);
      return { data: report, text: file?.text ?? '' };
    }
    const dir =
      out === undefined
        ? resolve(context.home, job.dailyReportPath(session.date))
        : resolve(context.cwd, out);
    const files = await job.reportFiles(report, asked ?? loaded.config.report.formats);
    const written = job.writeReportFiles(dir, files);
    const { summaryLines } = await import('../../reporting/summary.ts');
    const lines = context.quiet ? [] : [...summaryLines(report), ''];
    return {
      data: { report, files: written },
      text: [...lines, ...written.map(({ path }) => path)].join('\n'),
    };
  },
};

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

/** The session that is meant; refuses a day without one and one that has not begun. */
function sessionAsked(context: CommandContext, text: string | undefined): Session {
  const now = context.now();
  if (text === undefined) return sessionContaining(now) ?? lastSessionClosedBy(now);
  if (text === 'yesterday') return previousSession(newYorkDate(now));
  const date = dateOption(context, 'the date', text) ?? newYorkDate(now);
  const session = sessionOf(date);
  if (session === null) {
    throw new Failure('NOT_A_SESSION', `the exchange is closed on ${date}`, {
      details: [
        `the session before is ${previousSession(date).date}, the next one ${nextSession(date).date}`,
      ],
      hint: `trade-labs report daily ${previousSession(date).date}`,
    });
  }
  if (session.openAt > now) {
    throw new Failure('USAGE', `the session of ${date} has not begun`, {
      hint: 'trade-labs report daily',
    });
  }
  return session;
}
