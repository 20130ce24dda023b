// Runs the TWS for tests: npm run fake-tws -- --help
import { runFakeTws } from '../dist/src/testing/fake-tws/main.js';

process.exitCode = await runFakeTws(process.argv.slice(2));
