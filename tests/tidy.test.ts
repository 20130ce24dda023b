import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bannedNames,
  longFile,
  longFunctions,
  looseTypes,
  suspendedTests,
  unwelcomeWords,
} from './tidy/code-rules.ts';
import {
  FOLDERS,
  needsOwnProcess,
  reach,
  refusedImports,
  unreached,
  VENDORS,
  valuesInPort,
} from './tidy/import-rules.ts';
import { filesIn, ROOT, readSource, readText, type Source, sourceOf } from './tidy/source.ts';

/** Offenders that are right as they are. One that no longer offends has to leave the list. */
const EXEMPT: readonly { readonly offence: string; readonly reason: string }[] = [];

const ENTRIES = ['trade-labs.ts'];
const sources = filesIn(['src', 'tests', 'bench', 'trade-labs.ts'], ['.ts']).map(readSource);
const under = (place: string) => sources.filter(({ path }) => path.startsWith(place));
const program = [...under('src/'), ...under('trade-labs.ts')];
const texts = [
  ...filesIn(
    ['src', 'tests', 'bench', 'scripts', 'docs', 'config', 'trade-labs.ts', 'vitest.config.ts'],
    ['.ts', '.mjs', '.md', '.yaml', '.csv'],
  ),
  ...filesIn(['.ci', '.github'], ['run', '.mjs', '.yml']),
  ...filesIn(['README.md', 'QUICK_REFERENCE.md', '.env.example', 'package.json'], ['']),
]
  // The rules themselves have to name what they refuse.
  .filter((path) => !/^tests\/tidy(\/|\.)/.test(path))
  .map((path) => ({ path, text: readText(path) }));

const notExempt = (offences: readonly string[]): string[] =>
  offences.filter((offence) => !EXEMPT.some((exempt) => offence.startsWith(exempt.offence)));

const offencesOfSize = [
  ...texts.filter(({ path }) => /\.(ts|mjs)$/.test(path)).flatMap(longFile),
  ...program.flatMap(longFunctions),
];

describe('the house', () => {
  it('has in src only the folders that the import table knows', () => {
    const folders = readdirSync(join(ROOT, 'src'));
    expect(folders.filter((folder) => FOLDERS[folder] === undefined)).toEqual([]);
  });

  it('imports inward, adapters apart from each other, and each vendor in its place', () => {
    expect(sources.flatMap(refusedImports)).toEqual([]);
  });

  it('gives every package of package.json a place', () => {
    const manifest = JSON.parse(readText('package.json')) as { dependencies: object };
    expect(
      Object.keys(manifest.dependencies).filter((name) => VENDORS[name] === undefined),
    ).toEqual([]);
  });

  it('has nothing but types in its ports', () => {
    expect(under('src/ports/').flatMap(valuesInPort)).toEqual([]);
  });

  it('takes time, chance, environment and output from where they belong', () => {
    expect(program.flatMap(bannedNames)).toEqual([]);
  });

  it('asserts neither any nor non-null', () => {
    expect(sources.flatMap(looseTypes)).toEqual([]);
  });

  it('has no file that the program does not reach', () => {
    const reachable = program.filter(({ path }) => !path.startsWith('src/testing/'));
    expect(unreached(reachable, ENTRIES)).toEqual([]);
  });

  it('keeps files and functions short', () => {
    expect(notExempt(offencesOfSize)).toEqual([]);
  });

  it('exempts only what still offends', () => {
    const idle = EXEMPT.filter(({ offence }) => !offencesOfSize.some((o) => o.startsWith(offence)));
    expect(idle).toEqual([]);
  });

  it('holds no unfinished work, silenced checker, machine path or word of its making', () => {
    expect(texts.flatMap(unwelcomeWords)).toEqual([]);
  });
});

