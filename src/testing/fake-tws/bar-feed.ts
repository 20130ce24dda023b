import type { FakeContract } from './contracts.ts';
import type { FaultPlan } from './faults.ts';
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

  readonly #faults: FaultPlan;

  constructor(
    current: (request: HistoryRequest, contract: FakeContract) => HistoryBar | null,
    faults: FaultPlan,
  ) {
    this.#current = current;
    this.#faults = faults;
  }

  watch(session: Session, request: HistoryRequest, contract: FakeContract): void {
    this.#streams.push({ session, request, contract });
  }

  unwatch(session: Session, reqId: number): void {
    this.#drop((one) => one.session === session && one.request.reqId === reqId);
  }

  /** Nobody watches any more, and nobody is told. */
  lose(): void {
    this.#drop(() => true);
  }

  forget(session: Session): void {
    this.#drop((one) => one.session === session);
  }

  /** Tells everybody how the bar that is being made stands. */
  tell(): void {
    for (const { session, request, contract } of this.#streams.slice()) {
      if (this.#faults.take('bars-end')) {
        session.notice(request.reqId, 10_225, 'Bust event occurred, please resubscribe.');
        this.unwatch(session, request.reqId);
        continue;
      }
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
