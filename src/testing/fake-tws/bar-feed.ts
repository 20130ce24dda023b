import type { FakeContract } from './contracts.ts';
import { type HistoryBar, historicalDataUpdate } from './replies.ts';
import type { HistoryRequest } from './requests.ts';
import type { Session } from './session.ts';

interface Stream {
  readonly session: Session;
  readonly request: HistoryRequest;
  readonly contract: FakeContract;
}

/** Who has histories kept up to date. */
export class BarFeed {
  readonly #streams: Stream[] = [];
  readonly #current: (request: HistoryRequest, contract: FakeContract) => HistoryBar | null;

  constructor(current: (request: HistoryRequest, contract: FakeContract) => HistoryBar | null) {
    this.#current = current;
  }

  watch(session: Session, request: HistoryRequest, contract: FakeContract): void {
    this.#streams.push({ session, request, contract });
  }

  unwatch(session: Session, reqId: number): void {
    this.#drop((one) => one.session === session && one.request.reqId === reqId);
  }

  forget(session: Session): void {
    this.#drop((one) => one.session === session);
  }

  /** Tells everybody how the bar that is being made stands. */
  tell(): void {
    for (const { session, request, contract } of this.#streams) {
      const bar = this.#current(request, contract);
      if (bar !== null) session.send(historicalDataUpdate(request.reqId, bar));
    }
  }

  #drop(isIt: (stream: Stream) => boolean): void {
    for (let i = this.#streams.length - 1; i >= 0; i -= 1) {
      if (isIt(this.#streams[i] as Stream)) this.#streams.splice(i, 1);
    }
  }
}
