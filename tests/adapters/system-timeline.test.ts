import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  type ClockJump,
  SystemTimeline,
  type TimeSource,
} from '../../src/adapters/system/system-timeline.ts';
import { serviceNotifier } from '../../src/adapters/system/systemd.ts';
import { epochMs } from '../../src/domain/time.ts';

const START = Date.UTC(2026, 2, 5, 13);
const NEVER = new AbortController().signal;

/** A machine that sleeps as asked; `act` may do something to it before a sleep ends. */
function machine(act: (time: { wall: number; monotonic: number }) => void = () => {}) {
  const time = { wall: START, monotonic: 0 };
  let sleeps = 0;
  const beats = new Set<() => void>();
  const source: TimeSource = {
    wallMs: () => time.wall,
    monotonicMs: () => time.monotonic,
    sleep: async (ms) => {
      sleeps += 1;
      time.wall += ms;
      time.monotonic += ms;
      act(time);
      await Promise.resolve();
    },
    every: (_ms, beat) => {
      beats.add(beat);
      return () => beats.delete(beat);
    },
  };
  const goOn = (seconds: number): void => {
    for (let i = 0; i < seconds; i += 1) {
      time.wall += 1_000;
      time.monotonic += 1_000;
      for (const beat of beats) beat();
    }
  };
  return { time, source, goOn, sleeps: () => sleeps, beats };
}

describe("the machine's timeline", () => {
  it('waits a second at a time, with a sign of life each', async () => {
    const { source, sleeps } = machine();
    let ticks = 0;
    const timeline = new SystemTimeline({ source, onTick: () => (ticks += 1) });
    expect(await timeline.reach(epochMs(START + 60_500), NEVER)).toBe('reached');
    expect(sleeps()).toBe(61);
    expect(ticks).toBe(62);
    expect(timeline.now()).toBe(START + 60_500);
  });

  it('gives signs of life while work goes on, and does not take it for standing still', async () => {
    const { source, goOn, beats } = machine();
    const jumps: ClockJump[] = [];
    let ticks = 0;
    const timeline = new SystemTimeline({
      source: { ...source, sleep: () => new Promise(() => {}) },
      onTick: () => (ticks += 1),
      onJump: (jump) => jumps.push(jump),
    });
    let finish: (value: string) => void = () => {};
    const work = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const waits = [60_000, 90_000].map((limitMs) => timeline.within(work, limitMs, NEVER));
    goOn(30);
    expect(ticks).toBe(30);
    finish('done');
    await Promise.all(waits);
    expect(beats.size).toBe(0);
    await timeline.reach(timeline.now(), NEVER);
    expect(jumps).toEqual([]);
  });

  it('is at an instant of the past at once', async () => {
    const { source, sleeps } = machine();
    const timeline = new SystemTimeline({ source });
    expect(await timeline.reach(epochMs(START - 1), NEVER)).toBe('reached');
    expect(sleeps()).toBe(0);
  });

  it.each([
    ['ahead', 3_600_000, 0],
    ['back', -3_600_000, 0],
    ['stalled', 9_000, 9_000],
  ] as const)(
    'tells of a clock that goes %s, within a second',
    async (kind, wallBy, monotonicBy) => {
      const jumps: ClockJump[] = [];
      let done = false;
      const { source } = machine((time) => {
        if (done || time.monotonic < 10_000) return;
        done = true;
        time.wall += wallBy;
        time.monotonic += monotonicBy;
      });
      const timeline = new SystemTimeline({ source, onJump: (jump) => jumps.push(jump) });
      await timeline.reach(epochMs(START + 30_000), NEVER);
      expect(jumps.map((jump) => jump.kind)).toEqual([kind]);
      const byMs = kind === 'stalled' ? monotonicBy + 1_000 : Math.abs(wallBy);
      expect(jumps[0]?.byMs).toBe(byMs);
    },
  );

  it('says nothing of a clock that is disciplined', async () => {
    const jumps: ClockJump[] = [];
    const { source } = machine((time) => {
      time.wall += 0.5;
    });
    const timeline = new SystemTimeline({ source, onJump: (jump) => jumps.push(jump) });
    await timeline.reach(epochMs(START + 600_000), NEVER);
    expect(jumps).toEqual([]);
  });

  it('is woken', async () => {
    const wake = new AbortController();
    const { source } = machine((time) => {
      if (time.monotonic >= 5_000) wake.abort();
    });
    const timeline = new SystemTimeline({ source });
    expect(await timeline.reach(epochMs(START + 60_000), wake.signal)).toBe('woken');
    expect(timeline.now()).toBe(START + 5_000);
  });

  it('gives work a limit, and gives up when it is told to', async () => {
    const timeline = new SystemTimeline();
    const never = new Promise<never>(() => {});
    expect(await timeline.within(Promise.resolve(7), 60_000, NEVER)).toEqual({
      done: true,
      value: 7,
    });
    expect(await timeline.within(never, 5, NEVER)).toEqual({ done: false });
    const giveUp = new AbortController();
    const waiting = timeline.within(never, 60_000, giveUp.signal);
    giveUp.abort();
    expect(await waiting).toEqual({ done: false });
    await expect(timeline.within(Promise.reject(new Error('no')), 60_000, NEVER)).rejects.toThrow(
      'no',
    );
  });

  it('takes an answer that came while the process stood still, though its time is over', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [peer] = await accepted;
    const answered = once(client, 'data').then(([bytes]) => String(bytes));
    const limited = new SystemTimeline().within(answered, 20, NEVER);
    peer.write('here');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    expect(await limited).toEqual({ done: true, value: 'here' });
    client.destroy();
    peer.destroy();
    server.close();
  });
});

describe('the service manager', () => {
  const told = (env: Record<string, string>) => {
    const calls: (readonly string[])[] = [];
    return { calls, notifier: serviceNotifier(env, (args) => calls.push(args)) };
  };

  it('is told through systemd-notify, of this process, without waiting', () => {
    const { calls, notifier } = told({ NOTIFY_SOCKET: '/run/systemd/notify' });
    notifier.notify('READY=1', 'STATUS=running');
    expect(calls).toEqual([['--no-block', `--pid=${process.pid}`, 'READY=1', 'STATUS=running']]);
  });

  it('hears signs of life only where it waits for them, and no more often than it needs', () => {
    const without = told({ NOTIFY_SOCKET: 'x' });
    for (let i = 0; i < 100; i++) without.notifier.alive();
    expect(without.calls).toEqual([]);
    const watched = told({ NOTIFY_SOCKET: 'x', WATCHDOG_USEC: '60000000' });
    for (let i = 0; i < 100; i++) watched.notifier.alive();
    expect(watched.calls.map((args) => args.at(-1))).toEqual(['WATCHDOG=1']);
    const other = told({ NOTIFY_SOCKET: 'x', WATCHDOG_USEC: '1', WATCHDOG_PID: '1' });
    other.notifier.alive();
    expect(other.calls).toEqual([]);
  });

  it('is not looked for elsewhere', () => {
    const { calls, notifier } = told({});
    notifier.notify('READY=1');
    notifier.alive();
    expect(calls).toEqual([]);
  });
});
