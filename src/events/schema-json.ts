import { z } from 'zod';
import { sessionSchema, symbolSchema } from './codecs.ts';
import { EVENT_TYPES, eventSchema, JOURNAL_VERSION } from './event.ts';
import { topicOf } from './topics.ts';

/** How JSON Schema says what our own checks say in code. */
const CUSTOM = new Map<unknown, object>([
  [sessionSchema, { type: 'string', format: 'date' }],
  [symbolSchema, { type: 'string', pattern: '^[A-Z][A-Z0-9]{0,9}([.\\-/ ][A-Z0-9]{1,4})?$' }],
]);

/** The JSON Schema of a line of the journal, and the topic of each event type under `x-topics`. */
export function eventJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(eventSchema(), {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      Object.assign(jsonSchema, CUSTOM.get(zodSchema) ?? {});
    },
  });
  return {
    title: `A line of a Trade Labs journal, version ${JOURNAL_VERSION}`,
    description:
      'Money is in US dollars, times are ISO 8601 in UTC, sessions are New York dates. `hash` is the SHA-256 of the line without its member `hash`; `prev` is the hash of the line before.',
    ...schema,
    'x-topics': Object.fromEntries(EVENT_TYPES.map((type) => [type, topicOf(type)])),
  };
}
