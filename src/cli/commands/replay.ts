import { resolve } from 'node:path';
import type { ReplayRequest } from '../../app/replay.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { choiceOption, textOption } from '../options.ts';

/** `trade-labs replay`: what was decided, decided again. */
export const replay: CommandSpec = {
  path: 'replay',
  group: 'Run',
  summary: 'Decide a recorded run or session again and compare',
  examples: [
    { line: 'trade-labs replay', does: 'every run of the last recorded session' },
    { line: 'trade-labs replay 2026-03-05', does: 'one session' },
    {
      line: 'trade-labs replay 2026-03-05 --rules recorded',
      does: 'what a change of the program alone does',
    },
    {
      line: 'trade-labs replay 2026-03-05 --data data/bars',
      does: 'the same instants on bars as they are now',
    },
  ],
  configure: (command) => {
    command
      .argument('[run|session]', 'a run id, or a session as YYYY-MM-DD')
      .option(
        '--rules <today|recorded>',
        'decide by the configuration now, or by the recorded one',
        'today',
      )
      .option(
        '--data <dir>',
        'decide on the bars of this folder, or with "today" on the configured ones, not on what was seen',
      )
      .option('--all', 'show every row, not only those that differ')
      .addHelpText(
        'after',
        '\nEnds with exit code 20 where something is decided otherwise, or a recording is damaged.',
      );
  },
  run: async (context, [subject], options) => {
    const request = await requestOf(context, subject, options);
    const { replayRecordings } = await import('../../app/replay.ts');
    const report = await replayRecordings(request);
    const { replayOutcome } = await import('../show-replay.ts');
    return replayOutcome(context, report, options.all === true);
  },
};

async function requestOf(
  context: CommandContext,
  subject: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<ReplayRequest> {
  const rules = choiceOption('--rules', options.rules, ['today', 'recorded'] as const) ?? 'today';
  const data = textOption(options.data);
  return {
    home: context.home,
    loaded: await context.config(),
    rules,
    data: data === undefined ? 'recorded' : 'today',
    ...(subject === undefined ? {} : { subject }),
    ...(data === undefined || data === 'today' ? {} : { dataDir: resolve(context.cwd, data) }),
  };
}
