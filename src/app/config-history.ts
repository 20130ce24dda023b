import { join } from 'node:path';
import { readWhole, writeAtomic } from '../adapters/file/atomic-file.ts';
import { keepConfig, keptConfig, keptFilePath, keptHashes } from '../adapters/file/config-store.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import { CONFIG_PATH, type ConfigSource, type LoadedConfig, loadConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import type { EventOf } from '../events/event.ts';
import type { System } from './compose.ts';
import { recordsOf } from './records.ts';

/** Keeps what is in force, so that it can be put back. */
export function rememberConfig(home: string, { hash, file, config }: LoadedConfig): void {
  const text = file === undefined ? null : readWhole(nodeFileSystem, file)?.toString('utf8');
  keepConfig(home, { hash, file: text ?? null, values: config });
}

/** At a start: keeps the configuration, and writes down that it is another than the one before. */
export async function noteConfig({ book, clock, history, home, loaded }: System): Promise<void> {
  rememberConfig(home, loaded);
  const oldHash = book.trading.configHash;
  if (oldHash === '' || oldHash === loaded.hash) return;
  const keys = changedKeys(keptConfig(home, oldHash)?.values ?? {}, loaded.config);
  const change = { oldHash, newHash: loaded.hash, keys, cause: 'start' };
  await history.append([{ type: 'config.changed', at: clock.now(), runId: null, ...change }]);
}

/** The keys whose values differ, "risk.maxPositions"; a list is one key. */
export function changedKeys(before: unknown, after: unknown, prefix = ''): string[] {
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

/** A change of the configuration, and whether what came of it can be put back. */
export interface ConfigChange {
  readonly event: EventOf<'config.changed'>;
  readonly isKept: boolean;
}

/** Every change of the configuration that the journal of a home knows, oldest first. */
export async function configChanges(home: string): Promise<ConfigChange[]> {
  const kept = new Set(keptHashes(home));
  const changes: ConfigChange[] = [];
  for await (const event of recordsOf(home).events()) {
    if (event.type === 'config.changed') changes.push({ event, isKept: kept.has(event.newHash) });
  }
  return changes;
}

/** A configuration that could be put back, judged as it would count now. */
export interface Restorable {
  readonly hash: string;
  readonly text: string;
  /** Where it would be written. */
  readonly file: string;
  readonly loaded: LoadedConfig;
  /** The keys whose effective values would differ from now; all of them where the present file is broken. */
  readonly keys: readonly string[];
}

/** Fewer characters of a hash are not taken for one. */
const LEAST = 6;

/** Looks a kept configuration up by its hash, or the beginning of it, and judges it. Changes nothing. */
export async function restorable(source: ConfigSource, asked: string): Promise<Restorable> {
  const { home } = source;
  const hash = hashOf(home, asked);
  const text = keptConfig(home, hash)?.file ?? null;
  if (text === null) {
    throw new Failure('RECORD_UNKNOWN', `${asked} was the defaults: there was no file`, {
      hint: `remove ${CONFIG_PATH} to go back to them`,
    });
  }
  const loaded = await loadConfig({ ...source, configFile: keptFilePath(home, hash) });
  const file = source.configFile ?? join(home, CONFIG_PATH);
  return { hash, text, file, loaded, keys: await keysFrom(source, loaded) };
}

async function keysFrom(source: ConfigSource, { config }: LoadedConfig): Promise<string[]> {
  try {
    return changedKeys((await loadConfig(source)).config, config);
  } catch (error) {
    if (error instanceof Failure) return changedKeys({}, config);
    throw error;
  }
}

function hashOf(home: string, asked: string): string {
  const found = asked.length < LEAST ? [] : keptHashes(home).filter((one) => one.startsWith(asked));
  const [hash] = found;
  if (hash !== undefined && found.length === 1) return hash;
  const why =
    found.length > 1 ? `${found.length} begin with ${asked}` : `none begins with ${asked}`;
  throw new Failure('RECORD_UNKNOWN', `no configuration of that hash was kept: ${why}`, {
    hint: 'trade-labs config history',
  });
}

/** Puts a kept configuration in the place of the present one, whole; the present one is kept before. */
export async function restoreConfig(source: ConfigSource, restored: Restorable): Promise<void> {
  try {
    rememberConfig(source.home, await loadConfig(source));
  } catch (error) {
    // A broken file was never in force.
    if (!(error instanceof Failure)) throw error;
  }
  nodeFileSystem.makeFolder(join(source.home, 'config'));
  writeAtomic(nodeFileSystem, restored.file, restored.text);
}
