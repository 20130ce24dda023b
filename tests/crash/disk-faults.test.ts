import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../src/events/event.ts';
import type { FileSystem } from '../../src/ports/file-system.ts';
import {
  feePaid,
  type OPEN_AT,
  runCompleted,
  runStarted,
  tradeClosed,
  tradeOpened,
} from '../history-scenes.ts';
import { eventsOn, expectRecovered, openOn, runUntilDeath, type Witness } from './crash-scenes.ts';
import { type FaultKind, faultyFiles } from './faulty-files.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const NEXT_MONTH = Date.UTC(2026, 3, 1, 13, 30) as typeof OPEN_AT;
const KINDS: readonly FaultKind[] = [
  'write fails',
  'disk fills up within a write',
  'write does nothing and says it did',
  'write does half and says it did all',
  'sync fails',
  'rename fails',
  'create fails',
];
const PLACES: readonly [string, RegExp][] = [
  ['the journal', /journal\/.*jsonl$/],
  ['runs.json', /runs\.json$/],
  ['trades.json', /trades\.json$/],
  ['an index', /\.index$/],
  ['the saved position', /position\.json(\.tmp)?$/],
];

const STEPS: readonly (readonly EventDraft[])[] = [
  [tradeOpened(3)],
  [feePaid(-1), tradeClosed(3)],
  [runStarted('run-2')],
  [runCompleted('run-2', 'x'.repeat(700))],
  [tradeOpened(4, NEXT_MONTH)],
  [tradeClosed(4, 7, NEXT_MONTH)],
];

/** Appends until something is refused; nothing may be accepted after that. */
async function runUntilRefused(files: FileSystem, witness: Witness): Promise<void> {
  let refused = false;
  const history = await openOn(files, 4).then(
    (opened) => opened.history,
    () => null,
  );
  for (const step of history === null ? [] : STEPS) {
    try {
      const events = await history?.append(step);
      expect(refused).toBe(false);
      witness.acknowledged.push(...(events ?? []));
    } catch {
      if (!refused) witness.pending = step;
      refused = true;
    }
  }
  await history?.close().catch(() => undefined);
}

describe.each(PLACES)('a fault at %s', (_, path) => {
  it.each(KINDS)('never loses what was acknowledged: %s', async (kind) => {
    const start = new SimulatedDisk();
    await runUntilDeath(start, [[runStarted('run-1')], [tradeOpened(1), tradeOpened(2)]], 1_000);
    for (let nth = 1; ; nth += 1) {
      const disk = start.killed();
      const files = faultyFiles(disk, { kind, path, nth });
      const witness: Witness = { acknowledged: [...eventsOn(disk)], pending: [] };
      await runUntilRefused(files, witness);
      if (!files.struck()) break;
      await expectRecovered(disk.killed(), witness);
      if (!kind.includes('says it did')) await expectRecovered(disk.onlySynced(), witness);
    }
  });
});

describe('a full disk', () => {
  it('is told with the way out, and takes back what was written of the step', async () => {
    const disk = new SimulatedDisk();
    const kind = 'disk fills up within a write';
    const files = faultyFiles(disk, { kind, path: /jsonl$/, nth: 3 });
    const { history } = await openOn(files);
    await history.append([tradeOpened(1)]);
    const before = eventsOn(disk);
    await expect(history.append([tradeOpened(2)])).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
      exit: 73,
      hint: expect.stringContaining('free space'),
    });
    expect(eventsOn(disk)).toEqual(before);
  });
});
