import { EventName, IBApi, type Order, OrderAction, OrderType, SecType } from '@stoqey/ib';
import { ACCOUNT } from './serving.ts';

/** Only what never comes is waited for so long. */
const PATIENCE_MS = 60_000;

/** A client that does what it is told, also what none may do. */
export class HandMadeClient {
  readonly api: IBApi;
  readonly #said: (readonly [string, ...unknown[]])[] = [];
  #nextId = 0;

  private constructor(port: number, clientId: number) {
    this.api = new IBApi({ host: '127.0.0.1', port, clientId, maxReqPerSec: 1_000_000 });
    this.api.on(EventName.all, (name: string, args: unknown[]) => {
      this.#said.push([name, ...args]);
    });
  }

  static async connect(port: number, clientId = 17): Promise<HandMadeClient> {
    const client = new HandMadeClient(port, clientId);
    client.api.connect(clientId);
    const [id] = await client.until('nextValidId');
    client.#nextId = id as number;
    return client;
  }

  /** Resolves with the arguments of the first such event from the connection's beginning on, as it is heard. */
  until(
    name: string,
    is: (args: readonly unknown[]) => boolean = () => true,
  ): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.api.off(EventName.all, look);
      };
      const look = (): void => {
        const found = this.#said.find(([heard, ...args]) => heard === name && is(args));
        if (found === undefined) return;
        end();
        resolve(found.slice(1));
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`no ${name}; heard ${JSON.stringify(this.#said.slice(-12))}`));
      }, PATIENCE_MS);
      this.api.on(EventName.all, look);
      look();
    });
  }

  /** Looks at all that one has to look at before orders. */
  async look(): Promise<void> {
    this.api.reqAllOpenOrders();
    await this.until('openOrderEnd');
    this.api.reqExecutions(1_000_000_001, {});
    await this.until('execDetailsEnd');
    this.api.reqPositions();
    await this.until('positionEnd');
  }

  /** Sends an order of its own id; returns the id. */
  send(symbol: string, terms: Partial<Order>): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.sendAs(id, symbol, terms);
    return id;
  }

  sendAs(id: number, symbol: string, terms: Partial<Order>): void {
    const stock = { symbol, secType: SecType.STK, exchange: 'SMART', currency: 'USD' };
    this.api.placeOrder(id, stock, {
      action: OrderAction.BUY,
      totalQuantity: 100,
      orderType: OrderType.MKT,
      tif: 'DAY',
      account: ACCOUNT,
      orderRef: `${symbol}/entry/${id}`,
      transmit: true,
      outsideRth: false,
      ...terms,
    });
  }

  /** A stop of its own that protects shares. */
  sendStop(symbol: string, quantity: number, price: number, terms: Partial<Order> = {}): number {
    return this.send(symbol, {
      action: OrderAction.SELL,
      orderType: OrderType.STP,
      totalQuantity: quantity,
      auxPrice: price,
      tif: 'GTC',
      orderRef: `${symbol}/stop/${this.#nextId}`,
      ...terms,
    });
  }

  close(): void {
    this.api.disconnect();
  }
}
