#!/usr/bin/env node
import { packageVersion } from './src/cli/package-version.ts';

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${packageVersion()}\n`);
} else {
  const { runProgram } = await import('./src/cli/entry.ts');
  await runProgram(argv);
}
