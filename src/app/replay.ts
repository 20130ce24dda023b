import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import { snapshotOfSeen } from '../bars/seen.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { LoadedConfig } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';
import type { Decided } from '../domain/decided.ts';
import { Failure } from '../domain/failure.ts';
import { parseSymbol } from '../domain/market.ts';
import { parseSessionDate } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import { type Replay, type ReplayClass, type Rules, replay } from '../pipeline/replay.ts';
import { type AnsweredOrder, replayAnswers } from '../pipeline/replay-answers.ts';
import { resend } from '../pipeline/replay-orders.ts';
import type {
  RecordedRun,
  Recording,
  RecordingDamage,
  RecordingName,
  Recordings,
} from '../ports/recordings.ts';
import { commissionModel } from '../risk/commission.ts';
import { openSource, recordingsOf } from './compose.ts';
import { loadStrategy } from './load-strategy.ts';
import { nearMatches } from './near-matches.ts';
import { decisionSettings } from './parts.ts';
import { strategyFileHash } from './record-decision.ts';
import { recordsOf } from './records.ts';
import { countsOf, type FirstDivergence, firstOf } from './replay-verdict.ts';
import { journalOfRuns } from './run-journal.ts';

/** What is asked to be decided again. */
export interface ReplayRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  /** A run's id or a session's date; the last recorded session where absent. */
  readonly subject?: string;
  /** By which rules: those of the configuration now, or those that were recorded. */
  readonly rules: 'today' | 'recorded';
  /** On which data: what was seen, or what the source says of the same instant now. */
  readonly data: 'recorded' | 'today';
  /** Bars of this folder instead of the configured source. */
  readonly dataDir?: string;
}

/** One run, decided again. */
export interface ReplayedRun {
  readonly run: RecordedRun;
  readonly asOf: number;
  readonly recorded: Decided;
  readonly now: Decided;
  readonly compared: number;
  readonly differences: Replay['differences'];
  readonly hashCause: Replay['hashCause'];
  readonly orders: readonly AnsweredOrder[];
  readonly counts: Readonly<Record<ReplayClass, number>>;
  readonly first: FirstDivergence | null;
  readonly notes: readonly string[];
}

export interface ReplayReport {
  readonly runs: readonly ReplayedRun[];
  readonly damaged: readonly RecordingDamage[];
  /** Runs of the session that decided, by the journal, and left no recording. */
  readonly unrecorded: readonly string[];
  /** True where every run is decided the same, to the fingerprint, and nothing is damaged. */
  readonly same: boolean;
}

/** Decides recorded runs again. A recording that cannot be read is named, and the others are replayed. */
export async function replayRecordings(request: ReplayRequest): Promise<ReplayReport> {
  const recordings = recordingsOf(request.home);
  const names = namesOf(recordings, request.subject);
  const journal = await journalOfRuns(
    request.home,
    names.map(({ runId }) => runId),
  );
  const runs: ReplayedRun[] = [];
  const damaged: RecordingDamage[] = [];
  for (const name of names) {
    const read = await recordings.read(name);
    const events = journal.get(name.runId) ?? [];
    const refused = read.ok ? contradictionOf(name, read.value, events) : read.error;
    if (refused !== null) damaged.push(refused);
    else if (read.ok) runs.push(await replayRun(request, read.value, events));
  }
  const same = damaged.length === 0 && runs.every(({ first }) => first === null);
  const isRun = names.some(({ runId }) => runId === request.subject);
  const unrecorded = isRun ? [] : await unrecordedOf(request.home, names);
  return { runs, damaged, unrecorded, same };
}

async function unrecordedOf(home: string, names: readonly RecordingName[]): Promise<string[]> {
  const known = new Set(names.map(({ runId }) => runId));
  const found: string[] = [];
  for (const session of new Set(names.map((name) => name.session))) {
    for await (const run of recordsOf(home).runs({ since: session, until: session })) {
      if (run.decisionHash !== null && !known.has(run.runId)) found.push(run.runId);
    }
  }
  return found;
}

/** The recordings that a text names; throws RECORD_UNKNOWN for none. */
export function namesOf(recordings: Recordings, subject?: string): readonly RecordingName[] {
  const session = subject === undefined ? null : parseSessionDate(subject);
  if (session !== null) {
    const found = recordings.list(session);
    if (found.length > 0) return found;
  }
  const all = recordings.list();
  const last = all.at(-1);
  if (last === undefined) {
    throw new Failure('RECORD_UNKNOWN', 'nothing is recorded in this home yet', {
      details: ['each scan of the daemon, and of trade-labs pipeline, leaves a recording'],
      hint: 'look for recordings.enabled in the configuration, and run a scan',
    });
  }
  if (subject === undefined) return all.filter(({ session: date }) => date === last.session);
  const found = all.filter(({ runId }) => runId === subject);
  if (found.length > 0) return found;
  const known = [...new Set(all.flatMap(({ session: date, runId }) => [date, runId]))];
  const near = nearMatches(subject, known.reverse());
  const sessions = [...new Set(all.map(({ session: date }) => date))];
  throw new Failure('RECORD_UNKNOWN', `there is no recording of ${subject}`, {
    details: [
      ...(near.length === 0 ? [] : [`near: ${near.join(', ')}`]),
      `recorded sessions: ${sessions.slice(-5).join(', ')}`,
    ],
    hint: `trade-labs replay ${near[0] ?? last.session}`,
  });
}

