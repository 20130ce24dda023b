import { resolve } from 'node:path';
import type { ReplayRequest } from '../../app/replay.ts';
import { Failure } from '../../domain/failure.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { choiceOption, dateOption, textOption } from '../options.ts';
import type { PlayOptions } from '../play-replay.ts';

/** `trade-labs replay`: what was decided, decided again. */
export const replay: CommandSpec = {
  path: 'replay',
  group: 'Run',
  summary: 'Decide a recorded run or session again and compare',
  examples: [
    { line: 'trade-labs replay', does: 'every run of the last recorded session' },
    { line: 'trade-labs replay 2026-03-05', does: 'one session' },
    { line: 'trade-labs replay 2026-03-05 --rules recorded', does: 'what the program alone does' },
    { line: 'trade-labs replay 2026-03-05 --data today', does: 'on the bars as they are now' },
    { line: 'trade-labs replay 2026-03-05 --speed 60x', does: 'watch the session again' },
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
      .option('--speed <times>', 'play the session with live output, such as 60x real time')
      .option('--all', 'show every row, not only those that differ')
      .addHelpText(
        'after',
        '\nEnds with exit code 20 where something is decided otherwise, or is damaged.',
      );
  },
  stopsItself: true,
  run: async (context, [subject], options) => {
    const { playReplay, speedOption } = await import('../play-replay.ts');
    const speed = speedOption(options.speed);
    if (speed !== undefined) {
      return playReplay(context, playOptions(context, subject, speed, options));
    }
    const request = await requestOf(context, subject, options);
    const { replayRecordings } = await import('../../app/replay.ts');
    const report = await replayRecordings(request);
    const { replayOutcome } = await import('../show-replay.ts');
    return replayOutcome(context, report, options.all === true);
  },
};

const rulesOption = (value: unknown): ReplayRequest['rules'] =>
  choiceOption('--rules', value, ['today', 'recorded'] as const) ?? 'today';

function playOptions(
  context: CommandContext,
  subject: string | undefined,
  speed: number,
  options: Readonly<Record<string, unknown>>,
): PlayOptions {
  const session = dateOption(context, 'the session', subject);
  if (session === undefined) {
    throw new Failure('USAGE', '--speed plays a session, and none is named', {
      hint: 'trade-labs replay 2026-03-05 --speed 60x',
    });
  }
  const data = textOption(options.data);
  const dataDir = data === undefined ? {} : { dataDir: resolve(context.cwd, data) };
  return { session, speed, rules: rulesOption(options.rules), ...dataDir };
}

async function requestOf(
  context: CommandContext,
  subject: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<ReplayRequest> {
  const data = textOption(options.data);
  return {
    home: context.home,
    loaded: await context.config(),
    rules: rulesOption(options.rules),
    data: data === undefined ? 'recorded' : 'today',
    ...(subject === undefined ? {} : { subject }),
    ...(data === undefined || data === 'today' ? {} : { dataDir: resolve(context.cwd, data) }),
  };
}
