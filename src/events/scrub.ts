import type { EventDraft } from './event.ts';

/**
 * Members in which people, brokers and the system speak. Every other text names something: a reference that no longer
 * was what the broker knows it by would be worse than a word of it in the journal.
 */
const SPOKEN: ReadonlySet<string> = new Set([
  'by',
  'cause',
  'detail',
  'evidence',
  'message',
  'note',
  'principal',
  'result',
  'warnings',
]);

/**
 * The event with all that is said in it, however deep, passed through `scrub`: no secret may enter the journal. The
 * state of a checkpoint is made of such events, and has to be the one that its hash is of.
 */
export const scrubbed = (draft: EventDraft, scrub: (text: string) => string): EventDraft =>
  draft.type === 'book.checkpointed' ? draft : (cleaned(draft, scrub, false) as EventDraft);

function cleaned(value: unknown, scrub: (text: string) => string, isSpoken: boolean): unknown {
  if (typeof value === 'string') return isSpoken ? scrub(value) : value;
  if (Array.isArray(value)) return value.map((item) => cleaned(item, scrub, isSpoken));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      cleaned(member, scrub, isSpoken || SPOKEN.has(name)),
    ]),
  );
}
