import { plural } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';
import { choiceOption, countOption } from '../options.ts';
import { renderTable } from '../table.ts';

const PERIODS = ['daily', 'weekly', 'monthly'] as const;
const SHOWN = 20;

/** `trade-labs reports list`: the reports that were written, with their first line. */
export const reportsList: CommandSpec = {
  path: 'reports list',
  group: 'Inspect',
  summary: 'List written reports, newest first, each with its sentence',
  examples: [
    { line: 'trade-labs reports list', does: 'the newest ones' },
    { line: 'trade-labs reports list --period weekly --json', does: 'all weeks, for a program' },
  ],
  configure: (command) => {
    command
      .option('--period <period>', PERIODS.join(', '))
      .option('--last <count>', `the newest ones only (default: ${SHOWN} of each kind)`);
  },
  run: async (context, _args, options) => {
    const period = choiceOption('--period', options.period, PERIODS);
    const asked = countOption('--last', options.last);
    const last = asked ?? (context.json ? Number.POSITIVE_INFINITY : SHOWN);
    const { storedReports } = await import('../../app/list-reports.ts');
    const all = storedReports(context.home).filter(
      (one) => period === undefined || one.period === period,
    );
    const shown = PERIODS.flatMap((kind) =>
      all.filter((one) => one.period === kind).slice(0, last),
    );
    const data = { reports: shown };
    if (all.length === 0) {
      return { data, text: 'No report was written yet. First: trade-labs report' };
    }
    const rows = shown.map((one) => [
      one.period,
      one.name,
      visible(one.sentence ?? ''),
      one.formats.join(' '),
    ]);
    const columns = [
      { title: 'period' },
      { title: 'name' },
      { title: 'in a sentence' },
      { title: 'formats', priority: 0 },
    ];
    const left = all.length - shown.length;
    const more = left > 0 ? `\n${plural(left, 'more')}: --last ${all.length}` : '';
    return { data, text: `${renderTable(columns, rows, { columns: context.columns })}${more}` };
  },
};
