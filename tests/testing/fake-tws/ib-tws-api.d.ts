/** What the tests use of a client library that comes without types. */
declare module 'ib-tws-api' {
  export class Client {
    constructor(options: { host: string; port: number; clientId: number; timeoutMs?: number });
    connect(): Promise<void>;
    getCurrentTime(): Promise<unknown>;
    getContractDetails(contract: object): Promise<Record<string, unknown>[]>;
    getHistoricalData(query: object): Promise<Record<string, unknown>[]>;
    placeOrder(order: { contract: object; order: object }): Promise<number>;
    getAllOpenOrders(): Promise<Record<string, unknown>[]>;
    getPositions(): Promise<Record<string, unknown>>;
  }
  export const Contract: { stock(symbol: string): object };
  export const Order: {
    limit(terms: { action: string; totalQuantity: number; lmtPrice: number }): object;
    market(terms: { action: string; totalQuantity: number }): object;
  };
}
