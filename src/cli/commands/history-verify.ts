import { resolve } from 'node:path';
import { EXIT } from '../../domain/failure.ts';
import { plural } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { textOption } from '../options.ts';

/** `trade-labs history verify`: nobody changed the journal, and the records say what it says. */
export const historyVerify: CommandSpec = {
  path: 'history verify',
  group: 'Data',
  summary: 'Check every event, link and record of the history',
  examples: [
    {
      line: 'trade-labs history verify',
      does: 'chain, schema, checkpoints, runs.json, trades.json',
    },
    {
      line: 'trade-labs history verify --run data/backtests/b1',
      does: 'the history of a backtest',
    },
  ],
  configure: (command) => {
    command.option('--run <dir>', 'the folder of a backtest or replay');
    command.addHelpText('after', '\nChanges nothing. Exit 20 when something is found.');
  },
  run: async (context, _args, options) => {
    const { verifyHome } = await import('../../app/history-care.ts');
    const run = textOption(options.run);
    const found = await verifyHome(
      context.home,
      run === undefined ? null : resolve(context.cwd, run),
    );
    const { head, events, records, findings, notes } = found;
    const total = `${plural(events, 'event')}, ${plural(records.runs, 'run')}, ${plural(records.trades, 'trade')}`;
    const verdict =
      findings.length === 0
        ? `The history is sound: ${total}; event ${head.seq} has hash ${head.hash}`
        : `The history is NOT sound: ${plural(findings.length, 'finding')} in ${total}`;
    return {
      data: found,
      text: [...findings, verdict].join('\n'),
      warnings: notes,
      exit: findings.length === 0 ? EXIT.OK : EXIT.FINDINGS,
    };
  },
};