/** A recording of which the journal, which cannot be changed unseen, says something else. */
function contradictionOf(
  { runId, session, file }: RecordingName,
  { decided }: Recording,
  events: readonly JournalEvent[],
): RecordingDamage | null {
  const end = events.find((event) => event.type === 'run.completed');
  if (end?.type !== 'run.completed' || end.decisionHash === null) return null;
  if (end.decisionHash === decided.decisionHash && end.signalHash === decided.signalHash)
    return null;
  const reason = 'the journal has other fingerprints of this run';
  return { runId, session, file, reason, expected: end.decisionHash, found: decided.decisionHash };
}

/** Decides one recording again. */
async function replayRun(
  request: ReplayRequest,
  recording: Recording,
  events: readonly JournalEvent[],
): Promise<ReplayedRun> {
  const { run, market, state, decided: recorded } = recording;
  const notes: string[] = [];
  const before = recordedConfig(run);
  const { fileHash } = run.strategy;
  if (
    fileHash !== null &&
    strategyFileHash(before ?? request.loaded.config, request.home) !== fileHash
  ) {
    notes.push('the strategy file has changed since');
  }
  const rules = await recordedRules(request, before, run, notes);
  const other = await otherRulesOf(request, run, rules);
  if (other !== null) notes.push('the configuration has changed since');
  const otherSnapshot =
    request.data === 'today' ? await snapshotNow(request, before, recording) : null;
  const { decided, decision, compared, differences, hashCause } = replay({
    recorded,
    state,
    snapshot: snapshotOfSeen(market),
    rules,
    ...(other === null ? {} : { otherRules: other }),
    ...(otherSnapshot === null ? {} : { otherSnapshot }),
  });
  if (events.length === 0) notes.push('the journal does not know this run: no fills to compare');
  const config = before ?? request.loaded.config;
  // By the recorded rules where they can be: what another configuration sends is told by the decision.
  const sender = rules ?? other;
  const orders = replayAnswers({
    resent:
      decision === null || sender === null
        ? []
        : await resend(decision, {
            ...run,
            at: market.asOf,
            entry: sender.settings.entry,
            strategy: sender.desk.name,
            events,
          }),
    differing: new Set(differences.map(({ symbol }) => symbol)),
    events,
    commission: run.simulatedBroker ? commissionModel(config.costs.commission) : null,
  });
  const counts = countsOf(compared, differences, orders);
  const first = firstOf(differences, orders, hashCause, recorded, decided);
  return {
    run,
    asOf: market.asOf,
    recorded,
    now: decided,
    compared,
    differences,
    hashCause,
    orders,
    counts,
    first,
    notes,
  };
}

/** The recorded sections with today's defaults for whatever they do not have; null where they are refused. */
function recordedConfig({ settings }: RecordedRun): Config | null {
  const parsed = configSchema.safeParse(settings);
  return parsed.success ? parsed.data : null;
}

/** The rules that decided; null, and noted, where today's program cannot decide by them. */
async function recordedRules(
  request: ReplayRequest,
  before: Config | null,
  run: RecordedRun,
  notes: string[],
): Promise<Rules | null> {
  if (before === null) {
    notes.push('the recorded settings are none that this version can take');
    return null;
  }
  try {
    return await rulesOf(request, before, run, run.top);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    notes.push(`the recorded rules cannot be used: ${error.message}`);
    return null;
  }
}

async function rulesOf(
  { home }: ReplayRequest,
  config: Config,
  { session, simulatedBroker }: RecordedRun,
  top: number,
): Promise<Rules> {
  const broker = { simulated: simulatedBroker };
  return {
    settings: decisionSettings({ config, broker, terms: null }, session),
    desk: await loadStrategy(config, home),
    top,
  };
}

/** Today's rules, where they are asked for and are other ones. */
async function otherRulesOf(
  request: ReplayRequest,
  run: RecordedRun,
  rules: Rules | null,
): Promise<Rules | null> {
  const { config, hash } = request.loaded;
  if (request.rules === 'recorded' && rules !== null) return null;
  if (hash === run.configHash && rules !== null) return null;
  const row = config.schedule.find(({ name }) => name === run.slot);
  return rulesOf(request, config, run, row?.job === 'scan' ? row.top : run.top);
}

/** The same instant as the source shows it now. Throws DATA_UNAVAILABLE where only a broker could show it. */
async function snapshotNow(
  request: ReplayRequest,
  before: Config | null,
  { run, market }: Recording,
): Promise<MarketSnapshot> {
  const { mode } = request.loaded.config;
  if (mode !== 'sim' && request.dataDir === undefined) {
    throw new Failure('DATA_UNAVAILABLE', `mode ${mode} has no bars that are asked for again`, {
      details: ['the market of this home is its broker, which replay does not ask'],
      hint: 'name a folder of bars with --data DIR; trade-labs data capture makes one',
    });
  }
  const source = openSource(request);
  const { halfSpreadBps } = (before ?? request.loaded.config).costs;
  const data = new BarMarketData(source, { halfSpreadBps });
  return data.snapshot({
    asOf: market.asOf,
    session: market.session,
    ...(run.symbols === null
      ? {}
      : { symbols: run.symbols.flatMap((symbol) => parseSymbol(symbol) ?? []) }),
    todayOpen: market.todayOpen !== null,
    relativeVolume: market.relativeVolume !== null,
  });
}
