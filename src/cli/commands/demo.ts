import { resolve } from 'node:path';
import { DEMO_HOME } from '../../app/home-without-history.ts';
import { Failure } from '../../domain/failure.ts';
import type { CommandSpec } from '../command.ts';

/** A session of six and a half hours passes in about as many seconds. */
const DEFAULT_SPEED = 3_600;
const FASTEST = 1_000_000;

/** `trade-labs demo`: what `npm start` runs. */
export const demo: CommandSpec = {
  path: 'demo',
  group: 'Get started',
  summary: 'Play one whole simulated session and write its report',
  examples: [
    { line: 'trade-labs demo', does: 'a trading day in a few seconds, offline, no account' },
    { line: 'trade-labs demo --speed 600', does: 'the same day, slower' },
    { line: 'trade-labs demo --json', does: 'the result as one document' },
  ],
  configure: (command) => {
    command
      .option('--dir <dir>', 'home of the demo; made, or replaced if a demo made it', DEMO_HOME)
      .option(
        '--speed <times>',
        'times real time, on a terminal; 0 for no waiting',
        String(DEFAULT_SPEED),
      );
  },
  run: async (context, _args, options) => {
    const speed = speedOption(options.speed);
    const dir = resolve(context.home, String(options.dir));
    const { playDemo } = await import('../play-demo.ts');
    return playDemo(context, dir, speed);
  },
};

function speedOption(value: unknown): number {
  const speed = Number(value);
  if (Number.isFinite(speed) && speed >= 0 && speed <= FASTEST) return speed;
  throw new Failure('USAGE', `--speed takes a number from 0 to ${FASTEST}, was ${String(value)}`, {
    hint: 'trade-labs demo --speed 3600',
  });
}
