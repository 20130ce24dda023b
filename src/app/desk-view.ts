import { existsSync } from 'node:fs';
import { historyFolder } from '../adapters/file/file-history.ts';
import { loadSimAccount } from '../adapters/file/sim-account-file.ts';
import { arrayBarSource } from '../adapters/sim/array-bar-source.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import { createSimBroker } from '../adapters/sim/sim-broker.ts';
import type { BrokerStatement } from '../domain/account.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { ZERO } from '../domain/money.ts';
import { epochMs } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import type { Book } from '../ledger/book.ts';
import { prove, type SymbolProof } from '../ledger/protection.ts';
import { commissionModel } from '../risk/commission.ts';
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

/** Reads book and broker of a home. Throws RECORD_UNKNOWN where there is no history. */
export async function viewDesk(home: string): Promise<DeskView> {
  if (!existsSync(historyFolder(home))) {
    throw new Failure('RECORD_UNKNOWN', `${home} has no history`, {
      hint: 'first: trade-labs demo',
    });
  }
  const { book, recent } = await readBook(home);
  const simulated = savedBroker(home);
  const statement = simulated === null ? null : await simulated.statement(epochMs(0));
  const isHalted = (symbol: Symbol): boolean => simulated?.isHalted(symbol) ?? false;
  const proofs = prove(book, statement ?? silence(book), isHalted);
  return { book, recent, statement, proofs };
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

/** A broker that says nothing: nothing is proved by it. */
const silence = (book: Book): BrokerStatement => ({
  account: '',
  at: epochMs(book.seq),
  cash: null,
  netLiquidation: null,
  positions: [],
  openOrders: [],
  fills: [],
  completedOrders: [],
  complete: { positions: false, openOrders: false, fills: false, completedOrders: false },
});
