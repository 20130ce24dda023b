import { FATES, REASON_CODES, type Reason } from '../domain/reason.ts';
import { RUN_STATUSES, type RunCounts } from '../domain/run.ts';
import { DISCREPANCY_KINDS } from '../events/reconcile-payloads.ts';
import type { Attention } from './attention.ts';
import type { DiscrepancyRow, JobRow, LimitRow, OpenBreak, Reconciliation } from './day-checks.ts';
import type { DecisionRow, RunFunnel } from './funnel.ts';
import {
  as,
  count,
  counts,
  date,
  define,
  flag,
  fraction,
  instant,
  list,
  mayBeAbsent,
  number,
  numbers,
  oneOf,
  only,
  orNull,
  price,
  text,
  usd,
} from './json-schema-parts.ts';
import type {
  AwayRow,
  CommandRow,
  Operations,
  PipelineTotals,
  ProtectionRow,
  TradingRow,
} from './operations.ts';
import type { NextSession } from './report.ts';

/** Decisions, checks, and what the machine did. */
export const attention = define<Attention>('Attention', 'What a person has to look at', {
  level: oneOf(['critical', 'warning'], 'How bad it is'),
  code: text('What it is, for programs'),
  text: text('What it is, for readers'),
});

const symbols = (about: string) => count(about, 'symbols');

const runCounts = define<RunCounts>('RunCounts', 'Candidates left after each stage of a run', {
  found: symbols("Rows after the scan's cut"),
  scored: symbols('Rows that have a score'),
  selected: symbols('Candidates passed to sizing'),
  sized: symbols('With a quantity above zero'),
  denied: symbols('Refused by a guard'),
  approved: symbols('Allowed by every guard'),
  submitted: symbols('Sent'),
  filled: symbols('Filled'),
});

const reason = define<Reason>('Reason', 'What a guard said', {
  code: oneOf(REASON_CODES, 'The rule that bound'),
  allowed: count('What it would allow; 0 denies', 'shares'),
  limit: orNull(number('The limit', 'that of the rule: USD, fraction or count')),
  value: orNull(number('What stood against it', 'that of the rule: USD, fraction or count')),
});

const decision = define<DecisionRow>('Decision', 'A candidate and what was decided on it', {
  session: date('Session'),
  runId: text('Run'),
  slot: text('Slot of the schedule'),
  symbol: text('Symbol'),
  scanRank: count('Place in the scan, 1 for the most active', 'place'),
  activity: number('What the scan ranks by', "that of the run's rule"),
  score: number('Score', 'points of 100'),
  components: numbers('What the score is made of', fraction('A component, 0 to 1')),
  rank: count('Place by score, 1 for the best', 'place'),
  ref: price('Price it was decided on'),
  atr: price('Average true range'),
  limit: orNull(price('Limit of the entry; null where it was not sized')),
  stop: orNull(price('Stop of the entry; null where it was not sized')),
  sized: orNull(count('Proposed; null where it was not sized', 'shares')),
  binding: orNull(oneOf(['risk', 'position'], 'Which term decided the size')),
  approved: orNull(count('Allowed; 0 where it was denied', 'shares')),
  verdict: orNull(oneOf(['approved', 'reduced', 'denied'], 'What the guards said')),
  fate: oneOf(FATES, 'What became of it in the end'),
  reason: orNull(oneOf(REASON_CODES, 'The guard that allowed least')),
  reasons: list('Every guard that spoke', reason),
  intensity: orNull(fraction('Factor the size was multiplied with')),
  equity: orNull(usd('Equity the size was reckoned from')),
  order: orNull(text('What became of the entry order: "filled 40 at 228.17"')),
});

const excluded = counts('Symbols that did not get past the scan, by reason', 'symbols');
const ineligible = counts('Found rows that were not scored, by reason', 'symbols');
const denials = counts('Proposals that were refused, by reason', 'proposals');

