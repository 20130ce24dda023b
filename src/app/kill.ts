import { type KillFile, readKillFile, removeKillFile } from '../adapters/file/kill-file.ts';
import { sessionContaining } from '../calendar/nyse.ts';
import type { BrokerStatement } from '../domain/account.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { isLive } from '../domain/order.ts';
import { type EpochMs, epochMs, isoUtc, MINUTE_MS, type Session } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { System } from './compose.ts';
import type { Monitors } from './monitors.ts';
import { exitPartsOf } from './parts.ts';
import { type Requester, recordCommand } from './record-command.ts';
import { disarmedWhy } from './trading.ts';

/** Who engages the kill switch, by what, and what becomes of positions. */
export interface KillOrder {
  readonly by: string;
  readonly via: 'command' | 'file' | 'signal';
  readonly positions: 'keep' | 'flatten';
  readonly cause: string;
  /** By the clock of whoever asks; null where that is not known. */
  readonly at: EpochMs | null;
}

/** How the account stands after a kill, as the broker says. */
export interface KillResult {
  /** Entries that were withdrawn. */
  readonly cancelled: readonly string[];
  /** Entries that may still fill: asked to be withdrawn, and not confirmed. */
  readonly working: readonly string[];
  /** What is held still, and the shares that sales at work will sell. */
  readonly held: readonly {
    readonly symbol: string;
    readonly quantity: number;
    readonly leaving: number;
  }[];
  /** True only where the broker, asked again, says that nothing of ours is held and nothing can be bought. */
  readonly isFlat: boolean;
  /** True where the broker answered completely. */
  readonly isProven: boolean;
  /** When sales can fill next, ISO UTC, where the market is closed now. */
  readonly armedFor: string | null;
  /** What could not be done, a sentence each. */
  readonly undone: readonly string[];
}

/** Engages the kill switch: written down first, then carried out; says how the account stands after it. */
export async function engageKill(
  system: System,
  monitors: Monitors,
  session: Session,
  order: KillOrder,
): Promise<KillResult> {
  const { book } = system;
  const entries = workingEntries(system);
  await writeDown(system, order);
  const undone = await carryOutKill(system, monitors, session);
  const working = workingEntries(system);
  const cancelled = entries.filter((ref) => {
    const known = book.order(ref);
    return known !== null && !isLive(known.status) && known.status !== 'filled';
  });
  const { isFlat, isProven, unknown } = await lookAgain(system, session);
  const held = book.openTrades().map(({ symbol }) => ({
    symbol,
    quantity: book.owned(symbol),
    leaving: leavingOf(system, symbol),
  }));
  const isOpen = sessionContaining(system.clock.now()) !== null;
  const waits = held.some(({ leaving }) => leaving > 0) && !isOpen;
  return {
    cancelled,
    working,
    held,
    isFlat,
    isProven,
    armedFor: waits ? isoUtc(session.openAt) : null,
    undone: [...undone, ...unknown],
  };
}

/** The same, with who asked for it in the journal. */
export function killIn(
  system: System,
  monitors: Monitors,
  session: Session,
  order: KillOrder,
  requester: Requester,
): Promise<KillResult> {
  const symbols = system.book.openTrades().map(({ symbol }) => symbol);
  const tell = ({ isFlat, undone }: KillResult): string =>
    [isFlat ? 'flat' : 'not flat', ...undone].join('; ');
  return recordCommand(
    system,
    requester,
    { command: 'kill', symbols },
    () => engageKill(system, monitors, session, order),
    tell,
  );
}

/** A kill that is engaged already is written down again only where it goes further than before. */
async function writeDown({ book, clock, history }: System, order: KillOrder): Promise<void> {
  const { kill } = book.trading;
  if (kill === 'flatten' || kill === order.positions) return;
  const at = epochMs(Math.max(order.at ?? 0, clock.now()));
  const { by, via, positions, cause } = order;
  const what = positions === 'flatten' ? 'positions are sold' : 'positions keep their stops';
  await history.append([
    { type: 'kill.engaged', at, runId: null, by, via, positions, cause },
    alertDraft({
      at,
      level: 'critical',
      code: 'KILL_ENGAGED',
      message: `the kill switch is engaged (${cause}): ${what}`,
    }),
  ]);
}

/**
 * Does what an engaged kill switch asks for, as often as it is called until nothing is left to do: entries are
 * withdrawn, and positions sold where it says so. What is not to be tried now is left for another time. Resolves with
 * what could not be done.
 */
