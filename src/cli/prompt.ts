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

/**
 * Has the account typed, or takes it from --confirm, before something severe: true where it was named rightly. A wrong
 * --confirm is refused rather than asked for again; without a terminal Failure USAGE names the flag.
 */
export async function confirmAccount(
  context: CommandContext,
  account: string,
  given: string | undefined,
  what: string,
): Promise<boolean> {
  if (given === undefined && !context.interactive) {
    throw new Failure('USAGE', 'cannot ask for the account: there is no terminal to answer', {
      hint: `answer beforehand with --confirm ${account}`,
    });
  }
  const typed = given ?? (await context.ask(`Type ${account} to ${what}: `))?.trim();
  if (typed === account) return true;
  if (given === undefined) return false;
  throw new Failure('USAGE', `--confirm ${given} is not the account of this home`, {
    hint: `it is ${account}`,
  });
}
