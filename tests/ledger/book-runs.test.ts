import { describe, expect, it } from 'vitest';
import { Book } from '../../src/ledger/book.ts';
import { ledgerWith } from './book-builder.ts';
import {
  BBB,
  bracketSent,
  dateNo,
  draft,
  filled,
  minute,
  refOf,
  runBegan,
  runEnded,
} from './book-drafts.ts';

const running = () => ledgerWith(100_000).tell(runBegan('run-1'));

describe('the record of a run', () => {
  it('is there from the beginning, and says that it runs', () => {
    expect(running().runs.get('run-1')).toEqual({
      runId: 'run-1',
      job: 'scan',
      slot: 'scan-open',
      mode: 'sim',
      account: 'SIM-1',
      session: dateNo(1),
      startedAt: '2026-01-21T14:30:00.000Z',
      finishedAt: null,
      status: 'running',
      identity: 'desk-1',
      counts: {
        found: 0,
        scored: 0,
        selected: 0,
        sized: 0,
        denied: 0,
        approved: 0,
        submitted: 0,
        filled: 0,
      },
      denials: {},
      signalHash: null,
      decisionHash: null,
      configHash: 'c0ffee',
      version: '0.1.0',
      error: null,
    });
  });

  it('takes over what the run counted', () => {
    const ledger = running().tell(runEnded('run-1'));
    expect(ledger.runs.get('run-1')).toMatchObject({
      status: 'completed',
      finishedAt: '2026-01-21T14:30:00.000Z',
      counts: { found: 50, scored: 40, submitted: 2, filled: 0 },
      denials: { SPREAD_TOO_WIDE: 1 },
    });
  });

  it('names what failed', () => {
    const failure = { code: 'BUG', message: 'no such column' };
    const ledger = running().tell(draft('run.failed', minute(1, 1), failure, 'run-1'));
    expect(ledger.runs.get('run-1')).toMatchObject({
      status: 'failed',
      error: 'BUG: no such column',
    });
  });

  it('is not made by the end of a run that never began', () => {
    expect(ledgerWith(1).tell(runEnded('run-9')).runs.size).toBe(0);
  });
});

describe('the filled count of a run', () => {
  it('counts an entry once, with its first fill, also after the run has ended', () => {
    const ledger = running().tell(...bracketSent(), ...bracketSent({ symbol: BBB }));
    ledger.tell(runEnded('run-1'), filled('buy', 40, 100), filled('buy', 60, 100, { minutes: 1 }));
    expect(ledger.runs.get('run-1')?.counts).toMatchObject({ submitted: 2, filled: 1 });
    ledger.tell(filled('buy', 100, 50, { symbol: BBB }), filled('sell', 100, 101));
    expect(ledger.runs.get('run-1')?.counts).toMatchObject({ submitted: 2, filled: 2 });
  });

  it('keeps what was filled while the run still ran', () => {
    const ledger = running().tell(...bracketSent(), filled('buy', 40, 100), runEnded('run-1'));
    expect(ledger.runs.get('run-1')?.counts.filled).toBe(1);
  });

  it('does not count a repeated execution, or one of an order that no run sent', () => {
    const fill = filled('buy', 100, 100);
    const ledger = running().tell(...bracketSent(), runEnded('run-1'), fill, fill);
    ledger.tell(...bracketSent({ symbol: BBB, runId: null }));
    ledger.tell(filled('buy', 100, 50, { symbol: BBB }));
    expect(ledger.runs.get('run-1')?.counts.filled).toBe(1);
  });

  it('is still counted days later, when the broker tells of a fill that was missed', () => {
    const ledger = running().tell(...bracketSent(), runEnded('run-1'));
    ledger.mark('close', 1).mark('close', 2);
    ledger.tell(filled('buy', 100, 100, { ref: refOf('entry'), session: 3 }));
    expect(ledger.runs.get('run-1')).toMatchObject({
      status: 'completed',
      counts: { found: 50, filled: 1 },
    });
  });
});

describe('a run that was cut off', () => {
  it('is found as unfinished after a restart and any number of closes, until it is ended', () => {
    const ledger = running().tell(runBegan('run-2'), runEnded('run-2'));
    for (let session = 1; session <= 12; session++) ledger.mark('close', session);
    const book = new Book();
    book.restore(ledger.book.checkpoint());
    expect(book.unfinishedRuns().map(({ runId }) => runId)).toEqual(['run-1']);
    ledger.tell(
      draft('run.failed', minute(13, 0), { code: 'CUT_OFF', message: 'stopped' }, 'run-1'),
    );
    expect(ledger.book.unfinishedRuns()).toEqual([]);
    expect(ledger.runs.get('run-1')?.status).toBe('failed');
  });
});

describe('the name of a run', () => {
  it('is taken until the close of its session at least', () => {
    const id = `${dateNo(1)}-143000Z-manual`;
    const ledger = ledgerWith(1).tell(runBegan(id), runEnded(id));
    expect(ledger.book.hasRun(dateNo(1), minute(1, 0), 'manual')).toBe(true);
    expect(ledger.book.hasRun(dateNo(1), minute(1, 0), 'manual-2')).toBe(false);
  });
});
