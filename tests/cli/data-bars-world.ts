import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { BAR_HEADER } from '../../src/bars/bar-file.ts';
import type { CommandContext, CommandOutcome, CommandSpec } from '../../src/cli/command.ts';
import { Failure } from '../../src/domain/failure.ts';

/** A folder to run commands in; `dispose` removes it. */
export function makeFolder() {
  const root = mkdtempSync(join(tmpdir(), 'data-commands-'));
  return {
    root,
    dispose: () => rmSync(root, { recursive: true }),
    write: (files: Readonly<Record<string, string>>) => {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(join(root, name, '..'), { recursive: true });
        writeFileSync(join(root, name), text);
      }
    },
    read: (name: string) => readFileSync(join(root, name), 'utf8'),
    has: (name: string) => existsSync(join(root, name)),
    list: (name: string) => readdirSync(join(root, name)).sort(),
    run: (
      spec: CommandSpec,
      args: readonly string[],
      options: Readonly<Record<string, unknown>> = {},
      context: Partial<CommandContext> = {},
    ): Promise<CommandOutcome> => spec.run({ ...contextAt(root), ...context }, args, options),
  };
}
export type Folder = ReturnType<typeof makeFolder>;

/** What the data commands use of the world. */
const contextAt = (root: string): CommandContext =>
  ({
    home: root,
    cwd: root,
    json: false,
    quiet: false,
    columns: Number.POSITIVE_INFINITY,
    stderr: () => {},
    config: async () => ({ config: { data: { source: 'bars', barsDir: 'data/bars' } } }),
  }) as unknown as CommandContext;

/** The failure a command ends with. */
export async function failureOf(run: Promise<unknown>): Promise<Failure> {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

/** A bar file of ours. */
export const barsText = (...rows: readonly string[]): string =>
  [BAR_HEADER, ...rows, ''].join('\n');
