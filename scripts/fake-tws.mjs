// Runs the TWS for tests: npm run fake-tws -- --help
import { runFakeTws } from '../dist/src/testing/fake-tws/main.js';

try {
  process.exitCode = await runFakeTws(process.argv.slice(2));
} catch (error) {
  // What was typed, or a folder of bars that cannot be used; everything else is a mistake of ours.
  if (typeof error.code !== 'string') throw error;
  const { message, details = [], hint = 'npm run fake-tws -- --help' } = error;
  process.stderr.write([`error: ${message}`, ...details, `Try: ${hint}`, ''].join('\n'));
  process.exitCode = 2;
}
