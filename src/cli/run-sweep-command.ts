import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { codeHash } from '../app/code-hash.ts';
import { runSweep, type SweepOutcome } from '../app/sweep.ts';
import { EXIT } from '../domain/failure.ts';
import { fingerprint } from '../events/fingerprint.ts';
import { hasFailed } from '../reporting/sweep-report.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { textOption } from './options.ts';
import { packageVersion } from './package-version.ts';
import { showProgress } from './progress.ts';
import { refuseBesideResume, sweepQuestion, workersOption } from './sweep-options.ts';
import { sweepData, sweepText } from './sweep-text.ts';

/** Begins a sweep, or goes on with one, and shows what it found. */
export async function runSweepCommand(
  context: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<CommandOutcome> {
  const workers = workersOption(options.workers) ?? availableParallelism();
  const resumed = textOption(options.resume);
  if (resumed !== undefined) refuseBesideResume(options);
  const question = resumed === undefined ? sweepQuestion(context, options) : null;
  const out = textOption(options.out);
  const dir =
    resumed === undefined
      ? out === undefined
        ? usualFolder(context, question)
        : resolve(context.cwd, out)
      : resolve(context.cwd, resumed);
  const progress = await showProgress(context, 'backtests');
  let outcome: SweepOutcome;
  try {
    outcome = await runSweep({
      dir,
      question,
      configSource: context.configSource,
      version: packageVersion(),
      code: codeHash(),
      workers,
      now: context.now(),
      interrupt: context.interrupt,
      onProgress: progress.to,
    });
  } finally {
    progress.end();
  }
  const folder = relative(context.cwd, dir) || '.';
  const { report, interrupted } = outcome;
  return {
    data: sweepData(outcome, dir),
    text: sweepText(outcome, folder, context.columns),
    warnings: report.warnings,
    ...(interrupted ? { exit: EXIT.INTERRUPTED } : hasFailed(report) ? { exit: EXIT.PARTIAL } : {}),
  };
}

/** Named after the question, so that asking it again finds the folder. */
const usualFolder = ({ home }: CommandContext, question: unknown): string =>
  join(home, 'data', 'backtests', `sweep-${fingerprint(question).slice(0, 12)}`);
