import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { DaemonNews } from '../app/daemon-parts.ts';
import type { JobObserver } from '../app/jobs.ts';
import { type DaemonEnd, runDaemon } from '../app/run-daemon.ts';
import { runSlotOnce, type SlotOnceEnd } from '../app/run-slot-once.ts';
import { idleText, momentText } from '../app/words.ts';
import { instantOf, newYorkTime } from '../calendar/nyse.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { EXIT, Failure } from '../domain/failure.ts';
import { formatUsd } from '../domain/money.ts';
import { type EpochMs, isoUtc, type SessionDate } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import { plural } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { Narrator } from './narrator.ts';
import { packageVersion } from './package-version.ts';
import { funnelText, reconcileText } from './play-demo.ts';

/** What the command was asked for, checked. */
export interface DaemonOptions {
  readonly simulate?: { readonly from: SessionDate; readonly to: SessionDate };
  readonly seed?: string;
  readonly until?: EpochMs;
  readonly dryRun?: boolean;
  readonly observe?: boolean;
  readonly logStdout?: boolean;
}

/** Runs the daemon, telling what it does on standard error; the result is how it ended. */
export async function runDaemonCommand(
  context: CommandContext,
  options: DaemonOptions,
): Promise<CommandOutcome> {
  if (options.simulate !== undefined) mkdirSync(context.home, { recursive: true, mode: 0o700 });
  const load = async (): Promise<LoadedConfig> =>
    withDryRun(await loadAsAsked(context, options), options.dryRun === true);
  const loaded = await load();
  if (options.observe === true) refuseSimulated(loaded);
  if (options.simulate === undefined) refuseRehearsal(context.home);
  else markRehearsal(context.home);
  const teller = new Teller(context, options.simulate !== undefined);
  teller.begin(loaded);
  const end = await runDaemon({
    home: context.home,
    loaded,
    version: packageVersion(),
    env: context.configSource.env,
    now: context.now(),
    observer: teller.observer,
    onEvents: (events) => teller.hear(events),
    tell: (news) => teller.tell(news),
    reload: load,
    ...(options.simulate === undefined ? {} : { simulate: options.simulate }),
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.observe === true ? { observe: true } : {}),
    ...(options.logStdout === true ? { logStdout: true } : {}),
  });
  return outcomeOf(context, end, teller, options);
}

/** Runs the slot that is due, and says what came of it. */
export async function runOnceCommand(
  context: CommandContext,
  job: string,
  dryRun: boolean,
): Promise<CommandOutcome> {
  const loaded = withDryRun(await context.config(), dryRun);
  const teller = new Teller(context, false);
  const end = await runSlotOnce({
    home: context.home,
    loaded,
    version: packageVersion(),
    now: context.now(),
    job,
    observer: teller.observer,
    onEvents: (events) => teller.hear(events),
  });
  if (end.slot === null) return nothingToDo(end, context.now());
  const { slot, run } = end;
  const failed = run === null || run.status === 'failed';
  const text = `${slot.row.name} (${slot.label}): ${run?.status ?? 'was not run'}${
    run?.error === null || run?.error === undefined ? '' : `, ${run.error}`
  }`;
  return {
    data: { slot: slot.row.name, label: slot.label, run, why: null },
    text,
    exit: failed ? EXIT.ERROR : EXIT.OK,
  };
}

/** Why no slot began, and when the next one is. */
function nothingToDo(
  { why, next }: Extract<SlotOnceEnd, { readonly slot: null }>,
  now: EpochMs,
): CommandOutcome {
  const coming = next && {
    slot: next.slot.row.name,
    job: next.slot.row.job,
    at: isoUtc(next.at),
    label: next.slot.label,
  };
  return {
    data: { slot: null, run: null, why, next: coming },
    text: `${why}\n${idleText(now, next)}`,
  };
}

/** A simulated broker needs no arming: it would be sent what nobody meant to send. */
function refuseSimulated({ config: { broker } }: LoadedConfig): void {
  if (broker !== 'sim') return;
  throw new Failure('USAGE', '--observe is for a real broker, and this home has a simulated one', {
    hint: 'decide and enter nothing: trade-labs daemon --dry-run',
  });
}

const loadAsAsked = (context: CommandContext, { seed }: DaemonOptions): Promise<LoadedConfig> =>
  loadConfig({
    ...context.configSource,
    ...(seed === undefined ? {} : { flags: { 'data.synthetic.seed': seed } }),
  });

const withDryRun = (loaded: LoadedConfig, dryRun: boolean): LoadedConfig =>
  dryRun ? { ...loaded, switches: { ...loaded.switches, dryRun: true } } : loaded;

/** Says that the history of a home is a rehearsal, which no daemon may go on with. */
const MARKER = join('data', 'state', 'rehearsal');

