import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import type { CommandSpec } from '../command.ts';

/**
 * `trade-labs config schema`: the JSON Schema by which editors complete and check the
 * configuration.
 */
export const configSchemaCommand: CommandSpec = {
  path: 'config schema',
  group: 'Get started',
  summary: 'Print the JSON Schema of the configuration',
  examples: [
    { line: 'trade-labs config schema', does: 'to standard output' },
    {
      line: 'trade-labs config schema --write config/trade-labs.schema.json',
      does: 'beside the configuration, where its first line looks for it',
    },
  ],
  configure: (command) => {
    command.option('--write <file>', 'write it to a file instead');
  },
  run: async (context, _args, options) => {
    const { jsonSchema, schemaText } = await import('../../config/keys.ts');
    if (typeof options.write !== 'string') return { data: jsonSchema(), text: schemaText() };
    const file = resolve(context.cwd, options.write);
    writeWhole(file, schemaText());
    return { data: { file }, text: context.quiet ? file : `Wrote ${file}` };
  },
};

/** The old file stays whole until the new one is complete. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Failure('CANNOT_WRITE', `cannot write ${file} (${reason})`, {
      hint: 'name a file in a folder that exists and is yours',
      cause: error,
    });
  }
}
