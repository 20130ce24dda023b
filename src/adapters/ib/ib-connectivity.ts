import { type IbConsequence, ibMessage } from './ib-messages.ts';

/** The gateway's own line to the broker, as its messages tell it. One for each connection. */
export class Connectivity {
  #isLost = false;

  /** True while orders would not arrive; late messages may still come. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Takes a message in: what follows from it, and `nothing` where that is not new. */
  hear(code: number): IbConsequence {
    const { follows } = ibMessage(code);
    if (follows === 'line_lost') {
      // At weekends it is said every few minutes.
      const isNew = !this.#isLost;
      this.#isLost = true;
      return isNew ? follows : 'nothing';
    }
    if (follows === 'line_restored' || follows === 'data_lost') this.#isLost = false;
    return follows;
  }
}
