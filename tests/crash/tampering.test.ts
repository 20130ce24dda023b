import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  all,
  feePaid,
  fixedClock,
  HOME,
  SceneFold,
  tradeClosed,
  tradeOpened,
} from '../history-scenes.ts';
import { eventsOn, FOLDER, openOn, runUntilDeath, viewsOn } from './crash-scenes.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import {
  APRIL,
  closedHome,
  edited,
  joined,
  lines,
  MARCH,
  NEXT_MONTH,
  verify,
  without,
} from './tampering-scenes.ts';

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

  it('is told whatever letter of its last step changed, by verify and by the daemon', async () => {
    const home = await closedHome();
    // Without the saved position only the line itself can tell.
    home.tamper(`${FOLDER}/state/position.json`, () => null);
    const content = home.content(APRIL) ?? '';
    const last = content.lastIndexOf('\n', content.length - 2) + 1;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: last, max: content.length - 2 }),
        fc.constantFrom('0', 'a', 'Z', '"', '{'),
        async (at, letter) => {
          fc.pre(content[at] !== letter);
          const disk = home.killed();
          disk.tamper(APRIL, (bytes) => bytes.fill(letter, at, at + 1));
          expect((await verify(disk)).findings.join()).toMatch(/2026-04\.jsonl:\d+ \(event 12\)/);
          await expect(openOn(disk)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
        },
      ),
      { numRuns: 60 },
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

  it('keeps the daemon from starting when it is the journal of another home', async () => {
    const disk = await closedHome();
    const other = new SimulatedDisk();
    await runUntilDeath(
      other,
      Array.from({ length: 20 }, (_, i) => [tradeOpened(50 + i)]),
      1_000,
    );
    disk.tamper(MARCH, () => Buffer.from(other.content(MARCH) ?? ''));
    disk.tamper(APRIL, () => null);
    expect((await verify(disk)).findings.join()).toContain('not the one that was acknowledged');
    await expect(openOn(disk)).rejects.toMatchObject({
      code: 'HISTORY_DAMAGED',
      message: expect.stringContaining('not the one that was acknowledged'),
    });
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
