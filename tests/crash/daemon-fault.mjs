/**
 * Loaded into a daemon before its program, for tests of errors that nobody expects: throws, or rejects unheard, as
 * soon as the daemon's status file says that it runs. Usage: TEST_FAULT=throw|reject node --import THIS ... --home DIR
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const home = process.argv[process.argv.indexOf('--home') + 1] ?? '';
const path = join(home, 'data', 'state', 'daemon.json');
const timer = setInterval(() => {
  let status = '';
  try {
    status = readFileSync(path, 'utf8');
  } catch {
    return;
  }
  if (!status.includes('"running"')) return;
  clearInterval(timer);
  if (process.env.TEST_FAULT === 'reject') void Promise.reject(new Error('planted rejection'));
  else throw new Error('planted error');
}, 20);
