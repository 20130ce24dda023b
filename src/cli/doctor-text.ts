import type { Finding } from '../app/doctor.ts';
import { EXIT } from '../domain/failure.ts';
import { plural } from '../reporting/format.ts';
import type { CommandOutcome } from './command.ts';
import { visible } from './errors.ts';

const MARKS = { ok: '✓', note: '!', broken: '✗' } as const;

/** Findings as lines, each with its way out, and what to do when there is none to mend. */
export function findingsOutcome(findings: readonly Finding[], next: string): CommandOutcome {
  const problems = findings.filter(({ result }) => result === 'broken').length;
  const notes = findings.filter(({ result }) => result === 'note').length;
  const lines = findings.flatMap(({ group, what, result, detail, fix }) => [
    `${MARKS[result]} ${group.padEnd(9)} ${what}: ${visible(detail)}`,
    ...(fix === null ? [] : [`            Try: ${visible(fix)}`]),
  ]);
  const counts = `${plural(problems, 'problem')}, ${plural(notes, 'note')}.`;
  const end = problems === 0 ? `${counts}   Next: ${next}` : counts;
  return {
    data: { problems, notes, findings },
    text: [...lines, end].join('\n'),
    ...(problems === 0 ? {} : { exit: EXIT.FINDINGS }),
  };
}
