import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';

/** Where the demo makes its home unless told otherwise, and the file that marks it as the demo's. */
export const DEMO_HOME = 'trade-labs-demo';
export const DEMO_MARKER = '.trade-labs-demo';

/** What whoever asks a home without a history has to do first: often they forgot to name the demo's. */
export function firstStep(home: string): string {
  const demo = join(home, DEMO_HOME);
  return existsSync(join(demo, DEMO_MARKER))
    ? `name the home of the demo, --home ${demo}`
    : 'trade-labs demo';
}

export const withoutHistory = (home: string): Failure =>
  new Failure('RECORD_UNKNOWN', `${home} has no history`, { hint: `first: ${firstStep(home)}` });
