/** A connection of the gateway to a group of the broker's servers: market data, history, contracts. */
export type FarmState = 'ok' | 'idle' | 'broken';

/**
 * What a message of the gateway about its own line means.
 *
 * - `lost`: it has no line to the broker. Orders would not arrive; late messages may still come.
 * - `restored`: it has one again, and nothing was lost.
 * - `data_lost`: it has one again, and no subscription survived.
 * - `port_changed`: it ends this connection.
 * - `farm`: one of the farms stands differently; only market data depends on it.
 */
export type LineNews = 'lost' | 'restored' | 'data_lost' | 'port_changed' | 'farm';

/** https://interactivebrokers.github.io/tws-api/message_codes.html, "System Message Codes" and "Warning" */
const LINE_CODES: Readonly<Record<number, LineNews>> = {
  1100: 'lost',
  2110: 'lost',
  1101: 'data_lost',
  1102: 'restored',
  1300: 'port_changed',
};
const FARM_CODES: Readonly<Record<number, FarmState>> = {
  2103: 'broken',
  2105: 'broken',
  2157: 'broken',
  2104: 'ok',
  2106: 'ok',
  2158: 'ok',
  2107: 'idle',
  2108: 'idle',
};

/** The gateway's own line to the broker, as its messages tell it. One for each connection. */
export class Connectivity {
  readonly #farms = new Map<string, FarmState>();
  #isLost = false;

  /** True while orders would not arrive. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** By name, such as usfarm and ushmds. */
  get farms(): ReadonlyMap<string, FarmState> {
    return this.#farms;
  }

  /** Takes a message in; null where it says nothing new about the line. */
  hear(code: number, message: string): LineNews | null {
    const farm = FARM_CODES[code];
    if (farm !== undefined) {
      // "Market data farm connection is OK:usfarm"
      const name = message.slice(message.lastIndexOf(':') + 1).trim();
      if (this.#farms.get(name) === farm) return null;
      this.#farms.set(name, farm);
      return 'farm';
    }
    const line = LINE_CODES[code];
    if (line === undefined) return null;
    // At weekends it is said every few minutes.
    if (line === 'lost' && this.#isLost) return null;
    this.#isLost = line === 'lost';
    return line;
  }
}
