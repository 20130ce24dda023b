import { resolve } from 'node:path';
import type { ConfigSource, LoadedConfig } from '../config/load.ts';
import type { CommandContext } from './command.ts';
import type { Globals } from './globals.ts';
import type { World } from './world.ts';

/**
 * What a command may use, from the global flags and the world. The home is --home, TRADE_LABS_HOME,
 * or here.
 */
export function contextFor(globals: Globals, world: World): CommandContext {
  const home = resolve(world.cwd, globals.home ?? (world.env.TRADE_LABS_HOME || '.'));
  const configSource: ConfigSource = {
    home,
    cwd: world.cwd,
    configFile: globals.config === undefined ? undefined : resolve(world.cwd, globals.config),
    env: world.env,
  };
  let loading: Promise<LoadedConfig> | undefined;
  return {
    home,
    cwd: world.cwd,
    json: globals.json,
    quiet: globals.quiet,
    verbose: globals.verbose,
    interactive: globals.input && !globals.json && world.stdinTerminal && world.stderr.terminal,
    columns:
      globals.wide || !world.stdout.terminal
        ? Number.POSITIVE_INFINITY
        : (world.stdout.columns ?? 80),
    stdout: globals.json ? () => {} : world.stdout.write,
    stderr: world.stderr.write,
    progress: globals.quiet ? 'none' : world.stderr.terminal ? 'bar' : 'lines',
    now: world.now,
    ask: world.ask,
    interrupt: world.interrupt,
    configSource,
    config: () => {
      loading ??= import('../config/load.ts').then(({ loadConfig }) => loadConfig(configSource));
      return loading;
    },
  };
}
