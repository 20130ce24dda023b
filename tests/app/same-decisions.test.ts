import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backtestToFolder } from '../../src/app/backtest-folder.ts';
import { openSource } from '../../src/app/compose.ts';
import type { JobObserver } from '../../src/app/jobs.ts';
import { runDaemon } from '../../src/app/run-daemon.ts';
import { runOnce } from '../../src/app/run-once.ts';
import { previousSession, sessionOf } from '../../src/calendar/nyse.ts';
import { configReader } from '../../src/config/load.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { backtest, inFolder } from './backtest-world.ts';

const FROM = sessionDate('2026-03-02');
const AT = sessionDate('2026-03-05');
const FLAGS = { 'data.synthetic.symbols': '15' };

/** Fingerprints by the name of the run. */
function hashes() {
  const signal = new Map<string, string>();
  const decision = new Map<string, string>();
  const observer: JobObserver = {
    onScan: ({ runId, decision: made }) => {
      signal.set(runId, made?.signalHash ?? '');
      decision.set(runId, made?.decisionHash ?? '');
    },
  };
  return { signal, decision, observer };
}

describe('one instant decided by different ways', () => {
  it('has one signal, and one decision where the state is one', () =>
    inFolder(async (home) => {
      const read = configReader({ home, cwd: home, env: {} });
      const loaded = read(FLAGS);
      const open = sessionOf(AT)?.openAt;
      if (open === undefined) throw new Error('a session');
      const played = hashes();
      const more = { home, observer: played.observer };
      await backtest(openSource({ home, loaded }), [FROM, AT], FLAGS, more);

      const lived = hashes();
      await runDaemon({
        home: join(home),
        loaded,
        version: '0',
        env: {},
        now: open,
        simulate: { from: FROM, to: AT },
        observer: lived.observer,
        onEvents: () => {},
        tell: () => {},
        reload: async () => loaded,
      });
      expect([...lived.signal]).toEqual([...played.signal]);
      expect([...lived.decision]).toEqual([...played.decision]);
      expect(played.signal.size).toBe(8);

      const before = await backtestToFolder({
        home,
        loaded,
        version: '0',
        source: openSource({ home, loaded }),
        from: FROM,
        to: previousSession(AT).date,
        closeAtEnd: false,
        html: false,
        baseline: false,
        monteCarlo: false,
        sensitivity: false,
        checkLookAhead: false,
        reload: async (flags) => read({ ...FLAGS, ...flags }),
      });
      const asked = {
        home,
        loaded,
        version: '0',
        now: open,
        asOf: open,
        candidates: 5,
        dryRun: false,
      };
      const fresh = (await runOnce(asked)).outcome.decision;
      const carried = (await runOnce({ ...asked, stateDir: before.dir })).outcome.decision;
      const name = [...played.signal.keys()].find((id) => id.startsWith(AT)) ?? '';
      expect(before.result.book.openTrades().length).toBeGreaterThan(0);
      expect(fresh?.signalHash).toBe(played.signal.get(name));
      expect(carried?.signalHash).toBe(played.signal.get(name));
      expect(carried?.decisionHash).toBe(played.decision.get(name));
      expect(fresh?.decisionHash).not.toBe(carried?.decisionHash);
    }));
});
