import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import {
  feePaid,
  fixedClock,
  HOME,
  type OPEN_AT,
  runCompleted,
  runStarted,
  SceneFold,
  tradeClosed,
  tradeOpened,
} from '../history-scenes.ts';
import { FOLDER, JOURNAL, runUntilDeath } from './crash-scenes.ts';
import { SimulatedDisk } from './simulated-disk.ts';

export const MARCH = `${JOURNAL}/2026-03.jsonl`;
export const APRIL = `${JOURNAL}/2026-04.jsonl`;
export const NEXT_MONTH = Date.UTC(2026, 3, 1, 13, 30) as typeof OPEN_AT;

/** Two months of a home that was closed in order, with a checkpoint where the second begins. */
export async function closedHome(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  await runUntilDeath(
    disk,
    [
      [runStarted('run-1')],
      [tradeOpened(1), tradeOpened(2), feePaid(-1)],
      [tradeClosed(1)],
      [runCompleted('run-1')],
      [tradeOpened(3, NEXT_MONTH)],
      [feePaid(-2, 'x', NEXT_MONTH), tradeClosed(3, 5, NEXT_MONTH)],
      [tradeOpened(4, NEXT_MONTH)],
    ],
    1_000,
  );
  return disk.killed();
}

export const acceptingOn = (disk: SimulatedDisk) => ({
  home: '/home',
  ...HOME,
  clock: fixedClock(NEXT_MONTH),
  fold: new SceneFold(),
  newFold: () => new SceneFold(),
  files: disk,
});

export const verify = (disk: SimulatedDisk) => verifyHistory(FOLDER, () => new SceneFold(), disk);

export const lines = (content: Buffer): string[] => content.toString().split('\n').slice(0, -1);
export const joined = (texts: readonly string[]): Buffer =>
  Buffer.from(texts.map((t) => `${t}\n`).join(''));
export const without = (line: number) => (content: Buffer) =>
  joined(lines(content).filter((_, i) => i !== line - 1));
export const edited = (line: number, from: string, to: string) => (content: Buffer) =>
  joined(lines(content).map((text, i) => (i === line - 1 ? text.replace(from, to) : text)));