export const runFunnel = define<RunFunnel>('Run', 'One scan, stage by stage', {
  runId: text('Name of the run'),
  slot: text('Slot of the schedule'),
  startedAt: instant('When it began'),
  status: oneOf(RUN_STATUSES, 'How it ended'),
  universe: orNull(symbols('Looked at; null where the scan did not complete')),
  rule: orNull(text('What the scan ranks by; null where it did not complete')),
  counts: as('What was left after each stage', runCounts),
  excluded,
  ineligible,
  denials,
  warnings: list('What the scan warned of', text('A warning')),
  signalHash: orNull(text('Fingerprint of what was found and scored')),
  decisionHash: orNull(text('Fingerprint of what was decided')),
  candidates: list('Those the journal names, by rank', decision),
});

/** What the scans of a span did together. */
export const PIPELINE_SHAPE = {
  scans: count('All', 'scans'),
  failed: count('That failed', 'scans'),
  counts: as('What was left after each stage, summed', runCounts),
  excluded,
  ineligible,
  denials,
};

export const pipelineTotals = define<PipelineTotals>(
  'Pipeline',
  'What the scans of the span did together',
  PIPELINE_SHAPE,
);

export const limitRow = define<LimitRow>('Limit', 'How much of a limit was used', {
  id: text('Name of the limit for programs'),
  label: text('Name of the limit for readers'),
  unit: oneOf(['fraction', 'count'], 'Unit of what is used and of the limit'),
  used: orNull(number('What was used; null where it cannot be known', 'as `unit` says')),
  limit: number('The limit', 'as `unit` says'),
  share: orNull(fraction('Used over limit; null where that means nothing')),
});

const OF_KIND = 'that of the kind: shares or USD';

const discrepancy = define<DiscrepancyRow>('Discrepancy', 'Book and statement differ', {
  kind: oneOf(DISCREPANCY_KINDS, 'What differs'),
  symbol: orNull(text('Symbol; null for cash')),
  orderRef: orNull(text('Reference of the order; null where none is concerned')),
  book: orNull(number('By our journal', OF_KIND)),
  statement: orNull(number('By the broker', OF_KIND)),
  difference: orNull(number('Statement less book', OF_KIND)),
  tolerance: number('Difference that would be a match', OF_KIND),
  state: mayBeAbsent(only('pending', 'Too young to be called a break; absent on a break')),
});

const openBreak = define<OpenBreak>('OpenBreak', 'A proven difference that nobody resolved', {
  key: text('Name of the break'),
  symbol: orNull(text('Symbol; null for cash')),
  kind: oneOf(DISCREPANCY_KINDS, 'What differs'),
  book: orNull(number('By our journal', OF_KIND)),
  statement: orNull(number('By the broker', OF_KIND)),
  since: instant('When it was found'),
});

export const reconciliation = define<Reconciliation>('Reconciliation', 'Book against statement', {
  status: oneOf(
    ['matched', 'differs', 'pending', 'incomplete', 'none'],
    'By the last comparison; none where there was no comparison',
  ),
  at: orNull(instant('When that was; null where there was none')),
  compared: count('Positions, orders, executions and cash it compared', 'things'),
  discrepancies: list('What it found', discrepancy),
  comparisons: count('In the span of the report', 'comparisons'),
  earlierFindings: count('Of these, before the last one, that found something', 'comparisons'),
  openBreaks: list('Open at the end, whenever they were found', openBreak),
});

export const jobRow = define<JobRow>('Job', 'A job of the schedule', {
  job: text('What it does'),
  slot: text('Slot of the schedule'),
  dueAt: orNull(instant('When it was due; null where it was asked for by hand')),
  startedAt: orNull(instant('When it began; null where it was missed')),
  tookMs: orNull(number('How long it took; null where it has not ended', 'ms')),
  status: oneOf([...RUN_STATUSES, 'missed'], 'How it ended'),
  note: orNull(text('What it said; why it failed or was missed')),
});

