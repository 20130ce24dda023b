import { parseArgs } from 'node:util';
import { openBarFolder } from '../../adapters/file/bar-folder.ts';
import { barFolderSource } from '../../adapters/file/bar-folder-source.ts';
import { pause } from '../../adapters/system/pause.ts';
import { systemClock } from '../../adapters/system/system-clock.ts';
import { syntheticSourceOf } from '../../app/synthetic.ts';
import { newYorkDate, nextSession, sessionOf } from '../../calendar/nyse.ts';
import { commonStocks } from './contracts.ts';
import { FAULTS, type FaultName, isFault } from './faults.ts';
import { executionTime, hoursFrom, MarketScript } from './market-script.ts';
import { FakeTws } from './server.ts';

const USAGE = `A server that speaks the protocol of TWS, with an account of its own, for trying the daemon without a broker.

npm run fake-tws -- [--port 4002] [--account DU1234567] [--data DIR] [--symbols 50] [--seed 1]
                    [--cash 100000] [--server-version 193] [--child-arm partial|full] [--fault NAME ...]

Without --data the synthetic market trades. It listens on 127.0.0.1 only. Faults:
${Object.entries(FAULTS)
  .map(([name, does]) => `  ${name.padEnd(26)} ${does}`)
  .join('\n')}
`;

const TICK_MS = 1_000;
const HALF_SPREAD_FRACTION = 0.0002;

/** Serves until it is interrupted. Resolves with the exit code. */
export async function runFakeTws(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '4002' },
      account: { type: 'string', default: 'DU1234567' },
      data: { type: 'string' },
      symbols: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      cash: { type: 'string', default: '100000' },
      'server-version': { type: 'string', default: '193' },
      'child-arm': { type: 'string', default: 'partial' },
      fault: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = values.fault.filter((name) => !isFault(name));
  if (values.help || unknown.length > 0) {
    const said = unknown.length > 0 ? `no fault ${unknown.join(', ')}\n\n${USAGE}` : USAGE;
    process.stderr.write(said);
    return values.help ? 0 : 2;
  }
  const source =
    values.data === undefined
      ? syntheticSourceOf({ seed: Number(values.seed), symbols: Number(values.symbols) })
      : barFolderSource(openBarFolder(values.data));
  const now = () => systemClock.now();
  const script = new MarketScript(source, now);
  const today = newYorkDate(now());
  await script.prepare(sessionOf(today) ?? nextSession(today));
  const contracts = commonStocks(source.symbols);
  const server = new FakeTws({
    account: values.account,
    contracts,
    startingCash: Number(values.cash),
    version: Number(values['server-version']),
    childArm: values['child-arm'] === 'full' ? 'full' : 'partial',
    now,
    timeText: executionTime,
    hours: () => hoursFrom(now()),
    history: (request, contract) => script.history(request, contract),
    scan: () => script.mostActive(contracts),
    commissionDelayMs: 200,
  });
  for (const name of values.fault) server.faults.set(name as FaultName);
  const port = await server.listen(Number(values.port));
  process.stderr.write(
    `TWS for tests on 127.0.0.1:${port}: account ${values.account}, ${contracts.length} stocks of ${source.label}\n`,
  );
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort());
  }
  while (!interrupted.signal.aborted) {
    trade(server, script);
    await pause(TICK_MS, interrupted.signal);
  }
  await server.close();
  return 0;
}

/** Prints what changed its price since the last look. */
function trade(server: FakeTws, script: MarketScript): void {
  for (const { symbol } of server.exchange.book.contracts) {
    const price = script.price(symbol);
    if (price === null || server.exchange.prices.of(symbol)?.last === price.last) continue;
    const half = Math.max(0.01, Math.round(price.last * HALF_SPREAD_FRACTION * 100) / 100);
    server.print(symbol, price.last, { half, volume: price.volume });
  }
}
