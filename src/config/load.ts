import type { Config } from './schema.ts';
import type { Secrets } from './secrets.ts';

/** Which way each switch of the environment stands; the strictest of these and the journal's state wins. */
export interface Switches {
  /** TRADE_LABS_ARMED: orders may reach a real broker. */
  readonly armed: boolean;
  /** TRADE_LABS_DRY_RUN: plans everything, places nothing. */
  readonly dryRun: boolean;
  /** TRADE_LABS_KILL_SWITCH: no entries, whatever else is said. */
  readonly killSwitch: boolean;
  /** TRADE_LABS_LIVE_ACK: the acknowledged ACCOUNT:HASH, where one is given. */
  readonly liveAck: string | undefined;
}

/** The inputs of the configuration besides the files of the home. */
export interface ConfigSource {
  /** Absolute. */
  readonly home: string;
  /** Where the person stands: file names in messages are relative to it. Absolute. */
  readonly cwd: string;
  /** --config FILE, absolute; undefined: config/trade-labs.yaml of the home, where it exists. */
  readonly configFile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values given on the command line: dotted key to its text, "risk.maxPositions" to "5". */
  readonly flags?: Readonly<Record<string, string>> | undefined;
}

/** The effective configuration of a home and where each value came from. */
export interface LoadedConfig {
  /** Frozen through and through. */
  readonly config: Config;
  /** The configuration file that was read, absolute; undefined where the home has none and the defaults apply. */
  readonly file: string | undefined;
  /** Dotted key to 'default', 'FILE:line:col', 'env NAME', '.env NAME' or 'flag'. Lists are one key. */
  readonly origins: ReadonlyMap<string, string>;
  /** SHA-256 in hex of the effective values in canonical order; without secrets and switches. */
  readonly hash: string;
  readonly switches: Switches;
  readonly secrets: Secrets;
  readonly warnings: readonly string[];
}

/** Not connected yet: every caller is told so. */
export async function loadConfig(_source: unknown): Promise<LoadedConfig> {
  throw new Error('the configuration cannot be loaded yet');
}
