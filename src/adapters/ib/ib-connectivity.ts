import { type IbConsequence, ibMessage } from './ib-messages.ts';

/** A connection of the gateway to a group of the broker's servers: market data, history, contracts. */
export type FarmState = 'ok' | 'idle' | 'broken';

const FARMS: Partial<Readonly<Record<IbConsequence, FarmState>>> = {
  farm_ok: 'ok',
  farm_idle: 'idle',
  farm_broken: 'broken',
};

/** The gateway's own line to the broker, as its messages tell it. One for each connection. */
export class Connectivity {
  readonly #farms = new Map<string, FarmState>();
  #isLost = false;

  /** True while orders would not arrive; late messages may still come. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** By name, such as usfarm and ushmds. Only market data depends on them. */
  get farms(): ReadonlyMap<string, FarmState> {
    return this.#farms;
  }

  /** Takes a message in: what follows from it, and `nothing` where that is not new. */
  hear(code: number, message: string): IbConsequence {
    const { follows } = ibMessage(code);
    const farm = FARMS[follows];
    if (farm !== undefined) {
      // "Market data farm connection is OK:usfarm"
      const name = message.slice(message.lastIndexOf(':') + 1).trim();
      const isNew = this.#farms.get(name) !== farm;
      this.#farms.set(name, farm);
      return isNew ? follows : 'nothing';
    }
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
