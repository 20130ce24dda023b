import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendPriority } from '../../src/adapters/ib/ib-gateway.ts';
import { MOST_PER_SECOND, Pacing } from '../../src/adapters/ib/ib-pacing.ts';
import { SystemTimeline, type TimeSource } from '../../src/adapters/system/system-timeline.ts';

const PRIORITIES: readonly SendPriority[] = ['cancel', 'order', 'question', 'tidying'];
const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** Time that goes on to what is waited for first, once everything else is done. */
class StillTime implements TimeSource {
  #wall = Date.UTC(2026, 2, 5, 15);
  #monotonic = 0;
  readonly #sleepers = new Set<{ readonly due: number; readonly done: () => void }>();

  readonly wallMs = (): number => this.#wall;
  readonly monotonicMs = (): number => this.#monotonic;

  readonly sleep = (ms: number, wake: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        this.#sleepers.delete(sleeper);
        wake.removeEventListener('abort', done);
        resolve();
      };
      const sleeper = { due: this.#monotonic + ms, done };
      this.#sleepers.add(sleeper);
      wake.addEventListener('abort', done);
    });

  readonly every = () => () => {};

  /** Somebody sets the clock; no time passes. */
  set(byMs: number): void {
    this.#wall += byMs;
  }

  /** So much time passes, and all that was waited for until then happens. */
  async pass(ms: number): Promise<void> {
    const until = this.#monotonic + ms;
    for (;;) {
      await nextTurn();
      const due = [...this.#sleepers].filter((one) => one.due <= until);
      const [first] = due.sort((a, b) => a.due - b.due);
      this.#goTo(first?.due ?? until);
      if (first === undefined) return;
      first.done();
    }
  }

  #goTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}

interface Sent {
  readonly chain: number;
  readonly atMs: number;
}

/** A pacing, the wire behind it, and the time of both. */
function paced() {
  const time = new StillTime();
  const pacing = new Pacing(new SystemTimeline({ source: time }));
  const wire: Sent[] = [];
  const put = (chain: number, messages: number): void => {
    for (let message = 0; message < messages; message += 1) {
      pacing.onWire();
      wire.push({ chain, atMs: time.monotonicMs() });
    }
  };
  const send = (
    priority: SendPriority,
    messages: number,
    chain = 0,
    isWelcome = () => true,
  ): Promise<boolean> => pacing.send(priority, messages, isWelcome, () => put(chain, messages));
  return { time, pacing, wire, put, send };
}

/** Messages in the fullest second of the wire. */
const fullest = (wire: readonly Sent[]): number =>
  Math.max(
    0,
    ...wire.map(
      ({ atMs }) => wire.filter((one) => one.atMs >= atMs && one.atMs <= atMs + 1_000).length,
    ),
  );

const chains = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 120 }),
    priority: fc.constantFrom(...PRIORITIES),
    messages: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 120 },
);

describe('pacing', () => {
  it('never lets a second have more than 45 messages, and sends every chain once and whole', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async (asked) => {
        const { time, wire, send } = paced();
        const answers: Promise<boolean>[] = [];
        for (const [chain, { afterMs, priority, messages }] of asked.entries()) {
          await time.pass(afterMs);
          answers.push(send(priority, messages, chain));
        }
        await time.pass(60_000);
        expect(await Promise.all(answers)).toEqual(asked.map(() => true));
        expect(fullest(wire)).toBeLessThanOrEqual(MOST_PER_SECOND);
        const runs = wire.filter(({ chain }, i) => chain !== wire[i - 1]?.chain);
        expect(runs.map(({ chain }) => chain).sort((a, b) => a - b)).toEqual(
          asked.map((_, chain) => chain),
        );
        expect(wire).toHaveLength(asked.reduce((sum, { messages }) => sum + messages, 0));
      }),
      { numRuns: 60 },
    );
  });

  it('sends what is more urgent first, and what is as urgent in the order it was asked', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async (asked) => {
        const { time, wire, send, put } = paced();
        put(-1, MOST_PER_SECOND);
        for (const [chain, { priority, messages }] of asked.entries()) {
          void send(priority, messages, chain);
        }
        await time.pass(60_000);
        const order = wire
          .filter(({ chain }, i) => chain >= 0 && chain !== wire[i - 1]?.chain)
          .map(({ chain }) => chain);
        const wanted = PRIORITIES.flatMap((priority) =>
          [...asked.keys()].filter((chain) => asked[chain]?.priority === priority),
        );
        expect(order).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it('sends at once what fits, and the rest as soon as it does', async () => {
    const { time, wire, send } = paced();
    for (let chain = 0; chain < 100; chain += 1) void send('question', 1, chain);
    expect(wire).toHaveLength(45);
    await time.pass(1_000);
    expect(wire).toHaveLength(45);
    await time.pass(1);
    expect(wire).toHaveLength(90);
    await time.pass(1_001);
    expect(wire).toHaveLength(100);
  });

  it('lets a cancel go before a chain that waits for more room', async () => {
    const { time, wire, send, put } = paced();
    put(-1, 43);
    await time.pass(500);
    void send('order', 3, 1);
    expect(wire).toHaveLength(43);
    void send('cancel', 1, 2);
    expect(wire.at(-1)?.chain).toBe(2);
    await time.pass(501);
    expect(wire.slice(44).map(({ chain }) => chain)).toEqual([1, 1, 1]);
  });

  it('counts what was sent beyond what was asked for', async () => {
    const { time, wire, pacing, put, send } = paced();
    put(-1, 40);
    await pacing.send(
      'question',
      1,
      () => true,
      () => put(0, 5),
    );
    void send('question', 1, 1);
    expect(wire).toHaveLength(45);
    await time.pass(1_001);
    expect(wire).toHaveLength(46);
  });

  it('gives up what is not welcome any more, and sends it never', async () => {
    const { time, wire, pacing, put, send } = paced();
    put(-1, 45);
    let isWelcome = true;
    const refused = send('order', 1, 1, () => isWelcome);
    const kept = send('question', 1, 2);
    isWelcome = false;
    pacing.recheck();
    expect(await refused).toBe(false);
    isWelcome = true;
    await time.pass(5_000);
    expect(await kept).toBe(true);
    expect(wire.slice(45).map(({ chain }) => chain)).toEqual([2]);
  });

  it('refuses a chain that no second has room for', async () => {
    const { wire, send } = paced();
    expect(await send('order', 46)).toBe(false);
    expect(await send('order', 45)).toBe(true);
    expect(wire).toHaveLength(45);
  });

  it('waits no longer than a second where the clock is set back by an hour', async () => {
    const { time, wire, put, send } = paced();
    put(-1, 45);
    void send('order', 1, 1);
    time.set(-3_600_000);
    void send('order', 1, 2);
    await time.pass(1_001);
    expect(wire.slice(45).map(({ chain }) => chain)).toEqual([1, 2]);
  });

  it('leaves room for orders while it tidies up', async () => {
    const { time, wire, send } = paced();
    for (let chain = 0; chain < 60; chain += 1) void send('tidying', 1, chain);
    expect(wire).toHaveLength(25);
    expect(await send('order', 20, 99)).toBe(true);
    expect(wire).toHaveLength(45);
    await time.pass(5_000);
    expect(wire).toHaveLength(80);
  });
});
