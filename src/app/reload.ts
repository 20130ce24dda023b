import { limitsOf, liveAckOf } from '../config/limits-hash.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { loosened } from '../risk/arming.ts';
import type { System } from './compose.ts';
import { changedKeys, rememberConfig } from './config-history.ts';
import { loadStrategy } from './load-strategy.ts';
import { checkScanData, checkScanSchedule, sessionsOfYear } from './scan-rule.ts';
import { entryRestriction, refusalOf } from './trading.ts';
import { universeOf } from './universe-file.ts';
import { isSimulated } from './venue.ts';

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
    if (keys.length === 0) return switched(before, loaded);
    const system = await reconfigured(before, loaded);
    if (before.writesReports) rememberConfig(before.home, loaded);
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

function followGate(system: System): void {
  const refusal = system.broker.simulated ? undefined : refusalOf(system);
  system.gate.follow(system.config.risk, entryRestriction(system), refusal);
}

/** The switches of the environment count anew also where no key changed. */
function switched(before: System, loaded: LoadedConfig): { system: System | null; text: string } {
  if (JSON.stringify(before.loaded.switches) === JSON.stringify(loaded.switches)) {
    return { system: null, text: 'the configuration is unchanged' };
  }
  const system = { ...before, loaded };
  followGate(system);
  return { system, text: 'the switches of the environment changed' };
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

/** Keys that prices beyond a line were opened with, and the search for what to trade among them. */
const FIXED_ON_A_LINE: readonly string[] = [
  'scan.universe',
  'scan.rule',
  'scan.rows',
  'scan.minPriceUsd',
  'entry.maxQuoteAgeMs',
  'entry.openingWaitMs',
];

/** Why a running process does not take a configuration over: what it is built on, and limits nobody acknowledged. */
export function assertReloadable(
  before: LoadedConfig,
  after: LoadedConfig,
  keys: readonly string[],
): void {
  const names = isSimulated(before) ? FIXED : [...FIXED, ...FIXED_ON_A_LINE];
  const fixed = keys.filter((key) =>
    names.some((name) => key === name || key.startsWith(`${name}.`)),
  );
  if (fixed.length > 0) {
    throw new Failure('CONFIG_INVALID', `${fixed.join(', ')} cannot change while it runs`, {
      hint: 'stop the daemon and start it again',
    });
  }
  if (before.config.mode !== 'live') return;
  const looser = loosened(limitsOf(before.config), limitsOf(after.config));
  const expected = liveAckOf(after.config).ack;
  if (looser.length === 0 || after.switches.liveAck === expected) return;
  throw new Failure('REFUSED_BY_GATE', `${looser.join(', ')} would allow more than before`, {
    hint: `acknowledge it first: TRADE_LABS_LIVE_ACK=${expected}`,
  });
}

/**
 * The same process under another configuration. Throws CONFIG_INVALID where it changes what the process is built on, or
 * a start would refuse its schedule, and whatever its strategy or universe is refused with; the process then goes on as
 * it was.
 */
async function reconfigured(system: System, loaded: LoadedConfig): Promise<System> {
  const { config } = loaded;
  assertReloadable(system.loaded, loaded, changedKeys(system.config, config));
  checkScanData(config, system.source);
  checkScanSchedule(config, ...sessionsOfYear(system.clock.now()));
  const strategy = await loadStrategy(config, system.home);
  const universe = universeOf(config, system.home);
  const identity = { ...system.identity, configHash: loaded.hash };
  const isStricter = loosened(limitsOf(system.config), limitsOf(config)).length === 0;
  const acknowledged = isStricter ? (system.acknowledged ?? system.config) : config;
  const next = { ...system, config, loaded, acknowledged, identity, strategy, universe };
  followGate(next);
  return next;
}
