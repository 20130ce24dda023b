import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readWhole, writeAtomic } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** A configuration that was in force once. */
export interface KeptConfig {
  readonly hash: string;
  /** The file as it was written; null where the home had none. */
  readonly file: string | null;
  /** The effective values, plain. */
  readonly values: unknown;
}

const folderOf = (home: string): string => join(home, 'data', 'state', 'configs');
const HASH = /^[0-9a-f]{64}$/;

/** Where the file of a kept configuration stands. */
export const keptFilePath = (home: string, hash: string): string =>
  join(folderOf(home), `${hash}.yaml`);

/** Keeps a configuration under its hash, once: the file as written beside its effective values. */
export function keepConfig(home: string, { hash, file, values }: KeptConfig): void {
  const folder = folderOf(home);
  const path = join(folder, `${hash}.json`);
  if (nodeFileSystem.stat(path) !== null) return;
  nodeFileSystem.makeFolder(folder);
  // The values last: where they are, the file is.
  if (file !== null) writeAtomic(nodeFileSystem, keptFilePath(home, hash), file);
  writeAtomic(nodeFileSystem, path, `${JSON.stringify(values, null, 2)}\n`);
}

/** A configuration by its hash; null where it was not kept. */
export function keptConfig(home: string, hash: string): KeptConfig | null {
  const values = readWhole(nodeFileSystem, join(folderOf(home), `${hash}.json`));
  if (values === null) return null;
  const file = readWhole(nodeFileSystem, keptFilePath(home, hash))?.toString('utf8') ?? null;
  return { hash, file, values: JSON.parse(values.toString('utf8')) };
}

/** The hashes of all configurations that were kept. */
export function keptHashes(home: string): string[] {
  const folder = folderOf(home);
  if (nodeFileSystem.stat(folder) === null) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter((hash) => HASH.test(hash))
    .sort();
}
