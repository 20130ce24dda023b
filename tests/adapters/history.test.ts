import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openHistory } from '../../src/adapters/file/file-history.ts';
import { openRunFolderHistory } from '../../src/adapters/file/run-folder-history.ts';
import { createMemoryHistory } from '../../src/adapters/memory/memory-history.ts';
import { historyContract } from '../contract/history.ts';
import { fixedClock, HOME, SceneFold } from '../history-scenes.ts';

const root = mkdtempSync(join(tmpdir(), 'history-'));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;
const nextFolder = () => join(root, String(made++));

historyContract('memory', async (fold) => {
  const history = createMemoryHistory(fold);
  return { history, read: async () => history.reader };
});

historyContract('the file history of a home', async (fold) => {
  const history = await openHistory({
    home: nextFolder(),
    ...HOME,
    clock: fixedClock(),
    fold,
    newFold: () => new SceneFold(),
  });
  return { history, read: async () => history.reader };
});

historyContract('a run folder', async (fold) => {
  const history = await openRunFolderHistory({
    dir: nextFolder(),
    ...HOME,
    clock: fixedClock(),
    fold,
  });
  return {
    history,
    read: async () => {
      await history.close();
      return history.reader;
    },
  };
});
