import { newYorkDate, newYorkTime } from '../calendar/nyse.ts';
import type { RunCounts, RunRecord } from '../domain/run.ts';
import { parseInstant } from '../domain/time.ts';
import { decimals, money, multiple, plural, price } from '../reporting/format.ts';
import type { RunStory, Story, SymbolInRun, SymbolStory, TradeStory } from '../reporting/why.ts';
import type { CandidateStory, Term } from '../reporting/why-candidate.ts';
import type { Step } from '../reporting/why-orders.ts';
import { FATE_WORDS, totalWords } from '../reporting/why-words.ts';
import { visible } from './errors.ts';
import { renderTable } from './table.ts';

/** A story for a person: the sentence first, then how it came about. Times are New York's. */
export function storyText(story: Story, columns: number): string {
  const parts =
    story.kind === 'run'
      ? runParts(story, columns)
      : story.kind === 'trade'
        ? tradeParts(story, columns)
        : symbolParts(story, columns);
  return visible(parts.filter((part) => part !== '').join('\n\n'));
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');

const section = (title: string, body: string): string =>
  body === '' ? '' : `${title}\n${indented(body)}`;

/** "2026-03-05 09:30:00", on New York's clock. */
function instantText(iso: string): string {
  const at = parseInstant(iso);
  return at === null ? iso : `${newYorkDate(at)} ${newYorkTime(at)}`;
}

const headOf = ({ runId, status, startedAt, mode, account }: RunRecord): string =>
  `Run ${runId}: ${status}, began ${instantText(startedAt)} ET, ${mode} account ${account}`;

function runParts(story: RunStory, columns: number): string[] {
  const { run, note, scan, candidates, exits, steps } = story;
  const told = [note, run.error, ...(scan?.warnings ?? [])].filter((text) => text !== null);
  const notes = [...new Set(told)];
  return [
    headOf(run),
    notes.map((note) => `! ${note}`).join('\n'),
    scan === null ? '' : section('Funnel', funnelText(story)),
    section('Candidates', candidateTable(candidates, columns)),
    section(
      'Exits',
      exits
        .map((order) => `${order.symbol}: ${order.exitReason ?? 'exit'}, ${order.status}`)
        .join('\n'),
    ),
    section('Done', steps.map(({ at, text }) => `${instantText(at)}  ${text}`).join('\n')),
    candidates[0] === undefined
      ? ''
      : `One symbol of it: trade-labs why ${candidates[0].symbol} ${run.session}`,
  ];
}

function funnelText({ run, scan, candidates }: RunStory): string {
  const { counts } = run;
  const universe = scan?.universe ?? 0;
  const rows = [
    ['universe', universe, `ranked by ${scan?.rule ?? ''}`],
    ['found', counts.found, left(universe - counts.found, scan?.excluded ?? {})],
    ['scored', counts.scored, left(counts.found - counts.scored, scan?.ineligible ?? {})],
    ['selected', counts.selected, notSelected(counts.scored, counts.selected, candidates.length)],
    ['sized', counts.sized, noPlace(counts)],
    ['approved', counts.approved, left(counts.denied, run.denials)],
    ['submitted', counts.submitted, ''],
    ['filled', counts.filled, ''],
  ] as const;
  return renderTable(
    [{ title: 'stage' }, { title: 'count', align: 'right' }, { title: 'left out' }],
    rows.map(([name, count, why]) => [name, String(count), why]),
  );
}

const left = (count: number, counts: Readonly<Record<string, number>>): string =>
  count <= 0 ? '' : totalWords(count, counts);

function noPlace({ selected, denied, approved }: RunCounts): string {
  const without = selected - denied - approved;
  return without > 0 ? `${without} without a free position` : '';
}

function notSelected(scored: number, selected: number, named: number): string {
  if (scored <= selected) return '';
  return `${scored - selected} ranked lower${scored > named ? `; the best ${named} are named` : ''}`;
}

function candidateTable(candidates: readonly CandidateStory[], columns: number): string {
  if (candidates.length === 0) return '';
  const rows = candidates.map((candidate) => [
    String(candidate.rank),
    candidate.symbol,
    candidate.score.toFixed(2),
    String(candidate.scanRank),
    price(candidate.referencePrice),
    candidate.sizing === null ? '' : String(candidate.sizing.quantity),
    candidate.approved === null ? '' : String(candidate.approved),
    candidate.outcome,
  ]);
  return renderTable(
    [
      { title: 'rank', align: 'right' },
      { title: 'symbol' },
      { title: 'score', align: 'right' },
      { title: 'scan rank', align: 'right', priority: 1 },
      { title: 'reference', align: 'right', priority: 2 },
      { title: 'sized', align: 'right', priority: 3 },
      { title: 'approved', align: 'right', priority: 3 },
      { title: 'outcome' },
    ],
    rows,
    { columns: columns - 2 },
  );
}

function symbolParts(story: SymbolStory, columns: number): string[] {
  const { symbol, session, runs, trades, others, near } = story;
  return [
    `${symbol} in the session ${session}: ${summaryOf(runs, trades)}`,
    near.length === 0 ? '' : `Spelled like it and named: ${near.join(', ')}`,
    ...runs.map((inRun) => section(headOf(inRun.run), inRunText(inRun, columns))),
    section('Orders that became no trade', timeline(others.steps)),
    ...trades.flatMap((trade) => [
      `Trade ${trade.trade.tradeId}`,
      section('What happened', timeline(trade.steps)),
      section('Result', trade.result.join('\n')),
    ]),
  ];
}

function summaryOf(runs: readonly SymbolInRun[], trades: readonly TradeStory[]): string {
  const parts = runs.map(
    ({ run, candidate }) =>
      `${run.slot} ${candidate === null ? 'does not name it' : candidate.outcome}`,
  );
  const ends = trades.map(({ trade }) =>
    trade.status === 'open'
      ? `open since ${trade.entrySession}`
      : `sold at ${price(trade.exitPrice)} (${trade.exitReason ?? 'unknown'}), ${money(trade.netPnl)}, ${multiple(trade.rMultiple)} R`,
  );
  return [...parts, ...ends].join('; ');
}

function tradeParts({ trade, origin, steps, result }: TradeStory, columns: number): string[] {
  return [
    `Trade ${trade.tradeId}: ${plural(trade.quantity, 'share')} of ${trade.symbol}, ${trade.status}, ${trade.strategy} (${trade.signalReason})`,
    origin === null ? '' : section(headOf(origin.run), inRunText(origin, columns)),
    section('What happened', timeline(steps)),
    section('Result', result.join('\n')),
  ];
}

function inRunText({ run, candidate, absence }: SymbolInRun, columns: number): string {
  if (candidate === null) return absence.join('\n');
  const { scanRank, rank, score, signalReason, strength, activity } = candidate;
  const { found, scored, selected } = run.counts;
  return [
    section(
      'Scan and score',
      [
        `scan rank ${scanRank} of ${found} found, activity ${activityText(activity)}`,
        `score ${score.toFixed(2)}, rank ${rank} of ${scored} scored; the first ${selected} were selected`,
        `signal long: ${signalReason}, strength ${decimals(strength)}`,
        `reference ${price(candidate.referencePrice)}, ATR14 ${price(candidate.atr)}`,
        '',
        componentTable(candidate, columns),
      ].join('\n'),
    ),
    section('Size', termTable(candidate.sizing?.terms ?? [])),
    section('Guards', guardText(candidate)),
    `Outcome: ${candidate.outcome}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Shares or dollars without decimals; a change or a ratio with four. */
const activityText = (activity: number): string =>
  Math.abs(activity) >= 1000
    ? String(Math.round(activity)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
    : decimals(activity, 4);

function componentTable({ components }: CandidateStory, columns: number): string {
  const rows = Object.entries(components).map(([name, value]) => [name, value.toFixed(4)]);
  if (rows.length === 0) return '';
  return renderTable([{ title: 'component' }, { title: '0 to 1', align: 'right' }], rows, {
    columns,
  });
}

function termTable(terms: readonly Term[]): string {
  const width = Math.max(0, ...terms.map(({ name }) => name.length));
  return terms.map(({ name, text }) => `${name.padEnd(width)}  ${text}`).join('\n');
}

function guardText({ fate, approved, sizing, reasons }: CandidateStory): string {
  if (fate === 'not_selected' || fate === 'slots_full') return `not asked: ${FATE_WORDS[fate]}`;
  const sized = sizing?.quantity ?? 0;
  const verdict =
    fate === 'not_sized'
      ? 'not asked: there was nothing to guard'
      : approved === null
        ? 'approved; nothing was sent'
        : approved === 0
          ? `denied, all of ${sized}`
          : approved < sized
            ? `reduced to ${approved} of ${sized}`
            : `approved, all of ${sized}`;
  return [verdict, ...reasons.map(({ code, text }) => `${code}: ${text}`)].join('\n');
}

function timeline(steps: readonly Step[]): string {
  const width = Math.max(0, ...steps.map(({ leg }) => (leg ?? '').length));
  return steps
    .map(({ at, leg, text }) => `${instantText(at)}  ${(leg ?? '').padEnd(width)}  ${text}`)
    .join('\n');
}
