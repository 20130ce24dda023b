import type { Symbol } from '../domain/market.ts';
import type { Micros } from '../domain/money.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { EventDraft } from '../events/event.ts';
import type { Book } from '../ledger/book.ts';
import { arithmetic, type SymbolProof } from '../ledger/protection.ts';
import { type Breach, isAskedAgain, nextRepair, type Repair, stepOf } from '../ledger/repair.ts';
import type { SendOutcome } from '../ports/broker.ts';
import type { History } from '../ports/history.ts';
import type { OrderDesk } from './order-desk.ts';

/** What the protector works with. */
export interface ProtectorParts {
  readonly book: Book;
  readonly desk: OrderDesk;
  readonly history: History;
  readonly now: () => EpochMs;
  /** The last price seen; null where there is none. */
  readonly lastPrice: (symbol: Symbol) => Micros | null;
  /** False while nothing may be sent, or could be: then a breach calls a person, and waits to be repaired. */
  readonly maySend: () => boolean;
  /** How long after a fill its stop may take to be acknowledged; 0 where the broker answers at once. */
  readonly graceMs: number;
}

type Outcome = SendOutcome['outcome'];

interface OpenBreach extends Breach {
  /** True once it was written down: it had outlasted the grace. */
  readonly isDue: boolean;
  readonly isAlerted: boolean;
  /** How often that was asked for in a row which an order was asked for last. */
  readonly tries: number;
  /** The proof that our own last gate refused a step for: it would again. Null where it refused none. */
  readonly deniedFor: string | null;
  /** Since when shares are without a working stop; null while none are. */
  readonly uncoveredSince: EpochMs | null;
  readonly uncoveredMs: number;
}

/** The same asked of an order so often and not taken: a person is called before it is asked again. */
const MOST_TRIES = 2;

/** What is left to do where nothing may be sent. */
const CALL: Repair = { action: 'alert', quantity: 0, orderRef: null };

const SOUND: ReadonlySet<SymbolProof['state']> = new Set([
  'none',
  'pending',
  'protected',
  'halted',
]);

/**
 * Holds every symbol to its proof: a breach that outlasts the grace is written down, repaired step by step, and
 * written down again when it is over, with the time in which shares had no working stop.
 */
export class Protector {
  readonly #parts: ProtectorParts;
  readonly #breaches = new Map<Symbol, OpenBreach>();
  /** When a symbol was last seen sound. */
  readonly #soundAt = new Map<Symbol, EpochMs>();

  constructor(parts: ProtectorParts) {
    this.#parts = parts;
  }

  /** True while a breach is open, due or not. */
  get isWatching(): boolean {
    return this.#breaches.size > 0;
  }

  /** Symbols whose protection is not as it should be. */
  get breached(): readonly Symbol[] {
    return [...this.#breaches].filter(([, { isDue }]) => isDue).map(([symbol]) => symbol);
  }

  /** Takes the next step for every symbol; true where something was sent, so that another look is due. */
  async step(proofs: readonly SymbolProof[], session: SessionDate): Promise<boolean> {
    let acted = false;
    const seen = new Set<Symbol>();
    for (const proof of proofs) {
      seen.add(proof.symbol);
      if (SOUND.has(proof.state)) await this.#sound(proof);
      else acted = (await this.#breached(proof, session)) || acted;
    }
    for (const symbol of [...this.#breaches.keys(), ...this.#parts.book.breaches().keys()]) {
      if (!seen.has(symbol)) await this.#sound(nothingOf(symbol));
    }
    return acted;
  }

  async #sound(proof: SymbolProof): Promise<void> {
    const { book, history, now } = this.#parts;
    this.#soundAt.set(proof.symbol, now());
    const breach = this.#breaches.get(proof.symbol);
    this.#breaches.delete(proof.symbol);
    // Written down, perhaps by a process before this one.
    const since = book.breaches().get(proof.symbol);
    if (since === undefined) return;
    const uncoveredSince = breach === undefined ? since : breach.uncoveredSince;
    const uncoveredMs = breach?.uncoveredMs ?? 0;
    const last = uncoveredSince === null ? 0 : now() - uncoveredSince;
    await history.append([
      {
        type: 'protection.restored',
        at: now(),
        runId: null,
        ...termsOf(proof),
        uncoveredMs: Math.max(0, uncoveredMs + last),
      },
    ]);
  }

  async #breached(proof: SymbolProof, session: SessionDate): Promise<boolean> {
    const { book, desk, graceMs, maySend, now } = this.#parts;
    const { symbol } = proof;
    const breach = this.#seen(proof);
    this.#breaches.set(symbol, breach);
    const from = Math.max(breach.since, desk.lastFillAt(symbol) ?? breach.since);
    if (now() < from + graceMs) return false;
    const trade = book.trade(symbol);
    const found = nextRepair(proof, breach, {
      now: now(),
      live: book.live(symbol),
      stopPrice: trade?.stop ?? null,
      mark: this.#parts.lastPrice(symbol) ?? trade?.mark ?? null,
    });
    const isVain = !maySend() || breach.deniedFor === arithmetic(proof);
    const next = isVain && ACTING.has(found.action) ? CALL : found;
    const isNews = !breach.isDue || ACTING.has(next.action);
    const isNotTaken = breach.tries >= MOST_TRIES && isAskedAgain(next, breach);
    const calls = CALLING.has(next.action) || isNotTaken;
    this.#breaches.set(symbol, after(breach, next, calls, now()));
    if (isNews) await this.#record(proof, next);
    if (calls && !breach.isAlerted) await this.#alert(proof);
    if (!ACTING.has(next.action)) return false;
    const outcome = await this.#act(proof, next, session);
    if (outcome !== 'not_sent' && outcome !== 'denied') return true;
    // A repair that never left the house has not failed: nothing is sold for it.
    const deniedFor = outcome === 'denied' ? arithmetic(proof) : null;
    this.#breaches.set(symbol, { ...breach, isDue: true, isAlerted: true, deniedFor });
    if (!calls && !breach.isAlerted) await this.#alert(proof);
    return false;
  }

  /** The breach as it is now: uncovered time runs from the fill, or from the last time all was well. */
  #seen({ symbol, cover, owned }: SymbolProof): OpenBreach {
    const { desk, now } = this.#parts;
    const known = this.#breaches.get(symbol);
    const isUncovered = cover < owned;
    if (known === undefined) {
      const fill = desk.lastFillAt(symbol);
      const sound = this.#soundAt.get(symbol) ?? null;
      const begin = fill !== null && (sound === null || fill > sound) ? fill : (sound ?? now());
      return {
        since: now(),
        repairs: 0,
        sales: 0,
        actedAt: null,
        asked: null,
        tries: 0,
        isDue: false,
        isAlerted: false,
        deniedFor: null,
        uncoveredSince: isUncovered ? begin : null,
        uncoveredMs: 0,
      };
    }
    const { uncoveredSince, uncoveredMs } = known;
    if (isUncovered) return { ...known, uncoveredSince: uncoveredSince ?? now() };
    const ended = uncoveredSince === null ? 0 : now() - uncoveredSince;
    return { ...known, uncoveredSince: null, uncoveredMs: uncoveredMs + ended };
  }

