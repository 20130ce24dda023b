import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptLosses } from '../../src/adapters/file/history-accept-loss.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import {
  all,
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
import { eventsOn, FOLDER, JOURNAL, openOn, runUntilDeath, viewsOn } from './crash-scenes.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const MARCH = `${JOURNAL}/2026-03.jsonl`;
const APRIL = `${JOURNAL}/2026-04.jsonl`;
const NEXT_MONTH = Date.UTC(2026, 3, 1, 13, 30) as typeof OPEN_AT;

/** Two months of a home that was closed in order, with a checkpoint where the second begins. */
async function closedHome(): Promise<SimulatedDisk> {
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

const verify = (disk: SimulatedDisk) => verifyHistory(FOLDER, () => new SceneFold(), disk);

const lines = (content: Buffer): string[] => content.toString().split('\n').slice(0, -1);
const joined = (texts: readonly string[]): Buffer =>
  Buffer.from(texts.map((t) => `${t}\n`).join(''));
const without = (line: number) => (content: Buffer) =>
  joined(lines(content).filter((_, i) => i !== line - 1));
const edited = (line: number, from: string, to: string) => (content: Buffer) =>
  joined(lines(content).map((text, i) => (i === line - 1 ? text.replace(from, to) : text)));

describe('a journal that somebody changed', () => {
  it.each([
    ['a changed line', MARCH, edited(3, 'T1', 'T9'), /2026-03\.jsonl:3 \(event 3\) does not match/],
    [
      'a removed line',
      MARCH,
      without(4),
      /2026-03\.jsonl:4 \(event 4\) follows lines that are missing/,
    ],
    ['a removed month', MARCH, () => null, /2026-04\.jsonl:1 \(events 1 to 7\)/],
    [
      'a line that stands twice',
      MARCH,
      (content: Buffer) =>
        joined(lines(content).flatMap((text, i) => (i === 2 ? [text, text] : [text]))),
      /2026-03\.jsonl:4 .* is out of sequence/,
    ],
    [
      'two lines in the wrong order',
      MARCH,
      (content: Buffer) => {
        const [first = '', second = '', ...rest] = lines(content);
        return joined([second, first, ...rest]);
      },
      /2026-03\.jsonl:1 \(event 1\)/,
    ],
    [
      'a line that was added',
      APRIL,
      (content: Buffer) => Buffer.concat([Buffer.from('hello\n'), content]),
      /2026-04\.jsonl:1 .* does not match its hash/,
    ],
    [
      'a cut in the middle',
      MARCH,
      (content: Buffer) => content.subarray(0, 1_500),
      /2026-03\.jsonl:\d/,
    ],
  ])('is told with file, line and event: %s', async (_, path, change, told) => {
    const disk = await closedHome();
    disk.tamper(path, change);
    expect((await verify(disk)).findings.join('\n')).toMatch(told);
  });

  it('is told by verify whatever byte of it changed', async () => {
    const disk = await closedHome();
    const size = disk.content(MARCH)?.length ?? 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(size - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = disk.killed();
        changed.tamper(MARCH, (content) => {
          content[at] = (content[at] ?? 0) ^ by;
          return content;
        });
        expect((await verify(changed)).findings).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the daemon from starting where a start reads it, and names the place', async () => {
    const disk = await closedHome();
    disk.tamper(APRIL, edited(2, 'T3', 'T9'));
    await expect(openOn(disk)).rejects.toMatchObject({
      code: 'HISTORY_DAMAGED',
      exit: 78,
      message: expect.stringContaining('2026-04.jsonl:2 (event 9)'),
    });
  });

  it('keeps the daemon from starting when acknowledged events were cut off the end', async () => {
    for (const change of [
      without(5),
      (content: Buffer) => content.subarray(0, content.length - 9),
    ]) {
      const disk = await closedHome();
      disk.tamper(APRIL, change);
      await expect(openOn(disk)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    }
  });

  it('keeps the daemon from starting an empty journal beside views that have records', async () => {
    const disk = await closedHome();
    disk.tamper(MARCH, () => null);
    disk.tamper(APRIL, () => null);
    disk.tamper(`${FOLDER}/state/position.json`, () => null);
    await expect(openOn(disk)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
  });

  it('goes on when only the last newline is missing', async () => {
    const disk = await closedHome();
    disk.tamper(APRIL, (content) => content.subarray(0, -1));
    const { history, warnings } = await openOn(disk);
    expect(warnings.join()).toContain('did not end with a newline');
    await history.append([feePaid(-3, 'y', NEXT_MONTH)]);
    expect(eventsOn(disk)).toHaveLength(13);
  });

  it('is refused when a newer program wrote it', async () => {
    const disk = await closedHome();
    const { sealText } = await import('../../src/events/chain.ts');
    disk.tamper(APRIL, (content) => {
      const last = eventsOn(disk).at(-1);
      const line = JSON.stringify({ v: 2, seq: 13, type: 'moon.landed', prev: last?.hash });
      return Buffer.concat([content, Buffer.from(`${sealText(line).text}\n`)]);
    });
    await expect(openOn(disk)).rejects.toMatchObject({ code: 'HISTORY_TOO_NEW', exit: 78 });
  });

  it('is refused under another mode or account, with the way out', async () => {
    const disk = await closedHome();
    const { openHistory } = await import('../../src/adapters/file/file-history.ts');
    for (const other of [{ mode: 'paper' }, { account: 'DU1' }] as const) {
      const opening = openHistory({
        home: '/home',
        ...HOME,
        ...other,
        clock: fixedClock(),
        fold: new SceneFold(),
        newFold: () => new SceneFold(),
        files: disk,
      });
      await expect(opening).rejects.toMatchObject({
        code: 'HOME_MISMATCH',
        hint: expect.stringContaining('--home DIR'),
      });
    }
  });
});

describe('a view that somebody changed', () => {
  const TRADES = `${FOLDER}/trades.json`;
  const CHANGES: readonly [string, (content: Buffer) => Buffer | null, boolean?][] = [
    ['edited in place', edited(2, 'T1', 'T9')],
    ['cut short', (content) => content.subarray(0, 100)],
    ['added to', (content) => Buffer.concat([content, Buffer.from('\n')])],
    ['replaced by an editor', edited(2, 'S1', 'S9'), true],
    ['removed', () => null],
    ['emptied', () => Buffer.alloc(0)],
  ];

  it.each(CHANGES)('while nobody ran is found and written anew: %s', async (_, change, replace) => {
    const disk = await closedHome();
    const before = viewsOn(disk);
    disk.tamper(TRADES, change, replace);
    expect((await verify(disk)).findings.join()).toMatch(/trades\.json/);
    const { history, warnings } = await openOn(disk);
    expect(warnings.join()).toContain('trades.json');
    await history.close();
    expect(viewsOn(disk)).toEqual(before);
    expect((await verify(disk)).findings).toEqual([]);
  });

  it.each(CHANGES)(
    'under the writer is found at its next write and written anew: %s',
    async (_, change, replace) => {
      const disk = await closedHome();
      const { history, fold, warnings } = await openOn(disk);
      disk.tamper(TRADES, change, replace);
      await history.append([tradeOpened(5, NEXT_MONTH)]);
      await history.append([tradeClosed(5, 3, NEXT_MONTH)]);
      await history.settled();
      expect(warnings.join()).toContain('trades.json is written anew');
      const trades = await all(history.reader.trades());
      expect(trades).toEqual(Object.values(fold.state.trades));
      await history.close();
      expect((await verify(disk)).findings).toEqual([]);
    },
  );
});

describe('a journal that changes under the writer', () => {
  it.each([
    ['cut short', (content: Buffer) => content.subarray(0, 100), false, 'has 100 bytes'],
    ['added to', (content: Buffer) => Buffer.concat([content, Buffer.from('x')]), false, 'bytes'],
    ['replaced', (content: Buffer) => Buffer.from(content), true, 'was replaced'],
    ['removed', () => null, false, 'was removed'],
  ] as const)('stops it before the next step, for good: %s', async (_, change, replace, told) => {
    const disk = await closedHome();
    const { history } = await openOn(disk);
    disk.tamper(APRIL, change, replace);
    for (let i = 0; i < 2; i += 1) {
      await expect(history.append([feePaid(-1, 'x', NEXT_MONTH)])).rejects.toMatchObject({
        code: 'HISTORY_DAMAGED',
        message: expect.stringContaining(told),
      });
    }
  });

  it('is saved from the open file when somebody removed it', async () => {
    const disk = await closedHome();
    const { history } = await openOn(disk);
    const before = disk.content(APRIL);
    disk.tamper(APRIL, () => null);
    await expect(history.append([feePaid(-1, 'x', NEXT_MONTH)])).rejects.toThrow('was removed');
    expect(disk.content(`${APRIL}.rescued`)).toBe(before);
  });
});

describe('accepting a loss', () => {
  const options = (disk: SimulatedDisk) => ({
    home: '/home',
    ...HOME,
    clock: fixedClock(NEXT_MONTH),
    fold: new SceneFold(),
    newFold: () => new SceneFold(),
    files: disk,
  });

  it.each([
    ['a fee in an old month', MARCH, edited(5, 'data', 'DATA'), [5, 5]],
    ['an opening that later events need', APRIL, edited(2, 'T3', 'T9'), [9, 9]],
    [
      'the end of the journal',
      APRIL,
      (content: Buffer) => joined(lines(content).slice(0, 2)),
      [10, 12],
    ],
    [
      'a whole step with garbage for it',
      APRIL,
      (content: Buffer) => joined(lines(content).map((text, i) => (i === 4 ? 'garbage' : text))),
      [12, 12],
    ],
  ] as const)(
    'names it in the journal for good and lets the home start again: %s',
    async (_, path, change, [from, to]) => {
      const disk = await closedHome();
      disk.tamper(path, change);
      const accepted = await acceptLosses(options(disk));
      expect(accepted.losses.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([[from, to]]);
      const { history } = await openOn(disk);
      await history.append([tradeOpened(9, NEXT_MONTH)]);
      await history.close();
      const verified = await verify(disk);
      expect(verified.findings).toEqual([]);
      const events = await all(history.reader.events({ fromSeq: 1 }));
      expect(events.filter(({ type }) => type === 'history.loss_accepted')).toHaveLength(1);
      expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length);
      expect(events.at(-1)).toMatchObject({ tradeId: 'T9' });
    },
  );

  it('has nothing to do where nothing is lost', async () => {
    const disk = await closedHome();
    expect(await acceptLosses(options(disk))).toEqual(expect.objectContaining({ losses: [] }));
  });

  it('does not cover damage that comes later', async () => {
    const disk = await closedHome();
    disk.tamper(MARCH, edited(5, 'data', 'DATA'));
    await acceptLosses(options(disk));
    disk.tamper(MARCH, edited(3, 'T1', 'T9'));
    const { findings } = await verify(disk);
    expect(findings.filter((text) => text.startsWith('2026'))).toEqual([
      expect.stringContaining('2026-03.jsonl:3 (event 3)'),
    ]);
  });

  it('refuses to go on without the first event', async () => {
    const disk = await closedHome();
    disk.tamper(MARCH, edited(1, 'sim', 'SIM'));
    await expect(acceptLosses(options(disk))).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
  });
});
