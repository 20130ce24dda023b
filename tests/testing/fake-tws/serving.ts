import { commonStocks } from '../../../src/testing/fake-tws/contracts.ts';
import { FakeTws, type FakeTwsOptions } from '../../../src/testing/fake-tws/server.ts';

export const NOW = Date.UTC(2026, 2, 5, 15, 0);
export const ACCOUNT = 'DU1234567';

/** A server with three stocks on a port of its own; whoever asks closes it. */
export async function serve(options: Partial<FakeTwsOptions> = {}) {
  const contracts = commonStocks(['AAPL', 'MSFT', 'TSLA']);
  const server = new FakeTws({
    account: ACCOUNT,
    contracts,
    startingCash: 100_000,
    version: 193,
    childArm: 'partial',
    now: () => NOW,
    timeText: () => '20260305 10:00:00 US/Eastern',
    hours: () => ({
      trading: '20260305:0400-20260305:2000',
      liquid: '20260305:0930-20260305:1600;20260306:CLOSED',
    }),
    history: (_request, contract) =>
      contract.symbol === 'TSLA'
        ? null
        : [1, 2].map((day) => ({
            time: `2026030${day}`,
            open: 10,
            high: 11,
            low: 9,
            close: 10.5,
            volume: 1_000,
          })),
    scan: () => [...contracts].reverse(),
    commissionDelayMs: 0,
    ...options,
  });
  const port = await server.listen();
  return { server, port };
}
