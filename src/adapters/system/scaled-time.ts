import type { EpochMs } from '../../domain/time.ts';
import { machineTime, type TimeSource } from './system-timeline.ts';

/** Time that begins at an instant, now, and passes so many times as fast as the machine's. */
export function scaledTime(
  from: EpochMs,
  speed: number,
  machine: TimeSource = machineTime,
): TimeSource {
  const start = machine.monotonicMs();
  const passed = (): number => (machine.monotonicMs() - start) * speed;
  return {
    wallMs: () => from + passed(),
    monotonicMs: passed,
    sleep: (ms, wake) => machine.sleep(ms / speed, wake),
    every: (ms, act) => machine.every(ms / speed, act),
  };
}