  #record(proof: SymbolProof, { action }: Repair): Promise<unknown> {
    const { history, now } = this.#parts;
    const draft: EventDraft = {
      type: 'protection.breached',
      at: now(),
      runId: null,
      ...termsOf(proof),
      action,
    };
    return history.append([draft]);
  }

  #alert(proof: SymbolProof): Promise<unknown> {
    const { history, now } = this.#parts;
    const unknown = proof.unknown.length > 0 ? `; no answer for ${proof.unknown.join(', ')}` : '';
    const message = `${proof.symbol} is ${proof.state}: ${arithmetic(proof)}${unknown}`;
    return history.append([
      alertDraft({ at: now(), level: 'critical', code: 'UNPROTECTED', message }),
    ]);
  }

  /** Takes a step; null where that is none that asks the broker for shares. */
  async #act(proof: SymbolProof, next: Repair, session: SessionDate): Promise<Outcome | null> {
    const outcome = await this.#send(proof, next, session);
    await this.#parts.desk.takeIn(session);
    return outcome;
  }

  async #send(
    { symbol }: SymbolProof,
    next: Repair,
    session: SessionDate,
  ): Promise<Outcome | null> {
    const { book, desk } = this.#parts;
    const order = next.orderRef === null ? null : book.order(next.orderRef);
    switch (next.action) {
      case 'end_entry':
        if (order !== null) await desk.endEntry(order, 'protection', session);
        return null;
      case 'cancel_excess':
        if (order !== null) await desk.cancel(order, 'protection');
        return null;
      case 'resize_stop': {
        if (order === null) return null;
        const change = { quantity: next.quantity };
        return (await desk.modify(order.orderRef, change, 'protection')).outcome;
      }
      case 'new_stop': {
        const price = book.trade(symbol)?.stop ?? null;
        return price === null ? null : desk.sendStop(symbol, next.quantity, price, session);
      }
      case 'sell':
      case 'buy_back': {
        const side = next.action === 'sell' ? 'sell' : 'buy';
        const exitReason = next.action === 'sell' ? 'stop' : null;
        const { quantity } = next;
        return desk.sendMarket({ symbol, side, quantity, exitReason, ocaGroup: null }, session);
      }
      default:
        return null;
    }
  }
}

/** What sends something to the broker. */
const ACTING: ReadonlySet<Repair['action']> = new Set([
  'end_entry',
  'new_stop',
  'resize_stop',
  'cancel_excess',
  'sell',
  'buy_back',
]);

/** What a person is called for: nobody asked for these trades. */
const CALLING: ReadonlySet<Repair['action']> = new Set(['sell', 'buy_back', 'alert']);

function after(breach: OpenBreach, next: Repair, calls: boolean, now: EpochMs): OpenBreach {
  const { action } = next;
  const step = stepOf(next);
  const asked = { asked: step, tries: step === breach.asked ? breach.tries + 1 : 1 };
  const isRepair = action === 'new_stop' || action === 'resize_stop';
  const isSale = action === 'sell' || action === 'buy_back';
  return {
    ...breach,
    isDue: true,
    isAlerted: breach.isAlerted || calls,
    ...(ACTING.has(action) ? asked : {}),
    repairs: breach.repairs + (isRepair ? 1 : 0),
    sales: breach.sales + (isSale ? 1 : 0),
    actedAt: ACTING.has(action) ? now : breach.actedAt,
  };
}

const termsOf = ({ symbol, state, owned, cover, sellable, entryRemainder }: SymbolProof) => ({
  symbol,
  state,
  owned,
  cover,
  sellable,
  entryRemainder,
});

const nothingOf = (symbol: Symbol): SymbolProof => ({
  symbol,
  state: 'none',
  owned: 0,
  cover: 0,
  sellable: 0,
  entryRemainder: 0,
  brokerShares: null,
  orders: [],
  unknown: [],
  foreignOrders: [],
});
