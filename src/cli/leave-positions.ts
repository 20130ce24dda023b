import { accountName } from '../app/account-name.ts';
import type { CloseResult } from '../app/close-positions.ts';
import { momentText } from '../app/words.ts';
import { EXIT, Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { parseInstant } from '../domain/time.ts';
import { plural } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { countOption } from './options.ts';
import { packageVersion } from './package-version.ts';

/** How long the sales are waited for, in seconds: the next bar of the simulated exchange is at most a minute away. */
const WAIT_SECONDS = 75;

/** The --wait of a command line. */
export const waitOption = (value: unknown): number =>
  (value === '0' ? 0 : (countOption('--wait', value) ?? WAIT_SECONDS)) * 1000;

/** What `close` and `flatten` have in common. */
export interface LeavingOptions {
  readonly command: 'close' | 'flatten';
  /** Only these; all that are held for `flatten`. */
  readonly symbols: readonly Symbol[];
  readonly dryRun: boolean;
  /** How long the sales may take before what is left is told. */
  readonly waitMs: number;
  /** Asks, or throws where nobody can be asked; false leaves everything as it is. */
  readonly confirm: (account: string, what: string) => Promise<boolean>;
}

/** Shows what would be sold, asks, and has it sold: by this process, or by the daemon that holds the home. */
export async function leavePositionsCommand(
  context: CommandContext,
  { command, symbols, dryRun, waitMs, confirm }: LeavingOptions,
): Promise<CommandOutcome> {
  const loaded = await context.config();
  const { viewDesk } = await import('../app/desk-view.ts');
  const { book, statement } = await viewDesk(context.home);
  const wanted = command === 'flatten' ? book.openTrades().map(({ symbol }) => symbol) : symbols;
  const missing = wanted.filter((symbol) => book.owned(symbol) === 0);
  if (missing.length > 0) {
    throw new Failure('RECORD_UNKNOWN', `there is no position in ${missing.join(', ')}`, {
      hint: 'trade-labs positions',
    });
  }
  const before = wanted.map((symbol) => ({ symbol, quantity: book.owned(symbol) }));
  const what = before.map(({ symbol, quantity }) => `${quantity} ${symbol}`).join(', ');
  if (before.length === 0) {
    const isSaid = statement?.complete.positions === true;
    const text = isSaid
      ? 'No positions: flat.'
      : 'No positions by our book; the broker was not asked.';
    return { data: { before, result: null }, text };
  }
  const plan = `${what} -> sold at the market, through the stops that cover them`;
  if (dryRun) return { data: { before, result: null }, text: `DRY RUN\n${plan}` };
  context.stderr(`${plan}\n`);
  if (!(await confirm(accountName(loaded.config), what))) {
    return { data: { before, result: null }, text: 'Nothing was sold.' };
  }
  const { askToLeave, pause } = await import('../app/ask-to-leave.ts');
  const { result, by } = await askToLeave({
    home: context.home,
    loaded,
    version: packageVersion(),
    now: context.now(),
    command,
    symbols: wanted,
    patience: { waitMs, now: () => context.now(), pause },
  });
  const failed = result.positions.filter(({ left, orders }) => left > 0 && orders.length === 0);
  const outcome = { data: { before, result, by }, text: textOf(result, by) };
  return failed.length === 0 ? outcome : { ...outcome, exit: EXIT.PARTIAL };
}

function textOf({ positions, isFlat, armedFor }: CloseResult, by: 'daemon' | 'command'): string {
  const lines = positions.map(({ symbol, held, left, orders }) => {
    if (left === 0) return `${symbol}  ${held} sold`;
    if (orders.length === 0) return `${symbol}  ${left} NOT SOLD: no order was taken`;
    const sold = left < held ? `${held - left} sold, ` : '';
    return `${symbol}  ${sold}${left} to be sold, ${plural(orders.length, 'order')} at work`;
  });
  if (isFlat) return [...lines, 'Flat.'].join('\n');
  const opening = armedFor === null ? null : parseInstant(armedFor);
  const when =
    opening === null
      ? 'the sales fill with the next trades'
      : `the sales wait for the next open, ${momentText(opening)}; the stops stay until then`;
  const next = by === 'daemon' ? '' : ' A daemon that runs by then sees to it: trade-labs daemon.';
  return [...lines, `Not flat: ${when}.${next}`].join('\n');
}
