import { expect, test } from 'vitest';
import type { ChildArm } from '../../src/adapters/sim/sim-account.ts';
import type { FaultRates } from '../../src/testing/faults.ts';
import { calmDifferences, Rules } from './hostile-rules.ts';
import { chance, HostileWorld, Killed, SESSION, SYMBOLS } from './hostile-world.ts';

const LONG = process.env.TRADE_LABS_TEST_LONG === '1';
const STEPS = 60;
/** Seeds in each of the two ways that a broker may wake stops. */
const SEEDS = LONG ? 900 : 260;
const FIRST = Number(process.env.TRADE_LABS_TEST_SEED ?? 1);

const STORM: FaultRates = {
  request: {
    not_sent: 0.04,
    lost: 0.04,
    unanswered: 0.05,
    late: 0.05,
    parted: 0.04,
    refused_later: 0.05,
    held: 0.04,
  },
  message: { dropped: 0.12, repeated: 0.12, delayed: 0.15, unpaid: 0.1 },
  answer: { failed: 0.12, partial: 0.08 },
};

/** What a desk might do at a step, sensibly or not. */
async function deed(world: HostileWorld, next: () => number, step: number): Promise<void> {
  const symbol = SYMBOLS[Math.floor(next() * SYMBOLS.length)] ?? SYMBOLS[0];
  const draw = next();
  if (symbol === undefined) return;
  if (draw < 0.35) {
    await world.enter(symbol, `scan-${step}`, 20 + Math.floor(next() * 200), next() < 0.3);
  } else if (draw < 0.43) await world.leave(symbol);
  else if (draw < 0.5) await world.sellHalf(symbol);
  else if (draw < 0.58) await world.raiseStop(symbol);
}

/** Lets the process be killed at any append or send of what it does, and another go on. */
async function mortally(world: HostileWorld, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    await world.restart();
  } finally {
    world.killIn = null;
  }
}

async function weather(seed: number, childArm: ChildArm): Promise<string[]> {
  const childFate = seed % 3 === 0 ? 'cancelled' : 'kept';
  const world = new HostileWorld({ seed, childArm, childFate, rates: STORM });
  const rules = new Rules(world);
  const next = chance(seed, 'deeds');
  world.sim.openBars(world.now, SESSION);
  for (let step = 0; step < STEPS; step += 1) {
    world.tick();
    if (next() < 0.05) world.line.setDown(true);
    else if (next() < 0.3) world.line.setDown(false);
    if (next() < 0.12) world.killIn = 1 + Math.floor(next() * 6);
    await mortally(world, () => deed(world, next, step));
    if (next() < 0.04) world.killIn = 1 + Math.floor(next() * 6);
    await mortally(world, () => world.watch());
    const broken = await rules.check();
    if (broken.length > 0) return broken.map((line) => `step ${step}: ${line}`);
  }
  return afterwards(world, rules);
}

/** The line is mended and the faults end: within minutes everything agrees. */
async function afterwards(world: HostileWorld, rules: Rules): Promise<string[]> {
  world.line.setDown(false);
  world.line.calm();
  for (let step = 0; step < 30; step += 1) {
    world.tick();
    await world.watch();
    const broken = await rules.check();
    if (broken.length > 0) return broken.map((line) => `calm ${step}: ${line}`);
  }
  return calmDifferences(world);
}

for (const childArm of ['partial', 'full'] as const) {
  test(`no duplicate, no naked share, no lost fill: stops wake on ${childArm} fills`, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      const broken = await weather(seed, childArm);
      const again = `again with TRADE_LABS_TEST_SEED=${seed}`;
      expect(broken, `seed ${seed}, ${childArm}; ${again}`).toEqual([]);
    }
  }, 600_000);
}
