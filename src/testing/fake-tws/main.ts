import { parseArgs } from 'node:util';
import { openBarFolder } from '../../adapters/file/bar-folder.ts';
import { barFolderSource } from '../../adapters/file/bar-folder-source.ts';
import { machineTime } from '../../adapters/system/system-timeline.ts';
import { syntheticSourceOf } from '../../app/synthetic.ts';
import type { Audit } from './audit.ts';
import { FAULTS, type FaultName, isFault } from './faults.ts';
import { MarketServer } from './market-server.ts';

const USAGE = `A server that speaks the protocol of TWS, with an account of its own, for trying the daemon without a broker.

npm run fake-tws -- [--port 4002] [--account DU1234567] [--data DIR] [--symbols 50] [--seed 1]
                    [--cash 100000] [--server-version 193] [--child-arm partial|full] [--fault NAME ...]

Without --data the synthetic market trades. It listens on 127.0.0.1 only. Faults:
${Object.entries(FAULTS)
  .map(([name, does]) => `  ${name.padEnd(26)} ${does}`)
  .join('\n')}
`;

const NUMBERS = ['port', 'symbols', 'seed', 'cash', 'server-version'] as const;

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
  const wrong = NUMBERS.filter((name) => !/^[1-9]\d*$/.test(values[name]));
  if (wrong.length > 0) {
    const said = wrong.map((name) => `--${name} is not a whole number above 0: ${values[name]}\n`);
    process.stderr.write(said.join(''));
    return 2;
  }
  const source =
    values.data === undefined
      ? syntheticSourceOf({ seed: Number(values.seed), symbols: Number(values.symbols) })
      : barFolderSource(openBarFolder(values.data));
  const market = new MarketServer({
    source,
    aliases: familiarOf(source.symbols),
    time: machineTime,
    account: values.account,
    startingCash: Number(values.cash),
    version: Number(values['server-version']),
    childArm: values['child-arm'] === 'full' ? 'full' : 'partial',
    commissionDelayMs: 200,
  });
  const server = market.tws;
  for (const name of values.fault) server.faults.set(name as FaultName);
  const port = await market.listen(Number(values.port)).catch((error: NodeJS.ErrnoException) => {
    process.stderr.write(`cannot listen on port ${values.port}: ${error.code ?? error.message}\n`);
    return null;
  });
  if (port === null) return 1;
  process.stderr.write(
    `TWS for tests on 127.0.0.1:${port}: account ${values.account}, ${source.symbols.length} stocks of ${source.label}\n`,
  );
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort());
  }
  await market.run(interrupted.signal);
  await server.close();
  process.stderr.write(endText(server.audit));
  return 0;
}

/** What a first look asks for is known, whatever trades: under names of its own, with the bars of others. */
const familiarOf = (symbols: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['SPY', 'AAPL', 'IBM'].flatMap((name, i) => {
      const other = symbols[i];
      return other === undefined || symbols.includes(name) ? [] : [[name, other]];
    }),
  );

/** What the account came to, and what no client may do that one did. */
function endText(audit: Audit): string {
  const { orders, executions, positions } = audit.book();
  const held = Object.entries(positions).map(([symbol, shares]) => `${shares} ${symbol}`);
  return [
    `${orders.length} orders, ${executions.length} executions, held: ${held.join(', ') || 'nothing'}`,
    ...audit.findings().map((finding) => `FINDING: ${finding}`),
    '',
  ].join('\n');
}
