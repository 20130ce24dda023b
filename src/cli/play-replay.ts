import { relative } from 'node:path';
import type { Played } from '../app/play-recording.ts';
import type { ReplayReport } from '../app/replay.ts';
import { newYorkTime } from '../calendar/nyse.ts';
import { EXIT, Failure } from '../domain/failure.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventOf } from '../events/event.ts';
import { plural } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { Narrator } from './narrator.ts';
import { textOption } from './options.ts';
import { packageVersion } from './package-version.ts';
import { funnelText } from './play-demo.ts';

/** A session that is to be played. */
export interface PlayOptions {
  readonly session: SessionDate;
  readonly speed: number;
  readonly rules: 'today' | 'recorded';
  /** Bars to play it on; what was recorded where absent. */
  readonly dataDir?: string;
}

/** "60x" or "60". */
export function speedOption(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const text = textOption(value) ?? '';
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (speed > 0 && speed <= FASTEST) return speed;
  throw new Failure(
    'USAGE',
    `--speed takes more than 0 and at most ${FASTEST} times, was ${JSON.stringify(text)}`,
    {
      hint: 'write, for example, --speed 60x',
    },
  );
}

const FASTEST = 1_000_000;

/** Plays a session with a running account of it on standard error; Ctrl-C stops it between two events. */
export const playReplay = (
  context: CommandContext,
  options: PlayOptions,
): Promise<CommandOutcome> =>
  options.dataDir === undefined
    ? playRecorded(context, options)
    : playOnBars(context, options, options.dataDir);

async function playRecorded(context: CommandContext, options: PlayOptions) {
  const { playRecording } = await import('../app/play-recording.ts');
  const say = sayerOf(context);
  const narrator = new Narrator(say);
  const { session, speed } = options;
  say(`Playing ${session} as it was recorded, at ${speed}x. Nothing is sent. Ctrl-C stops.`);
  const played = await playRecording({
    home: context.home,
    loaded: await context.config(),
    ...options,
    interrupt: context.interrupt,
    onEvent: (event) => {
      if (event.type === 'run.completed' && event.decisionHash !== null) say(funnelOf(event));
      narrator.hear([event]);
    },
    onReplay: (report, at) => say(`${timeOf(at)}  replay    ${replayText(report)}`),
  });
  return recordedOutcome(played);
}

function recordedOutcome({ session, events, reports, complete }: Played): CommandOutcome {
  const same = reports.every((report) => report.same);
  const verdict = same ? 'the same' : 'DIFFERENT';
  const decided =
    reports.length === 0
      ? 'nothing decided again'
      : `${plural(reports.length, 'run')} decided again: ${verdict}`;
  const stopped = complete ? '' : 'Stopped. ';
  return {
    data: {
      session,
      events,
      complete,
      same,
      runs: reports.flatMap(({ runs }) =>
        runs.map(({ run: { runId }, first, counts }) => ({ runId, first, counts })),
      ),
    },
    text:
      `${stopped}${plural(events, 'event')} of ${session} played, ${decided}.` +
      (same ? '' : `\nWhat differs: trade-labs replay ${session}`),
    exit: !complete ? EXIT.INTERRUPTED : same ? EXIT.OK : EXIT.FINDINGS,
  };
}

async function playOnBars(context: CommandContext, options: PlayOptions, dataDir: string) {
  const { playSession } = await import('../app/play-session.ts');
  const say = sayerOf(context);
  const narrator = new Narrator(say);
  const { session, speed, interrupt } = { ...options, interrupt: context.interrupt };
  say(`Playing ${session} on ${dataDir} from starting cash, at ${speed}x. Ctrl-C stops.`);
  const runs: { readonly slot: string; readonly decisionHash: string | null }[] = [];
  const { runDir, complete } = await playSession({
    home: context.home,
    loaded: await context.config(),
    version: packageVersion(),
    session,
    dataDir,
    speed,
    interrupt,
    observer: {
      onScan: (outcome, slot, at) => {
        runs.push({ slot, decisionHash: outcome.decision?.decisionHash ?? null });
        say(`${timeOf(at)}  ${slot.padEnd(11)} ${funnelText(outcome)}`);
      },
    },
    onEvents: (events) => narrator.hear(events),
  });
  const near = relative(context.cwd, runDir);
  const shown = near.startsWith('..') ? runDir : `./${near}`;
  return {
    data: { session, runDir, complete, runs },
    text:
      `${complete ? '' : 'Stopped. '}${plural(runs.length, 'scan')} of ${session} played: ${shown}\n` +
      `Against what was traded:  trade-labs parity ${session} ${shown} --data ${dataDir}`,
    exit: complete ? EXIT.OK : EXIT.INTERRUPTED,
  };
}

const sayerOf = (context: CommandContext) => {
  const quiet = context.quiet || context.json;
  return (line: string): void => {
    if (!quiet) context.stderr(`${line}\n`);
  };
};

const timeOf = (at: EpochMs): string => `${newYorkTime(at).slice(0, 5)} ET`;

function funnelOf({ at, runId, counts }: EventOf<'run.completed'>): string {
  const slot = (runId ?? '').replace(/^.*?Z-/, '');
  const { found, scored, selected, denied, submitted } = counts;
  return `${timeOf(at)}  ${slot.padEnd(11)} ${found} found -> ${scored} scored -> ${selected} selected -> ${denied} denied -> ${submitted} sent`;
}

function replayText({ runs, damaged, same }: ReplayReport): string {
  if (same) return 'decided again: the same';
  if (damaged.length > 0) return `not decided again: ${damaged[0]?.reason}`;
  const first = runs[0]?.first;
  return `decided again: DIFFERENT, first ${first?.event} ${first?.symbol ?? ''}`.trimEnd();
}