describe('the tests', () => {
  it('all run: none alone, none skipped without a condition', () => {
    expect(under('tests/').flatMap(suspendedTests)).toEqual([]);
  });

  it('have a process of their own where they spawn, change the folder or the umask', () => {
    const tests = under('tests/').filter(({ path }) => path.endsWith('.test.ts'));
    const shared = tests.filter(({ path }) => !path.endsWith('.int.test.ts'));
    const spawning = new Set(
      under('tests/')
        .filter(needsOwnProcess)
        .map(({ path }) => path),
    );
    const offenders = shared.filter(({ path }) =>
      [...reach(under('tests/'), [path])].some((reached) => spawning.has(reached)),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });
});

describe('the rules see', () => {
  const offencesIn = (rule: (source: Source) => string[], path: string, text: string) =>
    rule(sourceOf(path, text)).length;

  it.each([
    ['an import that points outward', 'src/domain/a.ts', "import { b } from '../bars/b.ts';"],
    ['an import only for its type', 'src/domain/a.ts', "import type { B } from '../bars/b.ts';"],
    ['a type named by import()', 'src/risk/a.ts', "type B = import('../app/b.ts').B;"],
    ['an import when it is needed', 'src/cli/a.ts', "await import('../adapters/file/b.ts');"],
    ['an export from elsewhere', 'src/bars/a.ts', "export { b } from '../risk/b.ts';"],
    ['an adapter of another folder', 'src/adapters/file/a.ts', "import '../sim/b.ts';"],
    ['a port as a value', 'src/ledger/a.ts', "import { b } from '../ports/b.ts';"],
    ['a vendor out of place', 'src/domain/a.ts', "import { z } from 'zod';"],
    ['a vendor that nobody knows', 'src/cli/a.ts', "import 'left-pad';"],
    ['files in the core', 'src/pipeline/a.ts', "import { readFileSync } from 'node:fs';"],
    ['a test in the program', 'src/cli/a.ts', "import '../../tests/b.ts';"],
  ])('%s', (_, path, text) => {
    expect(offencesIn(refusedImports, path, text)).toBe(1);
  });

  it.each([
    ['the wall clock', 'src/app/a.ts', 'const at = Date.now();'],
    ['a date of now', 'src/cli/a.ts', 'const at = new Date();'],
    ['a date of now as text', 'src/cli/a.ts', 'const at = Date();'],
    ['a timer', 'src/app/a.ts', 'setTimeout(() => {}, 5);'],
    ['an imported timer', 'src/app/a.ts', "import { x } from 'node:timers/promises';"],
    ['chance', 'src/adapters/sim/a.ts', 'const x = Math.random();'],
    ['the environment', 'src/app/a.ts', 'const x = process.env.HOME;'],
    ['the environment by a computed name', 'src/app/a.ts', "const x = process['env'];"],
    ['the console', 'trade-labs.ts', 'console.log(1);'],
    ['a power in a decision', 'src/pipeline/a.ts', 'const x = 2 ** y;'],
    ['a logarithm in the synthetic market', 'src/adapters/sim/a.ts', 'const x = Math.log(2);'],
    [
      'an order of the host’s language',
      'src/ledger/a.ts',
      'names.sort((a, b) => a.localeCompare(b));',
    ],
  ])('%s', (_, path, text) => {
    expect(offencesIn(bannedNames, path, text)).toBe(1);
  });

  it.each([
    ['the clock in its place', 'src/adapters/system/a.ts', 'const at = Date.now();'],
    ['a date of an instant', 'src/bars/a.ts', 'const at = new Date(5).getTime();'],
    [
      'a banned word in text and comments',
      'src/bars/a.ts',
      "// Date.now()\nconst a = 'Math.random()';",
    ],
    ['a logarithm in a statistic', 'src/ledger/a.ts', 'const x = Math.log(2) ** 2;'],
    ['the environment in the configuration', 'src/config/a.ts', 'const x = process.env;'],
  ])('nothing wrong in %s', (_, path, text) => {
    expect(offencesIn(bannedNames, path, text)).toBe(0);
  });

  it.each([
    ['it.only', "it.only('x', () => {});"],
    ['it.skip', "it.skip('x', () => {});"],
    ['describe.todo', "describe.todo('x');"],
    ['it.only.each', "it.only.each([1])('x', () => {});"],
  ])('%s', (_, text) => {
    expect(offencesIn(suspendedTests, 'tests/a.test.ts', text)).toBeGreaterThan(0);
  });

  it('no suspended test where a condition decides', () => {
    const text = "describe.skipIf(!dir)('x', () => {}); it('y', (context) => { context.skip(); });";
    expect(offencesIn(suspendedTests, 'tests/a.test.ts', text)).toBe(0);
  });

  it('assertions of any and of non-null', () => {
    expect(offencesIn(looseTypes, 'src/app/a.ts', 'const a = b as any; c!.d();')).toBe(2);
  });

  it('a value in a port', () => {
    const text = "import type { A } from './b.ts';\nexport interface C {}\nexport const D = 1;";
    expect(offencesIn(valuesInPort, 'src/ports/a.ts', text)).toBe(1);
  });

  it('a long function and a long file', () => {
    const text = `const f = () => {\n${'g();\n'.repeat(330)}};\n`;
    expect(offencesIn(longFunctions, 'src/app/a.ts', text)).toBe(1);
    expect(longFile({ path: 'src/app/a.ts', text })).toHaveLength(1);
  });

  it.each(['a FIXME', 'see SEMANTICS.md', 'open("/work/x")', "'/tmp/x'", 'as issue #3 asks'])(
    'the words of "%s"',
    (text) => {
      expect(unwelcomeWords({ path: 'src/app/a.ts', text })).toHaveLength(1);
    },
  );

  it('a file behind a chain of imports, a dynamic one and a worker, and one behind none', () => {
    const files = [
      sourceOf('trade-labs.ts', "await import('./src/a.ts');"),
      sourceOf('src/a.ts', "import type { B } from './b/b.ts';"),
      sourceOf('src/b/b.ts', "new Worker(new URL('./worker.js', import.meta.url));"),
      sourceOf('src/b/worker.ts', ''),
      sourceOf('src/alone.ts', ''),
    ];
    expect(unreached(files, ['trade-labs.ts'])).toEqual(['src/alone.ts']);
  });

  it('a test that spawns', () => {
    const source = sourceOf('tests/a.test.ts', "import { spawn } from 'node:child_process';");
    expect(needsOwnProcess(source)).toBe(true);
  });
});
