// Builds dist/ from the sources: a fresh folder, src/ by tsc for whoever imports a module of it, and the program itself
// in few files: a command that starts by reading hundreds of small ones takes half as long again.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

/** What most commands load, in many small files each. All else is loaded from its package, when it is used. */
const WITHIN = [
  'zod',
  'yaml',
  'commander',
  '@json2csv/plainjs',
  '@json2csv/formatters',
  '@streamparser/json',
];

const packageOf = (id) =>
  id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/');
const isOutside = (id) => !/^[./]/.test(id) && !WITHIN.includes(packageOf(id));

const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);
rmSync(dist, { recursive: true, force: true });
const built = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
  cwd: root,
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);

const bundle = await rolldown({
  cwd: root,
  // A thread begins in a file of its own, which the program looks for beside its other parts.
  input: { 'trade-labs': 'trade-labs.ts', 'program/worker': 'src/app/worker.ts' },
  platform: 'node',
  external: isOutside,
});
await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'program/[name].js',
  sourcemap: true,
});
chmodSync(join(dist, 'trade-labs.js'), 0o755);
