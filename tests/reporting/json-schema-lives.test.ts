import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newYorkDate, nextSession, previousSession, sessionOf } from '../../src/calendar/nyse.ts';
import { assertExists } from '../../src/domain/result.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { collectDay } from '../../src/reporting/day-events.ts';
import { renderJson } from '../../src/reporting/json.ts';
import { reportJsonSchema } from '../../src/reporting/json-schema.ts';
import { buildDailyReport, type DailyReport } from '../../src/reporting/report.ts';
import { lives } from '../arbitraries.ts';
import { Ledger } from '../ledger/book-builder.ts';
import { amend, changes, chosen } from '../ledger/corrections.ts';
import { FACTS } from './story.ts';

const validator = z.fromJSONSchema(reportJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);

/** The report of the session in which an event was written. */
function reportOn({ at }: JournalEvent, ledger: Ledger): DailyReport {
  const session = assertExists(sessionOf(newYorkDate(at)), 'events fall on sessions');
  const before = previousSession(session.date).date;
  const collector = collectDay(session.date, before);
  for (const event of ledger.events) collector.add(event);
  const report = buildDailyReport({
    session,
    asOf: session.closeAt,
    previousSession: before,
    nextSession: nextSession(session.date),
    facts: FACTS,
    runs: [...ledger.runs.values()],
    trades: [...ledger.trades.values()],
    events: collector.result(),
    breaks: ledger.book.breaks(),
  });
  return JSON.parse(renderJson(report));
}

describe('the schema of report.json', () => {
  it('accepts the day of whatever happens to an account, executions corrected', () => {
    fc.assert(
      fc.property(lives(), changes, (events, asked) => {
        const ledger = new Ledger().tell(...events);
        chosen(ledger, asked).forEach(({ execId, terms }, i) => {
          amend(ledger, execId, terms, i);
        });
        const report = reportOn(assertExists(ledger.events.at(-1), 'an event'), ledger);
        expect(() => validator.parse(report)).not.toThrow();
      }),
      { numRuns: 150 },
    );
  });
});
