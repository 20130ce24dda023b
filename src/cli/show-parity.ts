import type { ParityReport } from '../app/parity.ts';
import { EXIT } from '../domain/failure.ts';
import { type Micros, toUsd } from '../domain/money.ts';
import { isoUtc } from '../domain/time.ts';
import { money, plural, price } from '../reporting/format.ts';
import { parityCsv } from '../reporting/parity-csv.ts';
import type { DecisionParity, RunParity } from '../reporting/parity-decisions.ts';
import type { ParityRow } from '../reporting/parity-side.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { visible } from './errors.ts';
import { renderTable, type TableColumn } from './table.ts';

/** A comparison for people and for programs. */
export function parityOutcome(
  context: CommandContext,
  report: ParityReport,
  csv: boolean,
): CommandOutcome {
  const { a, b, runs, inputs, outcomes, decisions, costs, equal, alike, warnings } = report;
  const text = csv
    ? parityCsv(report)
    : [
        `A  ${visible(a)}\nB  ${visible(b)}`,
        decisionsText(context, report),
        inputsText(context, report),
        outcomesText(context, report),
      ].join('\n\n');
  const data = {
    a,
    b,
    equal,
    alike,
    decisions,
    runs: runs.map(runData),
    inputs,
    outcomes,
    costs,
  };
  return { data, text, warnings, exit: alike ? EXIT.OK : EXIT.FINDINGS };
}

/** Rows of a table for people; all of them with --csv and --json. */
const SHOWN = 40;

const DECISIONS: readonly TableColumn[] = [
  { title: 'session' },
  { title: 'slot', priority: 2 },
  { title: 'symbol' },
  { title: 'class' },
  { title: 'cause' },
  { title: 'A', priority: 3 },
  { title: 'B', priority: 3 },
  { title: 'what differs', priority: 1 },
];

function decisionsText(context: CommandContext, { runs, decisions, equal }: ParityReport): string {
  const { compared, same, onlyA, onlyB, unpaired, causes } = decisions;
  const share = compared === 0 ? '' : `, ${((100 * same) / compared).toFixed(1)} % the same`;
  const head = equal
    ? `1 Decisions: Equal. ${plural(runs.length, 'run')}, ${plural(compared, 'decision')}, every fingerprint the same.`
    : `1 Decisions: ${plural(runs.length, 'run')}, ${plural(compared, 'decision')}${share}; ` +
      `approved by A alone ${onlyA}, by B alone ${onlyB}` +
      (unpaired === 0 ? '.' : `; ${plural(unpaired, 'run')} on one side only.`);
  const named = Object.entries(causes).map(([cause, count]) => `${cause} ${count}`);
  const silent = runs.filter(({ equal: one, rows, cause }) => isSilent(one, rows, cause));
  const rows = runs.flatMap(decisionRows);
  return [
    head,
    ...(named.length === 0 ? [] : [`  By cause: ${named.join(', ')}.`]),
    ...(silent.length === 0
      ? []
      : [
          `  ${plural(silent.length, 'run')} alike in every row, with another fingerprint: ${silent[0]?.cause}.`,
        ]),
    ...table(context, DECISIONS, rows),
  ].join('\n');
}

const isSilent = (equal: boolean, rows: RunParity['rows'], cause: RunParity['cause']): boolean =>
  !equal && cause !== null && rows.every(({ class: kind }) => kind === 'same');

function decisionRows({ session, slot, a, b, rows }: RunParity): string[][] {
  if (a === null || b === null) {
    return [[session, slot, '', a === null ? 'only_b' : 'only_a', 'run', '', '', 'no counterpart']];
  }
  return rows
    .filter(({ class: kind }) => kind !== 'same')
    .map((row) => [
      session,
      slot,
      row.symbol,
      row.class,
      row.cause ?? '',
      fateOf(row.a),
      fateOf(row.b),
      row.fields.map(fieldText).join('; '),
    ]);
}

function fateOf(row: ParityRow | null): string {
  if (row === null) return 'no candidate';
  if (row.fate === 'approved') return `approved ${row.approved}`;
  const [reason] = row.reasons;
  return reason === undefined ? row.fate : `${row.fate} ${reason}`;
}

const MONEY = new Set(['referencePrice', 'atr', 'limitPrice', 'stopPrice']);

