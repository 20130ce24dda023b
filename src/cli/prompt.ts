import { Failure } from '../domain/failure.ts';
import type { CommandContext } from './command.ts';

/**
 * Asks a yes/no question; only "y" or "yes" is a yes, an empty line or the end of input is a no.
 * Without a terminal it does not wait: Failure USAGE naming the flag that answers beforehand.
 */
export async function confirm(
  context: CommandContext,
  question: string,
  flag = '--yes',
): Promise<boolean> {
  if (!context.interactive) {
    throw new Failure('USAGE', `cannot ask "${question}": there is no terminal to answer`, {
      hint: `answer beforehand with ${flag}`,
    });
  }
  const answer = await context.ask(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}
