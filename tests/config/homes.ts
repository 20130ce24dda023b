import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigSource, type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { Failure } from '../../src/domain/failure.ts';

/** What stands in a home. */
export interface HomeFiles {
  readonly yaml?: string;
  readonly dotenv?: string;
  /** Mode of the .env; 0600 unless said. */
  readonly dotenvMode?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, string>>;
}

/** Runs something with a home of its own, which is gone afterwards. */
export async function inHome<T>(
  files: HomeFiles,
  use: (source: ConfigSource) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'trade-labs-config-'));
  try {
    mkdirSync(join(home, 'config'));
    if (files.yaml !== undefined)
      writeFileSync(join(home, 'config', 'trade-labs.yaml'), files.yaml);
    if (files.dotenv !== undefined) {
      writeFileSync(join(home, '.env'), files.dotenv);
      chmodSync(join(home, '.env'), files.dotenvMode ?? 0o600);
    }
    return await use({ home, cwd: home, env: files.env ?? {}, flags: files.flags });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export const load = (files: HomeFiles): Promise<LoadedConfig> => inHome(files, loadConfig);

/** The failure that a home's configuration gives; fails where it gives none. */
export async function failureIn(files: HomeFiles): Promise<Failure> {
  try {
    await load(files);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('this configuration was accepted');
}
