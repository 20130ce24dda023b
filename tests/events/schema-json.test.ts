import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../src/events/event.ts';
import { eventJsonSchema } from '../../src/events/schema-json.ts';
import { TOPICS, topicOf } from '../../src/events/topics.ts';

describe('the published schema of the journal', () => {
  it('is what the program reads and writes (npx vitest run -u tests/events writes it anew)', async () => {
    const text = `${JSON.stringify(eventJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../docs/event-schema.json');
  });

  it('describes every event type, each with its place in the chain', () => {
    const { oneOf } = eventJsonSchema() as {
      oneOf: { properties: Record<string, { const?: string }>; required: string[] }[];
    };
    expect(oneOf.map(({ properties }) => properties.type?.const)).toEqual(EVENT_TYPES);
    for (const { required } of oneOf) {
      expect(required).toEqual(expect.arrayContaining(['v', 'seq', 'at', 'runId', 'prev', 'hash']));
    }
  });

  it('gives every event type a topic', () => {
    for (const type of EVENT_TYPES) expect(TOPICS).toContain(topicOf(type));
    expect(new Set(EVENT_TYPES.map(topicOf))).toEqual(new Set(TOPICS));
  });
});
