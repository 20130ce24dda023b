import { join, relative } from 'node:path';
import { runDemo } from '../app/demo.ts';
import type { JobObserver, ReportOutcome } from '../app/jobs.ts';
import { newYorkTime } from '../calendar/nyse.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { RunOutcome } from '../pipeline/run.ts';
import { plural } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { Narrator } from './narrator.ts';
import { packageVersion } from './package-version.ts';

/** Plays the demo with a running account of the day on standard error; the result is its summary and its paths. */
export async function playDemo(
  context: CommandContext,
  dir: string,
  speed: number,
): Promise<CommandOutcome> {
  const quiet = context.quiet || context.json;
  const say = (line: string): void => {
    if (!quiet) context.stderr(`${line}\n`);
  };
  const version = packageVersion();
  say(
    `Trade Labs ${version} · DEMO · simulated broker · no network, no account, nothing is traded`,
  );
  const narrator = new Narrator(say);
  let written: ReportOutcome = { paths: [], summary: [] };
  const observer: JobObserver = {
    onScan: (outcome, slot, at) => say(`${timeOf(at)}  ${slot.padEnd(11)} ${funnelText(outcome)}`),
    onReconcile: ({ length: differences }, at) =>
      say(`${timeOf(at)}  ${reconcileText(differences)}`),
    onReport: (report, at) => {
      written = report;
      say(`${timeOf(at)}  report      written`);
    },
  };
  const watched = !quiet && context.interactive && speed > 0;
  const { session } = await runDemo({
    dir,
    version,
    observer,
    onEvents: (events) => narrator.hear(events),
    speed: watched ? speed : null,
    interrupt: context.interrupt,
  });
  return outcomeOf(context, dir, session, written);
}

/** "09:30 ET". */
const timeOf = (at: EpochMs): string => `${newYorkTime(at).slice(0, 5)} ET`;

/** One comparison of book and broker in a line of the feed. */
export const reconcileText = (differences: number): string =>
  `reconcile   ${plural(differences, 'difference')} between book and broker`;

/** "50 found -> 23 scored -> 5 selected -> 1 denied (POSITION_SIZE) -> 4 sent". */
export function funnelText({ counts, denials, status, note }: RunOutcome): string {
  if (status === 'skipped') return `skipped: ${note}`;
  const reasons = Object.keys(denials).join(', ');
  const denied = counts.denied === 0 ? '' : ` -> ${counts.denied} denied (${reasons})`;
  return (
    `${counts.found} found -> ${counts.scored} scored -> ${counts.selected} selected` +
    `${denied} -> ${counts.submitted} sent`
  );
}

function outcomeOf(
  context: CommandContext,
  dir: string,
  session: Session,
  { paths, summary }: ReportOutcome,
): CommandOutcome {
  const shown = (path: string): string => {
    const near = relative(context.cwd, path);
    return near.startsWith('..') ? path : `./${near}`;
  };
  const [report = '', ...others] = paths;
  const text = [
    '',
    ...summary,
    '',
    `  Report   ${shown(report)}`,
    `  Also     ${others.map((path) => path.slice(path.lastIndexOf('/') + 1)).join('  ')}`,
    `  Journal  ${shown(join(dir, 'data', 'trade_history', 'journal'))}`,
    '',
    `Next:  trade-labs trades --home ${shown(dir)}       what was traded`,
    `       trade-labs why SYMBOL --home ${shown(dir)}   why it was, or was not`,
    '',
  ].join('\n');
  return {
    data: { home: dir, session: session.date, summary, paths },
    text,
  };
}
