import type { EventDraft } from './event.ts';

/** The event with every text in it, however deep, passed through `scrub`: no secret may enter the journal. */
export const scrubbed = (draft: EventDraft, scrub: (text: string) => string): EventDraft =>
  cleaned(draft, scrub) as EventDraft;

function cleaned(value: unknown, scrub: (text: string) => string): unknown {
  if (typeof value === 'string') return scrub(value);
  if (Array.isArray(value)) return value.map((item) => cleaned(item, scrub));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [scrub(name), cleaned(member, scrub)]),
  );
}