const protectionRow = define<ProtectionRow>('ProtectionBreach', 'Shares without a working stop', {
  symbol: text('Symbol'),
  from: orNull(instant("When it began; null before the report's first session")),
  to: orNull(instant('When it ended; null while it lasts')),
  state: text('What was wrong'),
  owned: count('Owned when it began', 'shares'),
  cover: count('That working stops covered when it began', 'shares'),
  action: orNull(text("What was done; null where that is not in the report's sessions")),
  uncoveredMs: orNull(number('How long it lasted', 'ms')),
});

const awayRow = define<AwayRow>('BrokerAway', 'The broker was away by its own timetable', {
  window: text('Which window of the timetable'),
  state: text('What the timetable says: maintenance or needs_login'),
  from: orNull(instant("When it began; null before the report's first session")),
  to: orNull(instant('When it ended; null while it lasts')),
  ms: orNull(number('How long it lasted', 'ms')),
});

const tradingRow = define<TradingRow>('TradingChange', 'What restricted trading, or ceased to', {
  at: instant('When'),
  source: text('What did: "breaker daily_loss", "kill switch"'),
  from: text('State before'),
  to: text('State after'),
  cause: text('Why'),
});

const commandRow = define<CommandRow>('Command', 'What was asked for by hand', {
  at: instant('When'),
  command: text('What'),
  symbols: list('For which symbols; empty for all', text('A symbol')),
  principal: text('Who asked'),
  result: orNull(text('What came of it; null while nothing did')),
});

const configChange = define<Operations['configChanges'][number]>(
  'ConfigChange',
  'A change of the configuration',
  {
    at: instant('When'),
    keys: list('Which keys', text('A key')),
  },
);

const jobs = (about: string) => count(about, 'jobs');

export const operations = define<Operations>('Operations', 'What the machine and its people did', {
  jobsDone: jobs('Done'),
  jobsFailed: jobs('Failed'),
  jobsMissed: jobs('Missed'),
  jobsLate: jobs('Begun after their time'),
  alerts: counts('Alerts that were raised, by code', 'alerts'),
  configChanges: list('Changes of the configuration', configChange),
  protectionBreaches: count('Of the proof that every share has a stop', 'breaches'),
  uncoveredMs: number('How long shares had no working stop in all', 'ms'),
  protection: list('These breaches one by one', protectionRow),
  daemonStarts: count('How often the daemon began its work', 'starts'),
  brokerAway: list('Times the broker was away', awayRow),
  trading: list('What restricted trading, or ceased to', tradingRow),
  commands: list('What was asked for by hand', commandRow),
  comparisons: count('Of book and broker', 'comparisons'),
  matched: count('That matched', 'comparisons'),
  incomplete: count('That were incomplete', 'comparisons'),
  openBreaks: count('Open at the end', 'breaks'),
  manualExits: count('That a person ended', 'trades'),
  stopsMoved: count('Moves of a stop', 'moves'),
  stopsWidened: count('Of these, away from the market', 'moves'),
  adoptions: count('Differences that a person adopted', 'adoptions'),
});

const closure = define<NextSession['closures'][number]>('Closure', 'A weekday without a session', {
  date: date('Date'),
  name: text('Why'),
});

const nextExit = define<NextSession['exits'][number]>('NextExit', 'An exit that is sent', {
  symbol: text('Symbol'),
  reason: orNull(text('Why')),
});

export const nextSession = define<NextSession>('NextSession', 'The session after this one', {
  session: date('Session'),
  openAt: instant('Open'),
  closeAt: instant('Close'),
  earlyClose: flag('True where it closes early'),
  daysAway: count('From the last session of the report', 'calendar days'),
  hoursNote: orNull(text('Why it opens late or closes early; null for regular hours')),
  closures: list('Weekdays between that have no session', closure),
  exits: list('Orders that are sent to leave in it', nextExit),
});
