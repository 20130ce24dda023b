import { EXIT } from '../../domain/failure.ts';
import type { CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';

const MARKS = { ok: '✓', note: '!', broken: '✗' } as const;

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
    const broken = findings.filter(({ result }) => result === 'broken').length;
    const notes = findings.filter(({ result }) => result === 'note').length;
    const lines = findings.flatMap(({ group, what, result, detail, fix }) => [
      `${MARKS[result]} ${group.padEnd(9)} ${what}: ${visible(detail)}`,
      ...(fix === null ? [] : [`            Try: ${visible(fix)}`]),
    ]);
    const end =
      broken === 0
        ? `0 problems, ${notes} notes.   Next: trade-labs daemon`
        : `${broken} ${broken === 1 ? 'problem' : 'problems'}, ${notes} notes.`;
    return {
      data: { problems: broken, notes, findings },
      text: [...lines, end].join('\n'),
      ...(broken === 0 ? {} : { exit: EXIT.FINDINGS }),
    };
  },
};
