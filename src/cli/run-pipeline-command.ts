import { relative } from 'node:path';
import { type OrderEnd, type RunOnceResult, runOnce } from '../app/run-once.ts';
import { newYorkTime } from '../calendar/nyse.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, toUsd } from '../domain/money.ts';
import type { Reason } from '../domain/reason.ts';
import { type EpochMs, isoUtc } from '../domain/time.ts';
import type { CandidateDecision } from '../pipeline/decide.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { endCause } from './narrator.ts';
import { packageVersion } from './package-version.ts';
import { renderTable } from './table.ts';

/** The options of the command, checked. */
export interface PipelineOptions {
  readonly asOf: EpochMs | undefined;
  readonly dataDir: string | undefined;
  readonly stateDir: string | undefined;
  readonly candidates: number;
  readonly symbols: readonly Symbol[] | undefined;
  readonly dryRun: boolean;
  readonly review: boolean;
}

/** Runs the pipeline once and shows its funnel, its candidates and what became of them. */
export async function runPipelineCommand(
  context: CommandContext,
  options: PipelineOptions,
): Promise<CommandOutcome> {
  const loaded = await context.config();
  const result = await runOnce({
    home: context.home,
    loaded,
    version: packageVersion(),
    now: context.now(),
    ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    ...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
    ...(options.symbols === undefined ? {} : { symbols: options.symbols }),
    candidates: options.candidates,
    dryRun: options.dryRun,
    ...(options.review ? { review: reviewer(context) } : {}),
  });
  const { warnings } = result.outcome.snapshot;
  return { data: dataOf(result), text: textOf(context, result), warnings };
}

/** Shows a sized order with its verdict and asks; anything but yes denies it, and so does a missing terminal. */
function reviewer(context: CommandContext) {
  return async ({ row, intent, verdict }: CandidateDecision): Promise<boolean> => {
    if (intent === null || !context.interactive) return false;
    context.stderr(
      `${row.symbol}  score ${row.score.toFixed(2)}  buy ${verdict.approved} of ${intent.quantity} sized` +
        `  limit ${price(intent.limitPrice)}  stop ${price(intent.stopPrice)}` +
        `${verdict.reasons.map((reason) => `\n  ${reasonText(reason)}`).join('')}\n`,
    );
    const answer = await context.ask(`Send it? [y/N] `);
    return answer !== null && /^y(es)?$/i.test(answer.trim());
  };
}

const price = (amount: Micros): string => toUsd(amount).toFixed(2);

/** "POSITION_SIZE allows 69 (limit 10000, value 10030.5)". */
export function reasonText({ code, allowed, limit, value }: Reason): string {
  const numbers = [
    limit === null ? null : `limit ${shortNumber(limit)}`,
    value === null ? null : `value ${shortNumber(value)}`,
  ].filter((part) => part !== null);
  const verb = allowed === 0 ? 'denies' : `allows ${allowed}`;
  return `${code} ${verb}${numbers.length === 0 ? '' : ` (${numbers.join(', ')})`}`;
}

const shortNumber = (value: number): string => String(Math.round(value * 1e6) / 1e6);

function textOf(context: CommandContext, result: RunOnceResult): string {
  const { outcome } = result;
  const { snapshot, counts, decision } = outcome;
  const head = [
    `Run ${outcome.runId}   ${newYorkTime(snapshot.asOf)} ET of ${snapshot.session.date}   ${result.dataLabel}`,
    result.synthetic ? 'SYNTHETIC DATA: invented prices, not a real market' : null,
    outcome.note,
  ].filter((line) => line !== null);
  if (decision === null) return `${head.join('\n')}\n`;
  const funnel =
    `${decision.found.universe} symbols -> ${counts.found} found -> ${counts.scored} scored -> ` +
    `${counts.selected} selected -> ${counts.sized} sized -> ${counts.approved} approved -> ` +
    `${counts.submitted} sent -> ${filledEntries(result)} filled`;
  const lines = [
    ...head,
    '',
    funnel,
    `dropped by the scan: ${countsText(decision.found.excluded)}`,
    `not eligible: ${countsText(ineligibleOf(outcome))}`,
    ...(decision.slotsFull ? ['no position slot is free: nothing was sized'] : []),
    '',
    candidateTable(decision.candidates, context.columns),
    ...decision.exits.map(({ symbol }) => `exit  ${symbol}: its strategy asks to leave`),
    ...result.ends.map(endText).filter((line) => line !== null),
    '',
    `Signal ${outcome.decision?.signalHash.slice(0, 16)}   decision ${outcome.decision?.decisionHash.slice(0, 16)}`,
    `Journal  ${relative(context.cwd, result.outputDir) || '.'}`,
  ];
  return `${lines.join('\n')}\n`;
}

