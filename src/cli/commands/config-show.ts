import { relative } from 'node:path';
import { liveAckOf } from '../../config/limits-hash.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { CommandOutcome, CommandSpec } from '../command.ts';
import { renderTable } from '../table.ts';

/** `trade-labs config show`: the values that count, and where each of them comes from. */
export const configShowCommand: CommandSpec = {
  path: 'config show',
  group: 'Get started',
  summary: 'Print the settings that count and where they come from',
  examples: [
    { line: 'trade-labs config show', does: 'every key and its value' },
    { line: 'trade-labs config show --origin', does: 'and the file and line, variable or default' },
    {
      line: 'trade-labs config show --live-ack',
      does: 'what live trading has to acknowledge: account and limits',
    },
    { line: 'trade-labs config show --json', does: 'for programs' },
  ],
  configure: (command) => {
    command
      .option('--origin', 'say where each value comes from')
      .option('--live-ack', 'print the acknowledgement of account and limits for live trading');
  },
  run: async (context, _args, options) => {
    const loaded = await context.config();
    const { config, hash, switches, secrets, warnings } = loaded;
    if (options.liveAck === true) return acknowledgement(loaded);
    const file = loaded.file ?? null;
    const text = [
      file === null
        ? `No configuration file in ${context.home}: the defaults apply, mode ${config.mode}.`
        : `Configuration ${relative(context.cwd, file) || file}`,
      valueTable(loaded, options.origin === true, context.columns),
      switchLines(loaded),
      `Fingerprint ${hash}`,
    ].join('\n\n');
    const origins = Object.fromEntries([...loaded.origins, ...loaded.rowOrigins]);
    return {
      data: { home: context.home, file, hash, config, origins, switches, secrets },
      text,
      warnings,
    };
  },
};

/** What TRADE_LABS_LIVE_ACK has to be, and the limits that it accepts. */
function acknowledgement({ config, switches }: LoadedConfig): CommandOutcome {
  const { ack, limits } = liveAckOf(config);
  const rows = [...limits].map(([key, value]) => [key, flow(value)]);
  const isGiven = switches.liveAck === ack;
  return {
    data: { ack, isGiven, limits: Object.fromEntries(limits) },
    text: [
      `Account ${config.ib.account}, with these limits:`,
      renderTable([{ title: 'limit' }, { title: 'value' }], rows),
      isGiven
        ? 'This is acknowledged.'
        : `Not acknowledged. Where you accept it, put into .env:\nTRADE_LABS_LIVE_ACK=${ack}`,
    ].join('\n\n'),
  };
}

function valueTable(
  { config, origins, rowOrigins }: LoadedConfig,
  withOrigin: boolean,
  columns: number,
): string {
  const rows = [...origins].flatMap(([key, origin]) => {
    const value = key
      .split('.')
      .reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], config);
    const isList = Array.isArray(value) && value.some((item) => typeof item === 'object');
    const lines = isList
      ? value.map((item, i) => [`${key}[${i}]`, flow(item)])
      : [[key, flow(value)]];
    return lines.map(([name = '', text = '']) => [name, text, rowOrigins.get(name) ?? origin]);
  });
  const titles = [{ title: 'key' }, { title: 'value' }];
  return withOrigin
    ? renderTable([...titles, { title: 'origin' }], rows, { columns })
    : renderTable(titles, rows, { columns });
}

function switchLines({ switches, secrets }: LoadedConfig): string {
  const state = (on: boolean) => (on ? 'yes' : 'no');
  const names = Object.keys(secrets);
  const { armed, dryRun, killSwitch } = switches;
  return [
    `Armed ${state(armed)}, dry run ${state(dryRun)}, kill switch ${state(killSwitch)}`,
    `Secrets ${names.length === 0 ? 'none' : names.map((name) => `${name} [redacted]`).join(', ')}`,
  ].join('\n');
}

/** A value as it would stand on one line of the file. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([key, child]) => `${key}: ${flow(child)}`);
    return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
  }
  return String(value);
}
