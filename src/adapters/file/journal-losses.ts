import { eventOf, soundLine } from '../../events/chain.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { journalLines } from './journal-lines.ts';
import type { JournalDamage } from './journal-walk.ts';

/** Events that someone accepted as lost. Where toSeq is below fromSeq: a foreign line before fromSeq. */
export interface LossRange {
  readonly fromSeq: number;
  readonly toSeq: number;
}

const MARK = '"type":"history.loss_accepted"';

/** Every loss that the journal says was accepted. Reads the whole journal; asked only when damage was found. */
export function acceptedLosses(files: FileSystem, journal: string): readonly LossRange[] {
  const losses: LossRange[] = [];
  for (const { text } of journalLines(files, journal, null)) {
    if (!text.includes(MARK)) continue;
    const line = soundLine(text);
    const event = line.ok ? eventOf(line.value) : line;
    if (event.ok && event.value.type === 'history.loss_accepted') losses.push(event.value);
  }
  return losses;
}

export const covers = (
  losses: readonly LossRange[],
  { fromSeq, toSeq }: Pick<JournalDamage, 'fromSeq' | 'toSeq'>,
): boolean => losses.some((loss) => loss.fromSeq <= fromSeq && toSeq <= loss.toSeq);