function fieldText({ field, a, b }: DecisionParity['fields'][number]): string {
  const shown = (value: unknown): string => {
    if (value === null) return 'none';
    if (MONEY.has(field)) return price(toUsd(value as Micros));
    if (Array.isArray(value)) return `[${value.join(' ')}]`;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return `${field} ${shown(a)} -> ${shown(b)}`;
}

const INPUTS: readonly TableColumn[] = [
  { title: 'session' },
  { title: 'slot', priority: 2 },
  { title: 'from', priority: 1 },
  { title: 'field' },
  { title: 'symbols', align: 'right' },
  { title: 'differing', align: 'right' },
  { title: 'median bps', align: 'right' },
  { title: 'max bps', align: 'right' },
  { title: 'worst', priority: 3 },
];

function inputsText(context: CommandContext, { inputs }: ParityReport): string {
  const overlaps = inputs.map(({ overlap }) => overlap);
  const least = overlaps.length === 0 ? 1 : Math.min(...overlaps);
  const ranks = inputs.flatMap(({ rankCorrelation }) => rankCorrelation ?? []);
  const whole = inputs.filter(({ from }) => from === 'snapshots').length;
  const differing = inputs.flatMap(({ session, slot, from, fields }) =>
    fields
      .filter((field) => field.differing > 0)
      .map(({ field, symbols, differing: count, medianBps, maxBps, worst }) => [
        session,
        slot,
        from,
        field,
        String(symbols),
        String(count),
        medianBps.toFixed(2),
        maxBps.toFixed(2),
        worst ?? '',
      ]),
  );
  const only = inputs.flatMap(({ session, onlyA, onlyB }) => [
    ...(onlyA.length === 0 ? [] : [`  ${session}: only A has ${onlyA.join(', ')}`]),
    ...(onlyB.length === 0 ? [] : [`  ${session}: only B has ${onlyB.join(', ')}`]),
  ]);
  return [
    `2 Inputs: ${plural(inputs.length, 'run')}, ${whole} by their snapshots; least overlap of symbols ` +
      `${(100 * least).toFixed(1)} %; least rank correlation ${ranks.length === 0 ? 'n/a' : Math.min(...ranks).toFixed(3)}; ` +
      `${plural(differing.length, 'field')} with differences.`,
    ...only.slice(0, SHOWN),
    ...table(context, INPUTS, differing),
  ].join('\n');
}

const OUTCOMES: readonly TableColumn[] = [
  { title: 'session' },
  { title: 'slot', priority: 2 },
  { title: 'symbol' },
  { title: 'class' },
  { title: 'entry bps', align: 'right' },
  { title: 'exit bps', align: 'right' },
  { title: 'slippage bps', align: 'right', priority: 4 },
  { title: 'cost bps', align: 'right', priority: 4 },
  { title: 'net P&L', align: 'right' },
  { title: 'what differs', priority: 1 },
];

function outcomesText(context: CommandContext, { outcomes, costs }: ParityReport): string {
  const same = outcomes.filter((one) => one.class === 'same').length;
  const rows = outcomes
    .filter((one) => one.class !== 'same')
    .map((one) => [
      one.session,
      one.slot,
      one.symbol,
      one.class,
      signed(one.entryBps),
      signed(one.exitBps),
      signed(one.slippageBps),
      signed(one.costBps),
      money(one.netPnl),
      visible(one.details.join('; ')),
    ]);
  return [
    `3 Outcomes: ${plural(outcomes.length, 'entry', 'entries')} approved by both, ${same} with the same outcome.`,
    ...(costs.entries === 0
      ? []
      : [
          `  Slippage of entries  A ${signed(costs.slippageBpsA)} bps, B ${signed(costs.slippageBpsB)} bps; ` +
            `cost  A ${signed(costs.costBpsA)} bps, B ${signed(costs.costBpsB)} bps; ` +
            `net P&L, B less A  ${money(costs.netPnl)}.`,
        ]),
    ...table(context, OUTCOMES, rows),
  ].join('\n');
}

function signed(value: number | null): string {
  if (value === null) return 'n/a';
  // What rounds to nothing has no sign of its own.
  const rounded = Number(value.toFixed(2)) + 0;
  return `${rounded >= 0 ? '+' : ''}${rounded.toFixed(2)}`;
}

function table(
  context: CommandContext,
  columns: readonly TableColumn[],
  rows: readonly string[][],
): string[] {
  if (rows.length === 0) return [];
  const more = rows.length - SHOWN;
  return [
    '',
    renderTable(columns, rows.slice(0, SHOWN), { columns: context.columns }),
    ...(more > 0 ? [`and ${more} more: --csv - or --json`] : []),
  ];
}

/** Money as dollars; a run's rows as a list. */
function runData({ session, slot, equal, cause, a, b, rows }: RunParity): unknown {
  const runOf = (run: RunParity['a']): unknown => {
    if (run === null) return null;
    const { rows: _, state, asOf, ...facts } = run;
    return {
      ...facts,
      asOf: isoUtc(asOf),
      state:
        state === null ? null : { ...state, equity: toUsd(state.equity), cash: toUsd(state.cash) },
    };
  };
  return {
    session,
    slot,
    equal,
    cause,
    a: runOf(a),
    b: runOf(b),
    rows: rows.map(({ symbol, class: kind, cause: why, fields, a: rowA, b: rowB }) => ({
      symbol,
      class: kind,
      cause: why,
      fields: fields.map(({ field }) => field),
      a: rowData(rowA),
      b: rowData(rowB),
    })),
  };
}

function rowData(row: ParityRow | null): unknown {
  if (row === null) return null;
  const dollars = (amount: Micros | null): number | null =>
    amount === null ? null : toUsd(amount);
  return {
    ...row,
    referencePrice: dollars(row.referencePrice),
    atr: dollars(row.atr),
    limitPrice: dollars(row.limitPrice),
    stopPrice: dollars(row.stopPrice),
  };
}
