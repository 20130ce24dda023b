import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

const house = join(import.meta.dirname, '..');

/** A copy of the built program in a folder of its own, which lives as long as the tests of the file. */
export interface BuiltProgram {
  /** Where homes may be made. */
  readonly root: string;
  /** As it was when these tests began: a build beside them must not pull it away. */
  readonly program: string;
  /** The command itself. */
  readonly bin: string;
  /** A new home with this configuration. */
  newHome(name: string, yaml: string): string;
}

/** Copies the built program before the tests of a file and removes it after them. */
export function copyBuiltProgram(name: string): BuiltProgram {
  const root = mkdtempSync(join(tmpdir(), `${name}-`));
  const program = join(root, 'program');
  const bin = join(program, 'dist', 'trade-labs.js');
  beforeAll(() => {
    if (!existsSync(join(house, 'dist', 'trade-labs.js')))
      throw new Error('build first: npm run build');
    for (const part of ['dist', 'config', 'package.json']) {
      cpSync(join(house, part), join(program, part), { recursive: true });
    }
    symlinkSync(join(house, 'node_modules'), join(program, 'node_modules'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    program,
    bin,
    newHome: (home, yaml) => {
      const dir = join(root, home);
      mkdirSync(join(dir, 'config'), { recursive: true });
      writeFileSync(join(dir, 'config', 'trade-labs.yaml'), yaml);
      return dir;
    },
  };
}
