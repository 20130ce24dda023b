import { openLog } from '../adapters/system/pino-log.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { LoadedConfig } from '../config/load.ts';
import { revealed } from '../config/secrets.ts';
import type { Log } from '../ports/log.ts';

/**
 * The log of a home, as its configuration says; no secret of the environment can stand in it. With `stdout` every line
 * is also written to standard output, for containers.
 */
export function openHomeLog(
  home: string,
  { config, secrets }: LoadedConfig,
  stdout = false,
): Promise<Log> {
  return openLog({
    home,
    level: config.logs.level,
    keepDays: config.logs.keepDays,
    clock: systemClock,
    stdout,
    secrets: revealed(secrets),
  });
}
