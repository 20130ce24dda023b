import type { CommandSpec } from '../command.ts';
import { careFor } from '../history-care.ts';

/** `trade-labs history rebuild`: the views anew, from the journal alone. */
export const historyRebuild: CommandSpec = {
  path: 'history rebuild',
  group: 'Data',
  summary: 'Write runs.json and trades.json anew from the journal',
  examples: [
    { line: 'trade-labs history rebuild', does: 'after an editor or a script changed them' },
  ],
  run: async (context) => {
    const { rebuildHome } = await import('../../app/history-care.ts');
    const warnings: string[] = [];
    const head = await rebuildHome(careFor(context, warnings));
    return {
      data: { seq: head.seq, hash: head.hash },
      text: `runs.json and trades.json say again what the journal says, up to event ${head.seq}`,
      warnings,
    };
  },
};
