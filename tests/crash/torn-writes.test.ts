import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../src/events/event.ts';
import {
  feePaid,
  type OPEN_AT,
  runCompleted,
  runStarted,
  tradeClosed,
  tradeOpened,
} from '../history-scenes.ts';
import {
  eventsOn,
  expectRecovered,
  expectSameWhenRebuilt,
  openOn,
  runUntilDeath,
} from './crash-scenes.ts';
import { type Death, SimulatedDisk } from './simulated-disk.ts';

const NEXT_MONTH = Date.UTC(2026, 3, 1, 13, 30) as typeof OPEN_AT;

/** A home with a past: two trades, one closed, and a finished run. */
async function homeWithPast(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  await runUntilDeath(
    disk,
    [
      [runStarted('run-1')],
      [tradeOpened(1), tradeOpened(2)],
      [tradeClosed(1)],
      [runCompleted('run-1')],
    ],
    1_000,
  );
  return disk.killed();
}

/** Of a file that is not yet in place CI tries every 16th byte, the long test every one. */
const LONG = Boolean(process.env.TRADE_LABS_TEST_LONG);
const TEMPORARY_STRIDE = LONG ? 1 : 16;
const TIMEOUT_MS = LONG ? 900_000 : 120_000;

/** Every way to die in these steps: before each operation, and at each byte of each write. */
async function everyDeath(
  start: SimulatedDisk,
  steps: readonly (readonly EventDraft[])[],
  checkpointEvery: number,
): Promise<Death[]> {
  const rehearsal = start.killed();
  await runUntilDeath(rehearsal, steps, checkpointEvery);
  return rehearsal.operations.flatMap(({ path, prefixes }, at) => {
    const stride = path.endsWith('.tmp') ? TEMPORARY_STRIDE : 1;
    return prefixes.filter((_, i) => i % stride === 0).map((bytes) => ({ at, bytes }));
  });
}

const SCENES: readonly {
  readonly name: string;
  readonly steps: readonly (readonly EventDraft[])[];
  readonly checkpointEvery?: number;
  readonly empty?: true;
}[] = [
  { name: 'a trade is added', steps: [[tradeOpened(3)]] },
  { name: 'an old trade changes', steps: [[tradeClosed(2)]] },
  {
    name: 'a step of several events is written',
    steps: [[feePaid(-1), tradeOpened(3), tradeClosed(2)]],
  },
  {
    name: 'a run outgrows its line',
    steps: [[runStarted('run-2')], [runCompleted('run-2', 'x'.repeat(700))]],
  },
  {
    name: 'a run outgrows its line just before the book is checkpointed',
    steps: [[runStarted('run-2')], [runCompleted('run-2', 'x'.repeat(700))]],
    checkpointEvery: 6,
  },
  { name: 'the book is checkpointed', steps: [[feePaid(-1)]], checkpointEvery: 4 },
  { name: 'a month begins', steps: [[feePaid(-1)], [{ ...feePaid(-2), at: NEXT_MONTH }]] },
  { name: 'a home begins', steps: [[feePaid(-1)]], empty: true },
];

describe.each(SCENES)(
  'a crash at any byte while $name',
  ({ steps, checkpointEvery = 1_000, empty }) => {
    it(
      'loses nothing acknowledged and leaves whole views, whether or not caches were written',
      async () => {
        const start = empty ? new SimulatedDisk() : await homeWithPast();
        const deaths = await everyDeath(start, steps, checkpointEvery);
        const past = eventsOn(start);
        expect(deaths.length).toBeGreaterThan(200);
        for (const death of deaths) {
          const disk = start.killed(death);
          const witness = await runUntilDeath(disk, steps, checkpointEvery, {
            acknowledged: [...past],
            pending: [],
          });
          await expectRecovered(disk.killed(), witness);
          // What only was written is gone then, so it does not matter how much of it was.
          if (death.bytes === 0) await expectRecovered(disk.onlySynced(), witness);
        }
      },
      TIMEOUT_MS,
    );

    it('leaves the bytes that a rebuild from the journal gives', async () => {
      const start = empty ? new SimulatedDisk() : await homeWithPast();
      await runUntilDeath(start, steps, checkpointEvery);
      const rehearsal = start.killed();
      const { history } = await openOn(rehearsal);
      await history.close();
      await expectSameWhenRebuilt(rehearsal);
    });
  },
);
