import { expect } from 'vitest';
import {
  historyFolder,
  type OpenHistory,
  openHistory,
} from '../../src/adapters/file/file-history.ts';
import { walkJournal } from '../../src/adapters/file/journal-walk.ts';
import type { EventDraft, JournalEvent } from '../../src/events/event.ts';
import type { FileSystem } from '../../src/ports/file-system.ts';
import { fixedClock, HOME, SceneFold } from '../history-scenes.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

export const FOLDER = historyFolder('/home');
export const JOURNAL = `${FOLDER}/journal`;

/** A history on a simulated disk, with the small book of these tests. */
export interface Opened {
  readonly history: OpenHistory;
  readonly fold: SceneFold;
  readonly warnings: readonly string[];
}

export async function openOn(disk: FileSystem, checkpointEvery = 1_000): Promise<Opened> {
  const fold = new SceneFold();
  const warnings: string[] = [];
  const history = await openHistory({
    home: '/home',
    ...HOME,
    clock: fixedClock(),
    fold,
    newFold: () => new SceneFold(),
    files: disk,
    checkpointEvery,
    warn: (message) => warnings.push(message),
  });
  return { history, fold, warnings };
}

/** What a process did before it died: what it was told is safe, and what it was still waiting for. */
export interface Witness {
  readonly acknowledged: JournalEvent[];
  pending: readonly EventDraft[];
}

/** Runs the steps until the disk dies. Anything but its death is a failure of the test. */
export async function runUntilDeath(
  disk: SimulatedDisk,
  steps: readonly (readonly EventDraft[])[],
  checkpointEvery: number,
  witness: Witness = { acknowledged: [], pending: [] },
): Promise<Witness> {
  try {
    const { history } = await openOn(disk, checkpointEvery);
    for (const step of steps) {
      witness.pending = step;
      witness.acknowledged.push(...(await history.append(step)));
      witness.pending = [];
    }
    await history.close();
  } catch (error) {
    if (!disk.dead) throw error;
  }
  return witness;
}

/** The events on a disk; fails where the chain is broken or anything is left that a start should have cut. */
export function eventsOn(disk: SimulatedDisk): readonly JournalEvent[] {
  const events: JournalEvent[] = [];
  for (const item of walkJournal(disk, JOURNAL)) {
    if (item.kind === 'step') events.push(...item.events);
    else if (item.kind === 'damage') expect.unreachable(`damage: ${item.problem}`);
    else expect([item.torn, item.unterminated]).toEqual([null, false]);
  }
  return events;
}

const viewOn = (disk: SimulatedDisk, file: string): string =>
  disk.content(`${FOLDER}/${file}`) ?? '';

/** The bytes of both views. */
export const viewsOn = (disk: SimulatedDisk): readonly string[] => [
  viewOn(disk, 'runs.json'),
  viewOn(disk, 'trades.json'),
];

/** Opens what survived and checks every promise; returns what the journal holds then. */
export async function expectRecovered(
  disk: SimulatedDisk,
  witness: Witness,
): Promise<readonly JournalEvent[]> {
  const { history, fold, warnings } = await openOn(disk);
  const events = eventsOn(disk);
  expectNothingLost(events, witness);
  expect(fold.state.events).toBe(events.length);
  expect(warnings.filter((message) => message.includes('differs'))).toEqual([]);
  const [runs, trades] = viewsOn(disk).map((text) => JSON.parse(text) as Rows);
  expect(byKey(runs, 'runId')).toEqual(fold.state.runs);
  expect(byKey(trades, 'tradeId')).toEqual(fold.state.trades);
  await history.close();
  return events;
}

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Rows by their key; fails where a key comes twice. The order is checked by a rebuild. */
function byKey(rows: Rows = [], key: string): Record<string, unknown> {
  const found = Object.fromEntries(rows.map((row) => [row[key], row]));
  expect(Object.keys(found)).toHaveLength(rows.length);
  return found;
}

/** Everything acknowledged is there, once and unchanged; of the step in flight all or nothing is. */
function expectNothingLost(events: readonly JournalEvent[], witness: Witness): void {
  const byHash = new Set(events.map(({ hash }) => hash));
  const lost = witness.acknowledged.filter(({ hash }) => !byHash.has(hash));
  expect(lost).toEqual([]);
  const last = witness.acknowledged.at(-1)?.seq ?? 0;
  const rest = events.filter(
    ({ seq, type }) => seq > last && type !== 'history.opened' && type !== 'book.checkpointed',
  );
  expect([0, witness.pending.length]).toContain(rest.length);
  expect(rest.map(({ type }) => type)).toEqual(
    rest.length === 0 ? [] : witness.pending.map(({ type }) => type),
  );
}

/** Written anew from the journal alone, the views are the same bytes. */
export async function expectSameWhenRebuilt(disk: SimulatedDisk): Promise<void> {
  const before = viewsOn(disk);
  const copy = disk.killed();
  copy.remove(`${FOLDER}/runs.json`);
  copy.remove(`${FOLDER}/trades.json`);
  copy.remove(`${FOLDER}/state/position.json`);
  const { history } = await openOn(copy);
  await history.close();
  expect(viewsOn(copy)).toEqual(before);
}
