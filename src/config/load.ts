/** The effective configuration of a home and where each value came from. */
export interface LoadedConfig {
  /** SHA-256 of the effective values. */
  readonly hash: string;
}

/** Not connected yet: every caller is told so. */
export async function loadConfig(_source: unknown): Promise<LoadedConfig> {
  throw new Error('the configuration cannot be loaded yet');
}