const fillsOf = ({ ends }: RunOnceResult) => ends.filter((end) => end.type === 'fill.recorded');

const filledEntries = (result: RunOnceResult): number =>
  new Set(
    fillsOf(result)
      .filter(({ side }) => side === 'buy')
      .map(({ orderRef }) => orderRef),
  ).size;

function ineligibleOf({ decision }: RunOnceResult['outcome']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { ineligible } of decision?.table.rows ?? []) {
    if (ineligible !== null) counts[ineligible] = (counts[ineligible] ?? 0) + 1;
  }
  return counts;
}

function countsText(counts: Readonly<Record<string, number | undefined>>): string {
  const parts = Object.entries(counts).map(([reason, count]) => `${reason} ${count}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** A fill, or an entry that ended without one; children that end with their parent are not worth a line. */
function endText(end: OrderEnd): string | null {
  if (end.type === 'fill.recorded') {
    const done = end.side === 'buy' ? 'bought' : 'sold';
    const at = `${newYorkTime(end.filledAt).slice(0, 5)} ET`;
    return `${at}  ${done} ${end.quantity} ${end.symbol} at ${toUsd(end.price).toFixed(4)}`;
  }
  if (!end.orderRef.includes('/entry/')) return null;
  const at = `${newYorkTime(end.at).slice(0, 5)} ET`;
  return `${at}  no fill: ${end.orderRef} ended (${endCause(end)})`;
}

function candidateTable(candidates: readonly CandidateDecision[], columns: number): string {
  const judged = candidates.filter(({ fate }) => fate !== 'not_selected');
  if (judged.length === 0) return 'No candidates: nothing that was found has a signal.';
  return renderTable(
    [
      { title: 'rank', align: 'right' },
      { title: 'symbol' },
      { title: 'score', align: 'right' },
      { title: 'reference', align: 'right', priority: 3 },
      { title: 'limit', align: 'right', priority: 2 },
      { title: 'stop', align: 'right' },
      { title: 'sized', align: 'right', priority: 4 },
      { title: 'approved', align: 'right' },
      { title: 'fate' },
      { title: 'reasons', priority: 1 },
    ],
    judged.map(({ rank, row, fate, intent, verdict, referencePrice }) => [
      String(rank),
      row.symbol,
      row.score.toFixed(2),
      price(referencePrice),
      intent === null ? '' : price(intent.limitPrice),
      intent === null ? '' : price(intent.stopPrice),
      String(intent?.quantity ?? 0),
      String(verdict.approved),
      fate,
      verdict.reasons.map(({ code }) => code).join(' '),
    ]),
    { columns },
  );
}

function dataOf(result: RunOnceResult): unknown {
  const { outcome } = result;
  const { decision, snapshot } = outcome;
  return {
    runId: outcome.runId,
    outputDir: result.outputDir,
    session: snapshot.session.date,
    asOf: isoUtc(snapshot.asOf),
    data: { label: result.dataLabel, synthetic: result.synthetic },
    status: outcome.status,
    note: outcome.note,
    counts: { ...outcome.counts, filled: filledEntries(result) },
    denials: outcome.denials,
    excluded: decision?.found.excluded ?? {},
    ineligible: ineligibleOf(outcome),
    candidates: (decision?.candidates ?? []).map((candidate) =>
      candidateData(candidate, decision?.table.featureNames ?? []),
    ),
    exits: decision?.exits ?? [],
    fills: fillsOf(result).map(
      ({ execId, orderRef, symbol, side, quantity, price: paid, commission, filledAt }) => ({
        execId,
        orderRef,
        symbol,
        side,
        quantity,
        price: toUsd(paid),
        commission: commission === null ? null : toUsd(commission),
        filledAt: isoUtc(filledAt),
      }),
    ),
    signalHash: decision?.signalHash ?? null,
    decisionHash: decision?.decisionHash ?? null,
  };
}

function candidateData(candidate: CandidateDecision, names: readonly string[]): unknown {
  const { row, intent, verdict } = candidate;
  return {
    symbol: row.symbol,
    scanRank: row.scanRank,
    rank: candidate.rank,
    activity: row.activity,
    score: row.score,
    components: Object.fromEntries(row.components.map((value, i) => [names[i], value])),
    signalReason: row.signalReason,
    strength: row.strength,
    fate: candidate.fate,
    referencePrice: toUsd(candidate.referencePrice),
    atr: toUsd(candidate.atr),
    limitPrice: intent === null ? null : toUsd(intent.limitPrice),
    stopPrice: intent === null ? null : toUsd(intent.stopPrice),
    targetPrice: intent?.targetPrice == null ? null : toUsd(intent.targetPrice),
    sized: intent?.quantity ?? 0,
    binding: intent?.terms.binding ?? null,
    approved: verdict.approved,
    reasons: verdict.reasons,
  };
}
