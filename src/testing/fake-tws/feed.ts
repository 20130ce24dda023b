import type { Exchange } from './exchange.ts';
import type { FaultPlan } from './faults.ts';
import type { Session } from './session.ts';
import {
  marketDataType,
  snapshotEnd,
  TICKS,
  tickHalted,
  tickPrice,
  tickRequestParameters,
  tickSize,
  tickText,
} from './tick-replies.ts';

interface Watch {
  readonly session: Session;
  readonly reqId: number;
  readonly symbol: string;
  readonly delayed: boolean;
}

/** Lines of prices that a user has unless more are paid for. */
const LINES = 100;
/** Shares at the best bid and ask; nothing looks at them. */
const BEST_SIZE = 5;

/** Who watches which quotes. */
export class Feed {
  readonly #exchange: Exchange;
  readonly #faults: FaultPlan;
  readonly #watches: Watch[] = [];
  /** How many may be watched at once, by whomever. */
  lines = LINES;

  constructor(exchange: Exchange, faults: FaultPlan) {
    this.#exchange = exchange;
    this.#faults = faults;
  }

  watch(
    session: Session,
    reqId: number,
    named: Readonly<Record<string, string>>,
    snapshot: boolean,
  ): void {
    const contract = this.#exchange.book.contractOf(named);
    if (contract === undefined) {
      session.notice(reqId, 200, 'No security definition has been found for the request');
      return;
    }
    if (this.#faults.has('competing-session')) {
      const text = 'No market data during competing live session';
      session.notice(reqId, 10_197, text);
      return;
    }
    if (this.#watches.length >= this.lines) {
      session.notice(reqId, 101, 'Max number of tickers has been reached');
      return;
    }
    const delayed = this.#faults.has('delayed-data');
    const refused = this.#faults.has('no-market-data') || (delayed && session.marketDataType === 1);
    if (refused) {
      session.notice(reqId, 354, 'Requested market data is not subscribed.');
      return;
    }
    if (delayed) {
      const text = 'Requested market data is not subscribed. Displaying delayed market data.';
      session.notice(reqId, 10_167, text);
    }
    session.send(marketDataType(reqId, delayed ? 3 : 1));
    session.send(tickRequestParameters(reqId, contract.minTick));
    const watch = { session, reqId, symbol: contract.symbol, delayed };
    this.#show(watch);
    if (snapshot) session.send(snapshotEnd(reqId));
    else this.#watches.push(watch);
  }

  unwatch(session: Session, reqId: number): void {
    this.#drop((watch) => watch.session === session && watch.reqId === reqId);
  }

  /** Nobody watches any more, and nobody is told. */
  lose(): void {
    this.#drop(() => true);
  }

  forget(session: Session): void {
    this.#drop((watch) => watch.session === session);
  }

  #drop(isIt: (watch: Watch) => boolean): void {
    for (let i = this.#watches.length - 1; i >= 0; i -= 1) {
      if (isIt(this.#watches[i] as Watch)) this.#watches.splice(i, 1);
    }
  }

  tell(symbol: string): void {
    for (const watch of this.#watches) if (watch.symbol === symbol) this.#show(watch);
  }

  #show({ session, reqId, symbol, delayed }: Watch): void {
    const { prices } = this.#exchange;
    const price = prices.of(symbol);
    if (price === null) return;
    const kinds = delayed ? TICKS.delayed : TICKS.live;
    session.send(tickHalted(reqId, prices.isHalted(symbol) ? 1 : 0));
    session.send(tickPrice(reqId, kinds.bid, price.bid, BEST_SIZE));
    session.send(tickPrice(reqId, kinds.ask, price.ask, BEST_SIZE));
    session.send(tickPrice(reqId, kinds.last, price.last, BEST_SIZE));
    session.send(tickSize(reqId, kinds.volume, price.volume));
    session.send(tickPrice(reqId, kinds.open, price.open, 0));
    session.send(tickText(reqId, kinds.tradedAt, String(Math.floor(price.tradedAt / 1_000))));
  }
}
