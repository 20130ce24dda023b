import { existsSync } from 'node:fs';
import { historyFolder } from '../adapters/file/file-history.ts';
import { throughOwner } from '../adapters/file/owner-channel.ts';
import { loadSimAccount } from '../adapters/file/sim-account-file.ts';
import { arrayBarSource } from '../adapters/sim/array-bar-source.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import { createSimBroker } from '../adapters/sim/sim-broker.ts';
import { type BrokerStatement, unanswered } from '../domain/account.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { ZERO } from '../domain/money.ts';
import { epochMs } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import type { Book } from '../ledger/book.ts';
import { prove, type SymbolProof } from '../ledger/protection.ts';
import { commissionModel } from '../risk/commission.ts';
import { withoutHistory } from './home-without-history.ts';
import { readBook } from './read-book.ts';

/** How a home stands at its broker, without taking it: also while a daemon runs. */
export interface DeskView {
  readonly book: Book;
  /** Events since the journal's last checkpoint. */
  readonly recent: readonly JournalEvent[];
  /** What the broker says; null where it cannot be asked. */
  readonly statement: BrokerStatement | null;
  readonly proofs: readonly SymbolProof[];
}

/** What a daemon is asked for: what its broker says, as it hears it. */
export const STATEMENT = 'statement';
/** How long the daemon that holds a home may take to say what its broker says. */
const ANSWER_MS = 5_000;

/**
 * Reads book and broker of a home; a real broker through the daemon that is connected to it, unless it is not to be
 * asked. Throws RECORD_UNKNOWN where there is no history.
 */
export async function viewDesk(home: string, asksBroker = true): Promise<DeskView> {
  if (!existsSync(historyFolder(home))) throw withoutHistory(home);
  const { book, recent } = await readBook(home);
  const simulated = savedBroker(home);
  const heard = (): Promise<BrokerStatement | null> =>
    asksBroker ? heardByDaemon(home) : Promise.resolve(null);
  const statement = simulated === null ? await heard() : await simulated.statement(epochMs(0));
  const isHalted = (symbol: Symbol): boolean => simulated?.isHalted(symbol) ?? false;
  // A broker that says nothing proves nothing.
  const proofs = prove(book, statement ?? unanswered('', epochMs(0)), isHalted);
  return { book, recent, statement, proofs };
}

/** What the daemon of a home hears from its broker; null where none runs, or it does not answer in time. */
async function heardByDaemon(home: string): Promise<BrokerStatement | null> {
  const nobody = (): Promise<null> => Promise.resolve(null);
  try {
    const asked = { name: STATEMENT, args: {} };
    return await throughOwner<BrokerStatement | null>(home, asked, nobody, ANSWER_MS);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** The simulated broker as it stands in the home's file; it can be asked, and is never driven from here. */
function savedBroker(home: string) {
  const saved = loadSimAccount<SimAccountState>(home);
  if (saved === null) return null;
  return createSimBroker({
    account: saved.account.account,
    startingCash: ZERO,
    source: arrayBarSource({}),
    clock: { now: () => saved.playedThrough },
    slippageBps: 0,
    commission: commissionModel('none'),
    accountKind: 'margin',
    childArm: 'partial',
    restore: saved.account,
  });
}
