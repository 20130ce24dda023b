import type { Care } from '../app/history-care.ts';
import type { CommandContext } from './command.ts';
import { packageVersion } from './package-version.ts';

/** What a command that cares for the history needs; what it mends is added to the warnings. */
export const careFor = ({ home, now }: CommandContext, warnings: string[]): Care => ({
  home,
  now: now(),
  version: packageVersion(),
  warn: (message) => warnings.push(message),
});
