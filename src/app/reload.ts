import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { System } from './compose.ts';
import { loadStrategy } from './load-strategy.ts';
import { checkScanData } from './scan-rule.ts';
import { entryRestriction } from './trading.ts';
import { universeOf } from './universe-file.ts';

/**
 * Reads the configuration again for a running process. What is refused changes nothing: `system` is null then, and
 * `text` says why. A change is journalled before it counts.
 */
export async function reloaded(
  before: System,
  load: () => Promise<LoadedConfig>,
): Promise<{ readonly system: System | null; readonly text: string }> {
  try {
    const loaded = await load();
    const keys = changedKeys(before.config, loaded.config);
    if (keys.length === 0) return { system: null, text: 'the configuration is unchanged' };
    const system = await reconfigured(before, loaded);
    await before.history.append([
      {
        type: 'config.changed',
        at: before.clock.now(),
        runId: null,
        oldHash: before.loaded.hash,
        newHash: loaded.hash,
        keys,
        cause: 'reload',
      },
    ]);
    return { system, text: `the configuration changed: ${keys.join(', ')}` };
  } catch (error) {
    if (before.historyFailure() !== null) throw error;
    const details = error instanceof Failure ? [error.message, ...error.details] : [String(error)];
    before.log.failure('the new configuration is refused; the old one counts', error);
    const text = `the new configuration is refused, the old one counts: ${details.join('; ')}`;
    return { system: null, text };
  }
}

/** Sections that a running process is built on: another value needs another process. */
const FIXED: readonly (keyof Config)[] = [
  'mode',
  'broker',
  'ib',
  'data',
  'capital',
  'identity',
  'sim',
  'costs',
  'logs',
];

/** The keys whose values differ, "risk.maxPositions"; a list is one key. */
function changedKeys(before: unknown, after: unknown, prefix = ''): string[] {
  if (!isSection(before) || !isSection(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [prefix];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) =>
    changedKeys(before[name], after[name], prefix === '' ? name : `${prefix}.${name}`),
  );
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The same process under another configuration. Throws CONFIG_INVALID where it changes what the process is built on,
 * and whatever its strategy or universe is refused with; the process then goes on as it was.
 */
async function reconfigured(system: System, loaded: LoadedConfig): Promise<System> {
  const { config } = loaded;
  const keys = changedKeys(system.config, config);
  const fixed = keys.filter((key) =>
    FIXED.some((name) => key === name || key.startsWith(`${name}.`)),
  );
  if (fixed.length > 0) {
    throw new Failure('CONFIG_INVALID', `${fixed.join(', ')} cannot change while it runs`, {
      hint: 'stop the daemon and start it again',
    });
  }
  checkScanData(config, system.source);
  const strategy = await loadStrategy(config, system.home);
  const universe = universeOf(config, system.home);
  const identity = { ...system.identity, configHash: loaded.hash };
  const next = { ...system, config, loaded, identity, strategy, universe };
  system.gate.follow(config.risk, entryRestriction(next));
  return next;
}
