import type { CommandSpec } from '../command.ts';
import { findingsOutcome } from '../doctor-text.ts';

/** `trade-labs doctor`: proves by doing that this home can work. */
export const doctor: CommandSpec = {
  path: 'doctor',
  group: 'Get started',
  summary: 'Prove that this home can work; say what to mend',
  examples: [
    { line: 'trade-labs doctor', does: 'every check, with cause and way out' },
    { line: 'trade-labs doctor --json', does: 'the same for programs; exit 20 on findings' },
  ],
  run: async (context) => {
    const loaded = await context.config();
    const { examine } = await import('../../app/doctor.ts');
    const { packageVersion } = await import('../package-version.ts');
    if (!context.quiet && !context.json)
      context.stderr('Playing a session on a scratch home ...\n');
    const findings = await examine({
      home: context.home,
      loaded,
      version: packageVersion(),
      now: context.now(),
      node: process.version,
    });
    // What was played here reached no gateway.
    const isLocal = loaded.config.mode === 'sim';
    return findingsOutcome(findings, isLocal ? 'trade-labs daemon' : 'trade-labs doctor ib');
  },
};
