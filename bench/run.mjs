// Runs the benchmarks, each in a process of its own: all of bench/*.mjs, or those named, as in
// `npm run bench -- start synthetic`. Ends 1 when one failed; "too noisy" fails nothing.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** Not a benchmark by itself: this file, the law, and what a benchmark runs in a fresh process (NAME.step.mjs). */
const isBench = (file) => file.endsWith('.mjs') && !/^(run|measure)\.mjs$|\.step\.mjs$/.test(file);
const all = readdirSync(here)
  .filter(isBench)
  .map((file) => file.slice(0, -4))
  .sort();

const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${all.join(', ')}`);
  process.exit(2);
}

const failed = [];
for (const name of named.length > 0 ? named : all) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, [join(here, `${name}.mjs`)], { stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nno benchmark failed' : `\nfailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
