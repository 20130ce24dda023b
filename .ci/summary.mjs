// Prints what did not pass of a vitest JSON result, then one line with the sums.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [file = ''] = process.argv.slice(2);
const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : [];
const tests = results.flatMap(({ name, assertionResults }) =>
  assertionResults.map((test) => ({ ...test, file: relative(process.cwd(), name) })),
);
const passed = tests.filter(({ status }) => status === 'passed');
const failed = tests.filter(({ status }) => status === 'failed');
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
// A file that cannot be loaded has no tests to fail; it counts as one.
const broken = results.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);

const skippedIn = new Map();
for (const { file: name } of skipped) skippedIn.set(name, (skippedIn.get(name) ?? 0) + 1);
for (const [name, count] of skippedIn) console.log(`skipped: ${count} in ${name}`);
for (const { name, message } of broken) {
  console.log(`failed: ${relative(process.cwd(), name)}: ${String(message).split('\n')[0]}`);
}
for (const { file: name, fullName } of failed) console.log(`failed: ${name}: ${fullName}`);
console.log(
  `${passed.length} passed, ${failed.length + broken.length} failed, ${skipped.length} skipped`,
);
