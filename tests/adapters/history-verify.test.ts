import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { historyFolder, openHistory } from '../../src/adapters/file/file-history.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import { nodeFileSystem } from '../../src/adapters/file/node-file-system.ts';
import type { FileSystem } from '../../src/ports/file-system.ts';
import { fixedClock, HOME, SceneFold, tradeClosed, tradeOpened } from '../history-scenes.ts';

const root = mkdtempSync(join(tmpdir(), 'history-verify-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('a look through a history', () => {
  const written = async () => {
    const home = mkdtempSync(join(root, 'home-'));
    const newFold = () => new SceneFold();
    const history = await openHistory({
      home,
      ...HOME,
      clock: fixedClock(),
      fold: newFold(),
      newFold,
    });
    for (let i = 0; i < 40; i += 1) await history.append([tradeOpened(i), tradeClosed(i, i)]);
    await history.close();
    return historyFolder(home);
  };
  const look = (folder: string, files: FileSystem) =>
    verifyHistory(folder, () => new SceneFold(), files);
  const refuse = (code: string, syscall: string, path: string) => () => {
    throw Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
  };

  it('needs no room: nothing is written, not even beside it', async () => {
    const full = refuse('ENOSPC', 'write', 'the disk');
    const verified = await look(await written(), {
      ...nodeFileSystem,
      open: (path, mode) => (mode === 'read' ? nodeFileSystem.open(path, mode) : full()),
      makeFolder: full,
      rename: full,
      remove: full,
      syncFolder: full,
    });
    expect(verified).toMatchObject({ findings: [], records: { trades: 40 } });
  });

  it.each(['2026-03.jsonl', 'trades.json'])(
    'judges nothing where it may not read: %s',
    async (name) => {
      const folder = await written();
      const open: FileSystem['open'] = (path, mode) =>
        path.endsWith(name) ? refuse('EACCES', 'open', path)() : nodeFileSystem.open(path, mode);
      await expect(look(folder, { ...nodeFileSystem, open })).rejects.toThrow('EACCES: open');
    },
  );
});
