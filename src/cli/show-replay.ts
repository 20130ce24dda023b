import type { ReplayedRun, ReplayReport } from '../app/replay.ts';
import { newYorkTime } from '../calendar/nyse.ts';
import type { DecidedRow } from '../domain/decided.ts';
import { EXIT } from '../domain/failure.ts';
import { toUsd } from '../domain/money.ts';
import { type EpochMs, isoUtc } from '../domain/time.ts';
import { differenceText } from '../pipeline/compare-decided.ts';
import { REPLAY_CLASSES } from '../pipeline/replay.ts';
import { plural } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { visible } from './errors.ts';
import { renderTable, type TableColumn } from './table.ts';

/** A replay for people and for programs. */
export function replayOutcome(
  context: CommandContext,
  report: ReplayReport,
  all: boolean,
): CommandOutcome {
  const { runs, damaged, unrecorded, same } = report;
  const text = [
    ...runs.map((run) => runText(context, run, all)),
    ...damaged.map(
      ({ runId, file, reason, expected, found }) =>
        `${runId}  DAMAGED\n  ${visible(file)}: ${visible(reason)}` +
        (expected === null ? '' : `\n  must be ${expected}`) +
        (found === null ? '' : `\n  is      ${found}`),
    ),
    summaryOf(report),
  ];
  return {
    data: { same, runs: runs.map(runData), damaged, unrecorded },
    text: text.join('\n\n'),
    warnings: [
      ...unrecorded.map((runId) => `${runId}: left no recording, and is not decided again`),
      ...runs.flatMap(({ run, notes }) => notes.map((note) => `${run.runId}: ${note}`)),
    ],
    exit: same ? EXIT.OK : EXIT.FINDINGS,
  };
}

function summaryOf({ runs, damaged, same }: ReplayReport): string {
  const compared = runs.reduce((total, run) => total + run.compared, 0);
  const counted = REPLAY_CLASSES.map((kind) => ({
    kind,
    count: runs.reduce((total, run) => total + run.counts[kind], 0),
  })).filter(({ kind, count }) => kind === 'same' || count > 0);
  const parts = counted.map(({ kind, count }) => `${count} ${kind}`).join(', ');
  const lost = damaged.length === 0 ? '' : `; ${plural(damaged.length, 'damaged recording')}`;
  const verdict = same ? 'Replayed the same' : 'DIFFERENT';
  return `${verdict}: ${plural(runs.length, 'run')}, ${plural(compared, 'decision')}: ${parts}${lost}.`;
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'symbol' },
  { title: 'class' },
  { title: 'stage', priority: 2 },
  { title: 'rank', align: 'right', priority: 1 },
  { title: 'recorded', priority: 3 },
  { title: 'now', priority: 3 },
  { title: 'what differs', priority: 4 },
];

function runText(context: CommandContext, run: ReplayedRun, all: boolean): string {
  const { now, recorded, first, hashCause, counts } = run;
  const head =
    `${run.run.runId}  ${newYorkTime(run.asOf as EpochMs).slice(0, 5)} ET  ` +
    `${plural(run.compared, 'decision')}  ${first === null ? 'same' : 'DIFFERENT'}`;
  const lines = [
    head,
    `  signalHash    ${hashText(recorded.signalHash, now.signalHash)}`,
    `  decisionHash  ${hashText(recorded.decisionHash, now.decisionHash)}`,
  ];
  if (hashCause !== null)
    lines.push(`  every row is the same, the fingerprint is not: ${hashCause}`);
  if (counts.fill > 0) lines.push(`  ${plural(counts.fill, 'order')} with other fills`);
  if (first !== null) {
    const about = first.symbol === null ? first.event : `${first.event} ${first.symbol}`;
    lines.push(`  first: ${about}: ${first.details.map(visible).join('; ')}`);
  }
  const rows = [...differingRows(run), ...(all ? sameRows(run) : [])];
  if (rows.length > 0) lines.push('', renderTable(COLUMNS, rows, { columns: context.columns }));
  return lines.join('\n');
}

const hashText = (before: string, now: string): string =>
  before === now ? `${before.slice(0, 16)}  same` : `${before.slice(0, 16)} -> ${now.slice(0, 16)}`;

function differingRows({ differences, orders }: ReplayedRun): string[][] {
  const rows = differences.map(({ symbol, class: kind, stage, a, b, fields }) => [
    symbol,
    kind,
    stage,
    String(a?.rank ?? b?.rank ?? ''),
    fateText(a),
    fateText(b),
    fields.map((field) => visible(differenceText(field))).join('; '),
  ]);
  const answered = orders.filter(({ class: kind }) => kind !== 'same');
  return [
    ...rows,
    ...answered.map(({ symbol, class: kind, leg, details }) => [
      symbol,
      kind,
      leg,
      '',
      '',
      '',
      visible(details.join('; ')),
    ]),
  ];
}

function sameRows({ differences, now }: ReplayedRun): string[][] {
  const differing = new Set(differences.map(({ symbol }) => symbol));
  return now.rows
    .filter(({ symbol }) => !differing.has(symbol))
    .map((row) => [
      row.symbol,
      'same',
      '',
      String(row.rank ?? ''),
      fateText(row),
      fateText(row),
      '',
    ]);
}

/** "approved 120", "denied OPEN_RISK", "held". */
function fateText(row: DecidedRow | null): string {
  if (row === null) return 'not found';
  if (row.fate === 'ineligible') return row.ineligible ?? 'ineligible';
  if (row.fate === 'approved') return `approved ${row.approved}`;
  const reason = row.reasons.find(({ allowed }) => allowed === 0)?.code;
  return reason === undefined ? row.fate : `${row.fate} ${reason}`;
}

function runData(run: ReplayedRun): unknown {
  const { recorded, now, asOf, differences, orders, first, counts, hashCause, notes } = run;
  const hashes = ({ signalHash, decisionHash, tableHash }: typeof recorded) => ({
    signalHash,
    decisionHash,
    tableHash,
  });
  return {
    runId: run.run.runId,
    session: run.run.session,
    slot: run.run.slot,
    asOf: isoUtc(asOf as EpochMs),
    same: first === null,
    compared: run.compared,
    counts,
    recorded: { ...hashes(recorded), configHash: run.run.configHash, version: run.run.version },
    now: hashes(now),
    hashCause,
    first,
    differences: differences.map(({ symbol, class: kind, stage, a, b, fields }) => ({
      symbol,
      class: kind,
      stage,
      recorded: rowData(a),
      now: rowData(b),
      fields: fields.map(({ field }) => field),
    })),
    orders,
    notes,
  };
}

/** Money as dollars. */
function rowData(row: DecidedRow | null): unknown {
  if (row === null) return null;
  const usdOf = (amount: DecidedRow['atr']): number | null =>
    amount === null ? null : toUsd(amount);
  const { proposal } = row;
  return {
    ...row,
    referencePrice: usdOf(row.referencePrice),
    atr: usdOf(row.atr),
    proposal:
      proposal === null
        ? null
        : {
            ...proposal,
            limitPrice: usdOf(proposal.limitPrice),
            stopPrice: usdOf(proposal.stopPrice),
            targetPrice: usdOf(proposal.targetPrice),
          },
  };
}
