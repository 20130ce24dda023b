import { describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../src/adapters/memory/silent-log.ts';
import { SimClock } from '../../src/adapters/sim/sim-clock.ts';
import { compose, type System } from '../../src/app/compose.ts';
import { decisionSettings } from '../../src/app/parts.ts';
import { DecisionRecorder } from '../../src/app/record-decision.ts';
import type { MarketSnapshot } from '../../src/bars/snapshot.ts';
import { decide } from '../../src/pipeline/decide.ts';
import { FLAT, sessionOn } from '../pipeline/builders.ts';
import { type DeskHome, inHome, SMALL } from '../simulation/daemon-world.ts';

const SESSION = sessionOn('2026-03-05');
const REQUEST = { slot: 'manual', slotAt: SESSION.openAt, session: SESSION, top: 5 };

/** Gives the work a system of a small home and what a decision of it saw. */
async function inSystem(
  work: (home: DeskHome, system: System, snapshot: MarketSnapshot) => Promise<void>,
): Promise<void> {
  await inHome(SMALL, async (home) => {
    const loaded = await home.config();
    const clock = new SimClock(SESSION.openAt);
    const own = { home: home.dir, loaded, mode: 'sim', version: '0', clock } as const;
    const system = await compose({ ...own, log: SILENT_LOG });
    const snapshot = await system.market.snapshot({
      asOf: SESSION.openAt,
      session: SESSION,
      todayOpen: false,
      relativeVolume: false,
    });
    await work(home, system, snapshot);
    await system.close();
  });
}

const decisionOf = (system: System, snapshot: MarketSnapshot) =>
  decide(snapshot, FLAT, decisionSettings(system, SESSION.date), system.strategy, 5);

describe('a decision that is to be recorded', () => {
  it('is written when it is asked for, and not before', () =>
    inSystem(async (_, system, snapshot) => {
      const recorder = new DecisionRecorder(system);
      recorder.see(decisionOf(system, snapshot), snapshot, FLAT);
      expect(system.recordings?.list()).toEqual([]);
      await recorder.write(REQUEST, null);
      expect(system.recordings?.list().map(({ runId }) => runId)).toEqual([
        '2026-03-05-143000Z-manual',
      ]);
    }));

  it('keeps what was seen then, whatever becomes of the arrays it was in', () =>
    inSystem(async (_, system, snapshot) => {
      const recorder = new DecisionRecorder(system);
      recorder.see(decisionOf(system, snapshot), snapshot, FLAT);
      const reference = [...snapshot.reference];
      snapshot.reference.fill(0);
      await recorder.write(REQUEST, null);
      const [name] = system.recordings?.list() ?? [];
      const read = name === undefined ? null : await system.recordings?.read(name);
      expect(read?.ok && [...read.value.market.reference]).toEqual(reference);
    }));

  it('never throws into the run, and is missed with an alert where it cannot be taken', () =>
    inSystem(async (home, system, snapshot) => {
      const recorder = new DecisionRecorder(system);
      const broken: MarketSnapshot = {
        ...snapshot,
        quote: () => {
          throw new Error('no quotes');
        },
      };
      recorder.see(decisionOf(system, snapshot), broken, FLAT);
      await recorder.write(REQUEST, null);
      const [alert] = await home.of('alert.raised');
      expect(alert).toMatchObject({ code: 'RECORDING_FAILED', runId: '2026-03-05-143000Z-manual' });
      expect(alert?.message).toContain('no quotes');
      expect(system.recordings?.list()).toEqual([]);
    }));

  it('is nothing, and no alert, where nothing was decided', () =>
    inSystem(async (home, system) => {
      await new DecisionRecorder(system).write(REQUEST, null);
      expect(system.recordings?.list()).toEqual([]);
      expect(await home.of('alert.raised')).toEqual([]);
    }));
});
