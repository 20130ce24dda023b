import type { CommandSpec } from '../command.ts';
import { packageVersion } from '../package-version.ts';

/** `trade-labs version`: what is running here. */
export const versionCommand: CommandSpec = {
  path: 'version',
  group: 'Get started',
  summary: 'Print the version, the platform and the fingerprint of the configuration',
  examples: [
    { line: 'trade-labs version', does: 'for people and for bug reports' },
    { line: 'trade-labs --version', does: 'the number alone' },
  ],
  run: async () => {
    const data = {
      version: packageVersion(),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    };
    return { data, text: `trade-labs ${data.version}` };
  },
};
