import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { historyFolder, journalFolder, openHistory } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import { assertLocal } from '../../src/adapters/file/local-disk.ts';
import { openRunFolderHistory } from '../../src/adapters/file/run-folder-history.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { scrubbed } from '../../src/events/scrub.ts';
import {
  all,
  feePaid,
  fixedClock,
  HOME,
  OPEN_AT,
  runCompleted,
  runStarted,
  SceneFold,
  tradeClosed,
  tradeOpened,
} from '../history-scenes.ts';

const root = mkdtempSync(join(tmpdir(), 'history-files-'));
afterAll(() => rmSync(root, { recursive: true }));
let homes = 0;
const newHome = () => join(root, String(homes++));
const optionsFor = (home: string, fold = new SceneFold()) => ({
  home,
  ...HOME,
  clock: fixedClock(),
  fold,
  newFold: () => new SceneFold(),
});
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
const DAY = 86_400_000;
const later = (days: number) => (OPEN_AT + days * DAY) as typeof OPEN_AT;

describe('the files of a history', () => {
  it('are for their owner alone, also where somebody had opened a folder', async () => {
    const home = newHome();
    mkdirSync(journalFolder(historyFolder(home)), { recursive: true, mode: 0o755 });
    chmodSync(historyFolder(home), 0o777);
    const history = await openHistory(optionsFor(home));
    await history.append([tradeOpened(1)]);
    for (const path of [historyFolder(home), ...filesBelow(historyFolder(home))]) {
      const stat = lstatSync(path);
      expect([path, stat.mode & 0o777]).toEqual([path, stat.isDirectory() ? 0o700 : 0o600]);
    }
    await history.close();
  });

  it('are never written through a link', async () => {
    const home = newHome();
    const target = join(root, 'precious');
    writeFileSync(target, '');
    mkdirSync(journalFolder(historyFolder(home)), { recursive: true });
    symlinkSync(target, join(journalFolder(historyFolder(home)), '2026-03.jsonl'));
    await expect(openHistory(optionsFor(home))).rejects.toMatchObject({ code: 'ELOOP' });
    expect(readFileSync(target, 'utf8')).toBe('');
  });

  it('are JSON arrays with one record a line, and JSON lines by UTC month', async () => {
    const home = newHome();
    const history = await openHistory(optionsFor(home));
    const lastOfMarch = Date.UTC(2026, 2, 31, 23, 59, 59) as typeof OPEN_AT;
    for (const [i, at] of [lastOfMarch, (lastOfMarch + 1_000) as typeof OPEN_AT].entries()) {
      await history.append([tradeOpened(i, at)]);
    }
    // A clock that was set back begins no old file anew.
    await history.append([tradeOpened(2, lastOfMarch)]);
    await history.close();
    const folder = historyFolder(home);
    expect(readdirSync(journalFolder(folder))).toEqual(['2026-03.jsonl', '2026-04.jsonl']);
    const text = readFileSync(join(folder, 'trades.json'), 'utf8');
    expect(text).toMatch(/^\[\n {"tradeId":"T0".*\n,{"tradeId":"T1".*\n,{"tradeId":"T2".*\n\]\n$/);
    expect((JSON.parse(text) as unknown[]).length).toBe(3);
    const april = readFileSync(join(journalFolder(folder), '2026-04.jsonl'), 'utf8');
    const types = april
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(['book.checkpointed', 'trade.opened', 'trade.opened']);
  });

  it('hold no secret, however deep it stands', async () => {
    const home = newHome();
    const secret = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
    const scrub = (text: string) => text.replaceAll(secret, '[redacted]');
    const history = await openHistory({ ...optionsFor(home), scrub });
    await history.append([feePaid(-1, `see https://api.telegram.org/bot${secret}/send`)]);
    await history.append([runStarted('run-1')]);
    await history.append([runCompleted('run-1', `failed with ${secret}`)]);
    await history.close();
    for (const path of filesBelow(historyFolder(home))) {
      if (lstatSync(path).isFile()) expect(readFileSync(path, 'utf8')).not.toContain(secret);
    }
    const deep = {
      type: 'x',
      rows: [{ note: [secret] }],
      orderRef: secret,
    } as unknown as EventDraft;
    // What names something stays: the broker knows it by that name.
    expect(scrubbed(deep, scrub)).toEqual({ ...deep, rows: [{ note: ['[redacted]'] }] });
  });
});

describe('a home on a network file system', () => {
  it.each([
    ['NFS', 0x6969],
    ['CIFS', 0xff534d42],
    ['CIFS', -11317950],
    ['FUSE', 0x65735546],
  ])('is refused: %s', (name, type) => {
    expect(() => assertLocal('/srv/home', () => type)).toThrow(name);
  });

  it.each([0xef53, 0x58465342, 0x9123683e, 0x01021994])(
    'is not what a local disk is taken for',
    (type) => {
      expect(() => assertLocal('/srv/home', () => type)).not.toThrow();
    },
  );
});

describe('a history over many months', () => {
  it('is the fold of its events, whatever the order of additions and changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(9), fc.nat(40), fc.integer({ min: 1, max: 4 })), {
          maxLength: 60,
        }),
        fc.constantFrom(4, 1_000),
        async (moves, checkpointEvery) => {
          const fold = new SceneFold();
          const history = await openHistory({ ...optionsFor(newHome(), fold), checkpointEvery });
          for (const [trade, day, times] of moves) {
            const known = `T${trade}` in fold.state.trades;
            const at = later(day);
            const first = known ? tradeClosed(trade, day, at) : tradeOpened(trade, at);
            const step = [
              first,
              ...Array.from({ length: times - 1 }, () => tradeClosed(trade, day * times, at)),
            ];
            await history.append(step);
          }
          const byKey = (a: { tradeId: string }, b: { tradeId: string }) =>
            a.tradeId < b.tradeId ? -1 : 1;
          expect((await all(history.reader.trades())).sort(byKey)).toEqual(
            Object.values(fold.state.trades).sort(byKey),
          );
          await history.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('answers every query as a look through all records would', async () => {
    const home = newHome();
    const fold = new SceneFold();
    const history = await openHistory(optionsFor(home, fold));
    const steps = Array.from({ length: 9_000 }, (_, i) =>
      tradeOpened(i, later(Math.floor(i / 90))),
    );
    for (let i = 0; i < steps.length; i += 500) await history.append(steps.slice(i, i + 500));
    for (let i = 0; i < 9_000; i += 700) await history.append([tradeClosed(i, 1, later(100))]);
    const records = Object.values(fold.state.trades);
    for (const [since, until] of [
      ['2026-03-20', '2026-03-22'],
      [undefined, '2026-03-05'],
      ['2026-06-01', undefined],
      ['2027-01-01', undefined],
    ] as const) {
      const query = { ...(since && { since }), ...(until && { until }), symbol: 'S3' };
      const expected = records.filter(
        ({ symbol, entrySession }) =>
          symbol === 'S3' && entrySession >= (since ?? '') && entrySession <= (until ?? '9'),
      );
      expect(await all(history.reader.trades(query))).toEqual(expected);
      expect(await all(history.reader.trades({ ...query, last: 3 }))).toEqual(expected.slice(-3));
      const { symbol: _, ...dates } = query;
      const inRange = records.filter(
        ({ entrySession }) => entrySession >= (since ?? '') && entrySession <= (until ?? '9'),
      );
      expect(await all(history.reader.trades(dates))).toEqual(inRange);
    }
    expect(await all(history.reader.trades())).toEqual(records);
    const closed = await all(history.reader.trades({ status: 'closed' }));
    expect(closed.map(({ tradeId }) => tradeId)).toEqual(
      Array.from({ length: 13 }, (_, i) => `T${i * 700}`),
    );
    const from = 4_321;
    const events = history.reader.events({ fromSeq: from });
    for await (const { seq } of events) {
      expect(seq).toBe(from);
      break;
    }
    await history.close();
  });

  it('gives back text of any language', async () => {
    const home = newHome();
    const fold = new SceneFold();
    const history = await openHistory(optionsFor(home, fold));
    for (const [id, note] of [
      ['2026-03-05-143000Z-a', 'plain'],
      ['2026-03-05-143001Z-b', 'Börse geschlossen, 取引停止 🛑'],
    ] as const) {
      await history.append([runStarted(id)]);
      await history.append([runCompleted(id, note)]);
    }
    const errors = (await all(history.reader.runs())).map(({ error }) => error);
    expect(errors).toEqual(['plain', 'Börse geschlossen, 取引停止 🛑']);
    await history.close();
  });

  it('is started from its last checkpoint: an old month may even be away', async () => {
    const home = newHome();
    const history = await openHistory(optionsFor(home));
    await history.append([tradeOpened(1)]);
    await history.append([tradeOpened(2, later(40))]);
    await history.close();
    const march = join(journalFolder(historyFolder(home)), '2026-03.jsonl');
    const lines = readFileSync(march, 'utf8').split('\n');
    // The first line says whose home it is; the rest of the month is not looked at.
    writeFileSync(march, `${lines[0]}\nnothing\n`);
    const again = await openHistory(optionsFor(home));
    expect((await all(again.reader.trades())).length).toBe(2);
    await again.close();
    expect((await verifyHistory(historyFolder(home), () => new SceneFold())).findings).not.toEqual(
      [],
    );
  });
});

describe('the history of a run in its own folder', () => {
  const open = (dir: string) =>
    openRunFolderHistory({ dir, ...HOME, clock: fixedClock(), fold: new SceneFold() });

  it('is written whole on close and verifies like any other', async () => {
    const dir = newHome();
    const history = await open(dir);
    for (let i = 0; i < 300; i += 1) {
      await history.append([tradeOpened(i, later(i)), tradeClosed(i, i, later(i))]);
    }
    await history.close();
    const verified = await verifyHistory(dir, () => new SceneFold());
    expect(verified).toMatchObject({
      findings: [],
      events: 601,
      records: { trades: 300, runs: 0 },
    });
    const trades = join(dir, 'trades.json');
    writeFileSync(trades, readFileSync(trades, 'utf8').replace('T7', 'T8'));
    expect((await verifyHistory(dir, () => new SceneFold())).findings).toHaveLength(1);
  });

  it('shows that it ended early where it was not closed', async () => {
    const dir = newHome();
    const history = await open(dir);
    await history.append([tradeOpened(1)]);
    expect(existsSync(join(dir, 'trades.json'))).toBe(false);
    await history.close();
    renameSync(join(dir, 'trades.json'), join(dir, 'gone'));
    expect((await verifyHistory(dir, () => new SceneFold())).findings).toEqual([
      'trades.json is missing',
    ]);
  });

  it('refuses a folder that holds a run already', async () => {
    const dir = newHome();
    await (await open(dir)).close();
    await expect(open(dir)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('reads back as it was', async () => {
    const dir = newHome();
    const history = await open(dir);
    await history.append([tradeOpened(5)]);
    await history.close();
    expect((await all(readHistory(dir).trades())).map(({ tradeId }) => tradeId)).toEqual(['T5']);
  });

  it.each([
    ['text of several bytes a character', '\u00fc\u4e2d\u{1f4c8}'.repeat(30_000)],
    ['text that is longer than any batch', 'x'.repeat(3_000_000)],
  ])('keeps its events whole and in order around %s', async (_what, long) => {
    const dir = newHome();
    const history = await open(dir);
    const notes = ['before', long, long, long, long, 'between', long, 'after'];
    for (const note of notes) await history.append([feePaid(1, note)]);
    await history.close();
    expect((await verifyHistory(dir, () => new SceneFold())).findings).toEqual([]);
    const read = await all(readHistory(dir).events());
    expect(read.flatMap((event) => (event.type === 'cash.recorded' ? [event.note] : []))).toEqual(
      notes,
    );
  });
});