function markRehearsal(home: string): void {
  const marker = join(home, MARKER);
  if (existsSync(marker)) return;
  if (existsSync(join(home, 'data', 'trade_history'))) {
    throw new Failure('HOME_MISMATCH', `${home} has a history of its own`, {
      details: ['a rehearsal on a simulated clock would go on with it into the past or future'],
      hint: 'give the rehearsal a home: --home rehearsal',
    });
  }
  mkdirSync(join(home, 'data', 'state'), { recursive: true, mode: 0o700 });
  writeFileSync(marker, 'the history here was played by trade-labs daemon --simulate\n', {
    mode: 0o600,
  });
}

function refuseRehearsal(home: string): void {
  if (!existsSync(join(home, MARKER))) return;
  throw new Failure('HOME_MISMATCH', `the history in ${home} is a rehearsal on a simulated clock`, {
    hint: 'run the daemon in a home of its own: --home DIR',
  });
}

/** Tells people what a daemon does, as it does it. */
class Teller {
  readonly #say: (line: string) => void;
  readonly #simulated: boolean;
  readonly #narrator: Narrator | null;
  readonly observer: JobObserver;
  /** The account's first valuation comes before the daemon does anything. */
  #begun = false;
  sessions = 0;
  runs = 0;
  missed = 0;

  constructor(context: CommandContext, simulated: boolean) {
    const quiet = context.quiet || context.json;
    this.#simulated = simulated;
    this.#say = (line) => {
      if (!quiet) context.stderr(`${line}\n`);
    };
    const detailed = !quiet && (!simulated || context.verbose);
    this.#narrator = detailed ? new Narrator(this.#say) : null;
    const say = (at: EpochMs, line: string): void => {
      if (detailed) this.#say(`${newYorkTime(at).slice(0, 5)} ET  ${line}`);
    };
    this.observer = {
      onScan: (outcome, slot, at) => say(at, `${slot.padEnd(11)} ${funnelText(outcome)}`),
      onReconcile: ({ length: differences }, at) => say(at, reconcileText(differences)),
      onReport: (report, at) => say(at, `report      ${report.paths[0] ?? ''}`),
    };
  }

  begin({ config, switches }: LoadedConfig): void {
    const armed = switches.armed ? 'armed' : 'not armed';
    const simulated = this.#simulated ? ' · SIMULATED CLOCK' : '';
    this.#say(
      `Trade Labs ${packageVersion()} · ${config.mode.toUpperCase()}${simulated} · ` +
        `${config.identity.name} · ${armed} · pid ${process.pid}`,
    );
  }

  hear(events: readonly JournalEvent[]): void {
    this.#narrator?.hear(events);
    for (const event of events) {
      if (event.type === 'daemon.state_changed') this.#begun = true;
      if (event.type === 'run.started') this.runs += 1;
      if (event.type === 'slot.missed') {
        this.missed += 1;
        this.#say(`missed  ${event.slot} of ${event.session}: ${event.cause}`);
      }
      if (event.type === 'alert.raised') this.#say(`${event.level}  ${event.message}`);
      if (event.type !== 'account.marked' || event.cause !== 'close' || !this.#begun) continue;
      this.sessions += 1;
      if (this.#simulated && this.sessions % PROGRESS_SESSIONS === 0) {
        this.#say(`${event.session}  ${this.sessions} sessions  equity ${formatUsd(event.equity)}`);
      }
    }
  }

  tell(news: DaemonNews): void {
    if (news.kind === 'state') {
      if (!this.#simulated) this.#say(`${news.state}: ${news.cause}`);
      if (news.state === 'draining' && !this.#simulated) {
        this.#say('Finishing the step in progress, 20 s at most (Ctrl-C again to force).');
      }
    } else if (news.kind === 'note' || !this.#simulated) this.#say(news.text);
  }
}

/** A line of progress about once a month. */
const PROGRESS_SESSIONS = 21;

function outcomeOf(
  context: CommandContext,
  { cause, endedAt, held, lastSeq }: DaemonEnd,
  { sessions, runs, missed }: Teller,
  { simulate }: DaemonOptions,
): CommandOutcome {
  const home = relative(context.cwd, context.home) || '.';
  const holding =
    held.length === 0
      ? 'Nothing is held.'
      : `Holding ${held.map(({ symbol, quantity }) => `${quantity} ${symbol}`).join(', ')}: ` +
        'their stops stay at the broker.';
  const data = { cause, held, sessions, runs, missed, lastSeq };
  if (simulate === undefined) return { data, text: `Stopped: ${cause}. ${holding}` };
  const { from, to } = simulate;
  const isCut = endedAt < instantOf(to, 24 * 60);
  const text =
    `${isCut ? `Stopped: ${cause}, at ${momentText(endedAt)} of ` : 'Played '}${from} to ${to}: ` +
    `${plural(sessions, 'session')}, ${plural(runs, 'run')}, ${plural(missed, 'slot')} missed.\n` +
    `${holding}\nHome  ${home}\n` +
    (isCut ? 'The same command goes on from there.\n' : '') +
    `Next: trade-labs stats --home ${home}   trade-labs trades --home ${home}`;
  return { data, text, ...(isCut ? { exit: EXIT.INTERRUPTED } : {}) };
}
