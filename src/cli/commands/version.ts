import { Failure } from '../../domain/failure.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { packageVersion } from '../package-version.ts';

/** `trade-labs version`: what is running here. */
export const versionCommand: CommandSpec = {
  path: 'version',
  group: 'Get started',
  summary: 'Print version, platform and configuration hash',
  examples: [
    { line: 'trade-labs version', does: 'for people and for bug reports' },
    { line: 'trade-labs --version', does: 'the number alone' },
  ],
  run: async (context) => {
    const data = {
      version: packageVersion(),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      configHash: await configHash(context),
    };
    const text = [
      `trade-labs ${data.version}`,
      `node       ${data.node} on ${data.platform}`,
      `config     ${data.configHash ?? 'not valid, see trade-labs config validate'}`,
    ].join('\n');
    return { data, text };
  },
};

/** Null where the configuration is not valid: the version is asked for when something is wrong. */
async function configHash(context: CommandContext): Promise<string | null> {
  try {
    return (await context.config()).hash;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
