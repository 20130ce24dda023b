import { resolve } from 'node:path';
import type { CommandSpec } from '../command.ts';
import { findingsOutcome } from '../doctor-text.ts';

/** `trade-labs doctor ib`: a first look at a gateway that places no order. */
export const doctorIb: CommandSpec = {
  path: 'doctor ib',
  group: 'Get started',
  summary: 'Look at an IB gateway without placing an order; say what to mend',
  examples: [
    {
      line: 'trade-labs doctor ib',
      does: 'connection, account, clock, data, whether orders would be taken',
    },
    {
      line: 'trade-labs doctor ib --record frames.jsonl',
      does: 'and keep every message for later tests',
    },
  ],
  configure: (command) => {
    command.option(
      '--record <file>',
      'write every message on the wire to this file, for its owner alone',
    );
  },
  run: async (context, _args, options) => {
    const { config } = await context.config();
    const { lookAtGateway } = await import('../../app/look-at-gateway.ts');
    if (!context.quiet && !context.json) {
      context.stderr(`Asking ${config.ib.host}:${config.ib.port} ...\n`);
    }
    const named = options.record;
    const recordFile = typeof named === 'string' ? resolve(context.cwd, named) : null;
    const { home, interrupt: giveUp } = context;
    const findings = await lookAtGateway({ home, config, recordFile, giveUp });
    return findingsOutcome(findings, 'trade-labs config validate');
  },
};
