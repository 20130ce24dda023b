import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import type { RunRecord } from '../../src/domain/run.ts';
import type { TradeRecord } from '../../src/domain/trade.ts';
import type { EventOf, JournalEvent } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { copyBuiltProgram } from '../built-program.ts';

const LONG = Boolean(process.env.TRADE_LABS_TEST_LONG);
const KILLS = LONG ? 200 : 20;
const SEED = Number(process.env.TRADE_LABS_TEST_SEED ?? 1);
const [FROM, TO] = ['2026-03-02', '2026-03-06'];
const CONFIG = `data: { synthetic: { seed: 1, symbols: 40 } }
sizing: { stop: { kind: atr, multiple: 0.6 } }
exits: { target: { kind: r, multiple: 1 } }
jobs: { reconcile: { attempts: 10 }, report: { attempts: 10 }, backup: { attempts: 10 }, warm: { attempts: 10 } }
`;

const child = join(import.meta.dirname, 'daemon-child.mjs');
const built = copyBuiltProgram('daemon-kills');
const children: ChildProcess[] = [];

afterEach(() => {
  for (const one of children.splice(0)) one.kill('SIGKILL');
});

const newHome = (name: string): string => built.newHome(name, CONFIG);

interface Played {
  readonly ended: 'whole' | 'killed';
  /** From the first word of the child to its end. */
  readonly tookMs: number;
  readonly stderr: string;
}

/** Plays the week, or what is left of it, and kills the process so long after its first word. */
function play(home: string, killAfterMs: number | null): Promise<Played> {
  return new Promise((resolve, reject) => {
    const process_ = fork(child, [built.program, home, FROM, TO], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    children.push(process_);
    let stderr = '';
    let from = 0;
    process_.stderr?.on('data', (text: Buffer) => {
      stderr += text.toString();
    });
    process_.once('message', () => {
      from = performance.now();
      if (killAfterMs !== null) setTimeout(() => process_.kill('SIGKILL'), killAfterMs);
    });
    process_.on('exit', (code, signal) => {
      const tookMs = performance.now() - from;
      if (signal === 'SIGKILL') resolve({ ended: 'killed', tookMs, stderr });
      else if (code === 0) resolve({ ended: 'whole', tookMs, stderr });
      else reject(new Error(`the daemon ended with ${code}: ${stderr}`));
    });
  });
}

async function eventsOf(home: string): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for await (const event of readHistory(historyFolder(home)).events()) events.push(event);
  return events;
}

const of = <T extends JournalEvent['type']>(events: readonly JournalEvent[], type: T) =>
  events.filter((event): event is EventOf<T> => event.type === type);

const view = <T>(home: string, name: string): T[] =>
  JSON.parse(readFileSync(join(historyFolder(home), name), 'utf8')) as T[];

/** The slots of a week, whatever became of each: "scan-open 2026-03-02". */
const slotsOf = (events: readonly JournalEvent[]): string[] =>
  of(events, 'slot.claimed').map(({ slot, session }) => `${slot} ${session}`);

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Deterministic numbers from 0 to 1: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('a week whose daemon is killed again and again', () => {
  let whole: readonly JournalEvent[];
  let wholeMs = 0;
  beforeAll(async () => {
    const home = newHome('whole');
    ({ tookMs: wholeMs } = await play(home, null));
    whole = await eventsOf(home);
  });

  it(
    'has each slot once, books that agree, and every report, whenever it was',
    async () => {
      expect(of(whole, 'trade.closed').length).toBeGreaterThan(3);
      const chance = random(SEED);
      let home = newHome('week-0');
      let kills = 0;
      for (let week = 0; kills < KILLS; week++) {
        home = newHome(`week-${week}`);
        // Several kills to a week: also starts are killed, and recoveries of recoveries.
        for (let inWeek = 0; ; inWeek++) {
          // Fewer than a job has attempts: one that is killed in each of them is given up.
          const last = kills >= KILLS || inWeek === 8 || chance() < 0.15;
          const { ended } = await play(home, last ? null : chance() * wholeMs * 0.6);
          if (ended === 'killed') kills += 1;
          else break;
        }
        const about = `week ${week} after ${kills} kills; again with TRADE_LABS_TEST_SEED=${SEED}`;
        await expectWhole(home, about);
      }
    },
    KILLS * 30_000,
  );

  async function expectWhole(home: string, about: string): Promise<void> {
    const events = await eventsOf(home);
    const claimed = slotsOf(events);
    const missed = of(events, 'slot.missed').map(({ slot, session }) => `${slot} ${session}`);
    expect(claimed, about).toEqual(unique(claimed));
    expect(unique([...claimed, ...missed]).sort(), about).toEqual(slotsOf(whole).sort());
    expect(
      of(events, 'slot.claimed').filter(({ lateMs = 0 }) => lateMs > 0),
      about,
    ).toEqual([]);
    const runs = view<RunRecord>(home, 'runs.json');
    const jobs = runs.filter(({ job }) => job !== 'scan');
    expect(
      jobs.filter(({ status }) => status !== 'completed').map(({ runId }) => runId),
      about,
    ).toEqual([]);
    // Four a session, and the report of the week after the last one.
    expect(jobs.length, about).toBe(5 * 4 + 1);
    const differences = of(events, 'reconcile.completed').flatMap((event) => event.discrepancies);
    expect(differences, about).toEqual([]);
    for (const { session } of of(whole, 'report.written')) {
      const report = join(home, 'reports', 'daily', session, 'report.json');
      expect(existsSync(report), `${about}: ${report}`).toBe(true);
    }
    const execIds = of(events, 'fill.recorded').map(({ execId }) => execId);
    expect(execIds, about).toEqual(unique(execIds));
    const sent = of(events, 'order.submitted').map(({ orderRef }) => orderRef);
    expect(sent, about).toEqual(unique(sent));
    expect(
      view<TradeRecord>(home, 'trades.json').filter(({ stop }) => stop === null),
      about,
    ).toEqual([]);
    const verified = await verifyHistory(historyFolder(home), () => new Book());
    expect(verified.findings, about).toEqual([]);
  }
});