export async function carryOutKill(
  system: System,
  monitors: Monitors,
  session: Session,
  mayTry: (what: string) => boolean = () => true,
): Promise<string[]> {
  const disarmed = disarmedWhy(system);
  if (disarmed !== null) return [`nothing may be sent: ${disarmed}`];
  const { book } = system;
  const undone: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // Without its history the process has to end.
      if (!(error instanceof Failure) || system.historyFailure() !== null) throw error;
      undone.push(`${what}: ${error.message}`);
    }
  };
  for (const order of book.live()) {
    if (order.leg !== 'entry' || order.status === 'cancel_pending') continue;
    if (!mayTry(order.orderRef)) continue;
    await attempt(`${order.orderRef} could not be withdrawn`, () =>
      monitors.desk.endEntry(order, 'kill', session.date),
    );
  }
  if (book.trading.kill === 'flatten') {
    for (const { symbol } of book.openTrades()) {
      if (exitPartsOf(book, symbol).length === 0) continue;
      if (!mayTry(`${symbol} ${book.owned(symbol)}`)) continue;
      await attempt(`${symbol} could not be sold`, () =>
        monitors.desk.leave(symbol, 'kill', session.date, 'kill'),
      );
    }
  }
  await monitors.takeIn(session.date);
  return undone;
}

/** How long until something is tried again that a real broker did not take. */
const TRY_AGAIN_MS = MINUTE_MS;

/** Keeps an engaged kill from asking for the same again at once: its refusal is heard, and who hears it asks. */
export class KillPace {
  readonly #tried = new Map<string, EpochMs>();

  /** True, once in a minute, for an entry to be withdrawn, or so many shares of a symbol to be sold. */
  mayTry(what: string, now: EpochMs): boolean {
    const tried = this.#tried.get(what);
    // A clock that was set back holds up nothing.
    if (tried !== undefined && Math.abs(now - tried) < TRY_AGAIN_MS) return false;
    this.#tried.set(what, now);
    return true;
  }
}

const workingEntries = ({ book }: System): string[] =>
  book
    .live()
    .filter(({ leg }) => leg === 'entry')
    .map(({ orderRef }) => orderRef);

const leavingOf = ({ book }: System, symbol: Symbol): number =>
  book
    .live(symbol)
    .filter(({ leg, side }) => leg === 'exit' && side === 'sell')
    .reduce((total, { quantity, filledQuantity }) => total + quantity - filledQuantity, 0);

/** Asks the broker how it stands: flat is what it says, not what we think. */
async function lookAgain(
  { book, gate }: System,
  session: Session,
): Promise<{ isFlat: boolean; isProven: boolean; unknown: string[] }> {
  let statement: BrokerStatement;
  try {
    statement = await gate.statement(session.openAt);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return {
      isFlat: false,
      isProven: false,
      unknown: [`the broker did not say how it stands: ${error.message}`],
    };
  }
  const isProven = statement.complete.positions && statement.complete.openOrders;
  const mayBuy = statement.openOrders.some(
    ({ orderRef, leg, status }) =>
      leg === 'entry' && isLive(status) && book.order(orderRef) !== null,
  );
  const held = new Set(
    statement.positions.filter(({ quantity }) => quantity !== 0).map(({ symbol }) => symbol),
  );
  const ours = book.openTrades().some(({ symbol }) => book.owned(symbol) > 0 || held.has(symbol));
  return {
    isFlat: isProven && !mayBuy && !ours,
    isProven,
    unknown: isProven ? [] : ['the broker did not answer completely: nothing is proven'],
  };
}

/**
 * What the kill file asks for, where it is there and the journal does not know of it yet. A rehearsal has nobody to
 * stop: a kill before it began is in force by the trading state all the same.
 */
export function killAsked({ book, home, writesReports, rehearsedUntil }: System): KillFile | null {
  if (!writesReports || rehearsedUntil !== null) return null;
  const file = readKillFile(home);
  if (file === null || book.trading.kill === 'flatten') return null;
  return book.trading.kill === file.positions ? null : file;
}

/** Lets trading go on after a kill: the file first, so that a crash between the two leaves it engaged. */
export async function clearKill(
  { book, history, home }: System,
  said: { readonly by: string; readonly cause: string; readonly at: EpochMs },
): Promise<boolean> {
  removeKillFile(home);
  if (book.trading.kill === null) return false;
  await history.append([{ type: 'kill.cleared', runId: null, ...said }]);
  return true;
}
