import { createMemoryHistory } from '../../src/adapters/memory/memory-history.ts';
import type { ChildArm } from '../../src/adapters/sim/sim-account.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { EventDraft, JournalEvent } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { arithmetic, prove } from '../../src/ledger/protection.ts';
import type { CandidateDecision } from '../../src/pipeline/decide.ts';
import { sendEntry } from '../../src/pipeline/execute.ts';
import { type RequestFate, scriptedFaults } from '../../src/testing/faults.ts';
import { FaultyBroker } from '../../src/testing/faulty-broker.ts';
import { approvedCandidate, rehearse } from '../../src/testing/rehearsal.ts';
import { fives, type Prices, session, world } from '../adapters/sim-world.ts';

export const AAA = 'AAA' as Symbol;
export const { date } = session(0);
export const FLAT: Prices = [100, 101, 99, 100, 1_000];

const PRICES = { reference: usd(100), limit: usd(101), stop: usd(95) };

interface Scene {
  readonly bars?: readonly Prices[];
  /** The part of a bar's volume that our orders may take. */
  readonly participation?: number;
  readonly childArm?: ChildArm;
  /** Where it is sold at a gain, in dollars; nowhere unless given. */
  readonly target?: number;
  /** What becomes of messages to the broker, one after the other; clean after these. */
  readonly requests?: readonly RequestFate[];
}

/** A desk against a simulated broker over five-minute bars of AAA. */
export function scene({
  bars = [FLAT, FLAT, FLAT],
  participation,
  childArm = 'partial',
  requests = [],
  target,
}: Scene = {}) {
  const it = world(
    { fives: { 0: fives(0, ...bars) } },
    {
      childArm,
      slippageBps: 0,
      ...(participation === undefined ? {} : { participationFraction: participation }),
    },
  );
  const book = new Book();
  const history = createMemoryHistory(book);
  let at: number = session(0).openAt;
  const now = () => at as never;
  const { broker } = it;
  const lastPrice = (symbol: Symbol) => broker.lastPrice(symbol);
  const { desk, look, context } = rehearse({
    book,
    history,
    broker: new FaultyBroker({
      broker,
      faults: scriptedFaults({ requests }),
      clock: { now },
      mostDelayMs: 0,
    }),
    now,
    lastPrice,
    graceMs: 0,
  });
  let bar = 0;
  return {
    ...it,
    book,
    desk,
    look,
    context,
    write: (draft: EventDraft) => history.append([draft]),
    events: async (): Promise<JournalEvent[]> => {
      const all: JournalEvent[] = [];
      for await (const event of history.reader.events()) all.push(event);
      return all;
    },
    enter: (quantity = 100, change: Partial<CandidateDecision> = {}) => {
      const prices = { ...PRICES, ...(target === undefined ? {} : { target: usd(target) }) };
      const candidate = approvedCandidate({ symbol: AAA, quantity, ...prices });
      return sendEntry({ ...candidate, ...change }, context(date, 'scan-open'));
    },
    /** Plays the open and the inside of the next bar, and lets the desk see to what it brought. */
    async bar() {
      it.openFive(0, bar);
      at = session(0).openAt + bar * 300_000;
      await desk.takeIn(date);
      await look(date);
      it.closeFive(0, bar);
      bar += 1;
      at = session(0).openAt + bar * 300_000;
      await desk.takeIn(date);
      await look(date);
    },
    async proof(): Promise<string> {
      const statement = await it.statement();
      const [proof] = prove(book, statement, () => false);
      return proof === undefined ? 'nothing' : `${proof.state}: ${arithmetic(proof)}`;
    },
    async live(): Promise<string[]> {
      await desk.takeIn(date);
      return book
        .live(AAA)
        .map((o) => `${o.leg} ${o.quantity - o.filledQuantity} ${o.status}`)
        .toSorted();
    },
  };
}
