import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { historyFolder, journalFolder, openHistory } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { all, fixedClock, HOME, SceneFold, tradeClosed, tradeOpened } from '../history-scenes.ts';

const root = mkdtempSync(join(tmpdir(), 'history-checkpoints-'));
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

/** A book of megabytes. */
class LargeFold extends SceneFold {
  override checkpoint(): unknown {
    return { scene: super.checkpoint(), ballast: 'x'.repeat(2 << 20) };
  }

  override restore(state: unknown): void {
    super.restore((state as { readonly scene: unknown }).scene);
  }
}

describe('the checkpoints of a home', () => {
  const gapsOf = async (newFold: () => SceneFold) => {
    const home = newHome();
    const fold = newFold();
    const options = { ...optionsFor(home, fold), newFold, checkpointEvery: 5 };
    const history = await openHistory(options);
    for (let n = 1; n <= 60; n += 1) await history.append([tradeOpened(n)]);
    const events = await all(history.reader.events());
    await history.close();
    const places = events.flatMap(({ seq, type }) => (type === 'book.checkpointed' ? [seq] : []));
    const again = newFold();
    await (await openHistory({ ...options, fold: again })).close();
    expect(again.checkpoint()).toEqual(fold.checkpoint());
    return places.map((seq, i) => seq - (places[i - 1] ?? 0));
  };

  it('come after so many events, and of a book of megabytes five times as late', async () => {
    const small = await gapsOf(() => new SceneFold());
    expect(small.length).toBeGreaterThan(10);
    expect(new Set(small.slice(1))).toEqual(new Set([5]));
    const large = await gapsOf(() => new LargeFold());
    expect(large.length).toBe(3);
    expect(new Set(large.slice(1))).toEqual(new Set([25]));
  });
});

describe('a reading that folds the events itself', () => {
  const written = async () => {
    const home = newHome();
    const history = await openHistory({ ...optionsFor(home), checkpointEvery: 5 });
    for (let n = 1; n <= 12; n += 1) await history.append([tradeOpened(n), tradeClosed(n)]);
    await history.close();
    const reader = readHistory(historyFolder(home));
    return { home, whole: await all(reader.events()), reader };
  };

  it('is spared the states of the checkpoints that it knows, and of nothing else', async () => {
    const { whole, reader } = await written();
    const spared = await all(reader.events({ omitKnownStates: true }));
    const states = whole.filter(({ type }) => type === 'book.checkpointed');
    expect(states.length).toBeGreaterThan(3);
    expect(spared).toEqual(
      whole.map((event) =>
        event.type === 'book.checkpointed' ? { ...event, state: null } : event,
      ),
    );
  });

  it('is given the state where it begins: the events before are not read', async () => {
    const { whole, reader } = await written();
    const second = whole.filter(({ type }) => type === 'book.checkpointed')[1];
    if (second === undefined) throw new Error('a second checkpoint');
    const range = { fromSeq: second.seq, omitKnownStates: true };
    const [first, ...others] = await all(reader.events(range));
    expect(first).toEqual(second);
    expect(
      others.filter((event) => event.type === 'book.checkpointed' && event.state !== null),
    ).toHaveLength(0);
  });

  it('still meets every change of a state that it is spared', async () => {
    const { home, reader } = await written();
    const file = join(journalFolder(historyFolder(home)), '2026-03.jsonl');
    const text = readFileSync(file, 'utf8');
    const place = text.indexOf('"state":{') + '"state":{'.length + 1;
    writeFileSync(file, `${text.slice(0, place)}X${text.slice(place + 1)}`);
    await expect(all(reader.events({ omitKnownStates: true }))).rejects.toMatchObject({
      code: 'HISTORY_DAMAGED',
    });
  });
});
