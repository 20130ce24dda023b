import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyBackup } from '../../src/adapters/file/backup-file.ts';
import { historyFolder, journalFolder, openHistory } from '../../src/adapters/file/file-history.ts';
import {
  backupFolder,
  backupHistory,
  listBackups,
  pruneBackups,
} from '../../src/adapters/file/history-backup.ts';
import { restoreHistory } from '../../src/adapters/file/history-restore.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import {
  loadSimAccount,
  saveSimAccount,
  simAccountFile,
} from '../../src/adapters/file/sim-account-file.ts';
import { TAR_END, tarHeader } from '../../src/adapters/file/tar-archive.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { sealText } from '../../src/events/chain.ts';
import {
  all,
  feePaid,
  fixedClock,
  HOME,
  OPEN_AT,
  SceneFold,
  tradeClosed,
  tradeOpened,
} from '../history-scenes.ts';

const root = mkdtempSync(join(tmpdir(), 'history-backup-'));
afterAll(() => rmSync(root, { recursive: true }));
let homes = 0;
const newHome = () => join(root, String(homes++));
const DAY = 86_400_000;
const later = (days: number) => (OPEN_AT + days * DAY) as EpochMs;

const options = (home: string) => ({
  home,
  ...HOME,
  clock: fixedClock(),
  fold: new SceneFold(),
  newFold: () => new SceneFold(),
});
const copyOf = (home: string): string => {
  const copy = newHome();
  cpSync(home, copy, { recursive: true });
  return copy;
};
const backup = (home: string, days = 60) =>
  backupHistory({ home, now: later(days), version: '0.1.0' });

/** A home with three months of trades, left open for more. */
async function homeWithTrades() {
  const home = newHome();
  const history = await openHistory(options(home));
  for (let i = 0; i < 40; i += 1) await history.append([tradeOpened(i, later(i * 2))]);
  await history.append([tradeClosed(3), feePaid(-1, 'Gebühr')]);
  return { home, history };
}

describe('a backup', () => {
  it('is one file for its owner alone, taken and verified while the history is being written', async () => {
    const { home, history } = await homeWithTrades();
    const taking = backup(home);
    for (let i = 0; i < 20; i += 1) await history.append([tradeOpened(100 + i, later(80))]);
    const { path, manifest, bytes } = await taking;
    expect(statSync(path)).toMatchObject({ size: bytes });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(manifest).toEqual(await verifyBackup(path));
    expect(manifest).toMatchObject({ mode: 'sim', account: 'SIM-1' });
    expect(manifest.files.map(({ name }) => name)).toEqual([
      '2026-03.jsonl',
      '2026-04.jsonl',
      '2026-05.jsonl',
    ]);
    expect(readdirSync(backupFolder(home))).toHaveLength(1);
    await history.close();
  });

  it('does not verify when any byte of what it holds was changed', async () => {
    const { home, history } = await homeWithTrades();
    await history.close();
    saveSimAccount(home, {
      account: { cash: 5, notes: 'x'.repeat(2_000) },
      playedThrough: later(3),
    });
    const { path } = await backup(home);
    const tar = gunzipSync(readFileSync(path));
    const spoiled = `${path}.spoiled`;
    // Behind the last file there is only filling, which means nothing.
    for (let at = 100; at < tar.length - 3_000; at += 997) {
      const copy = Buffer.from(tar);
      if (copy[at] === 0) continue;
      copy[at] = (copy[at] ?? 0) ^ 1;
      writeFileSync(spoiled, gzipSync(copy));
      await expect(verifyBackup(spoiled)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    }
    writeFileSync(spoiled, readFileSync(path).subarray(0, -100));
    await expect(verifyBackup(spoiled)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
  });

  it.each(['manifest.json', 'state/sim-account.json', 'journal/2026-03.jsonl'])(
    'is refused where a little gzip holds a lot of %s without an end of a line',
    async (name) => {
      const size = 96 * 1024 * 1024;
      const bomb = join(root, 'bomb.tar.gz');
      const tar = [tarHeader(name, size, OPEN_AT), Buffer.alloc(size, ' '), TAR_END];
      writeFileSync(bomb, gzipSync(Buffer.concat(tar), { level: 1 }));
      expect(statSync(bomb).size).toBeLessThan(size / 100);
      await expect(verifyBackup(bomb)).rejects.toMatchObject({
        code: 'HISTORY_DAMAGED',
        details: [expect.stringContaining('is longer than 64 MiB')],
      });
    },
  );

  it('is not taken of a damaged journal', async () => {
    const { home, history } = await homeWithTrades();
    await history.close();
    const march = join(journalFolder(historyFolder(home)), '2026-03.jsonl');
    writeFileSync(march, readFileSync(march, 'utf8').replace('T2', 'T9'));
    await expect(backup(home)).rejects.toMatchObject({
      code: 'HISTORY_DAMAGED',
      message: 'no backup was written: read back, it does not verify',
      details: [expect.stringContaining('2026-03.jsonl:')],
      hint: expect.stringContaining('trade-labs history verify'),
    });
    expect(readdirSync(backupFolder(home))).toEqual([]);
  });

  it('is refused where there is no history', async () => {
    await expect(backup(newHome())).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  });

  it('is kept as many days as asked, and the newest always', async () => {
    const { home, history } = await homeWithTrades();
    await history.close();
    for (const day of [60, 70, 73, 74]) await backup(home, day);
    const days = () => listBackups(backupFolder(home)).map(({ at }) => (at - OPEN_AT) / DAY);
    expect(pruneBackups(backupFolder(home), { now: later(85), keepDays: 14 })).toHaveLength(2);
    expect(days()).toEqual([73, 74]);
    pruneBackups(backupFolder(home), { now: later(900), keepDays: 14 });
    expect(days()).toEqual([74]);
  });
});

describe('a backup that was killed', () => {
  it('leaves a part of a file, which goes with the first backup after a day', async () => {
    const { home, history } = await homeWithTrades();
    await history.close();
    const { path } = await backup(home, 60);
    writeFileSync(`${path}.tmp`, 'a part');
    const prune = (day: number) =>
      pruneBackups(backupFolder(home), { now: later(day), keepDays: 14 });
    expect([prune(61), readdirSync(backupFolder(home)).length]).toEqual([[], 2]);
    expect([prune(61.1), readdirSync(backupFolder(home)).length]).toEqual([[], 1]);
  });
});

describe('a restore', () => {
  it('brings back what the backup has, makes the views anew and notes what it lacks', async () => {
    const { home, history } = await homeWithTrades();
    const { path, manifest } = await backup(home);
    const trades = await all(history.reader.trades());
    await history.append([tradeOpened(200, later(80))]);
    const lastSeq = history.lastSeq;
    await history.close();
    const restored = await restoreHistory({ ...options(home), file: path });
    expect(restored.lost).toEqual({ fromSeq: manifest.head.seq + 1, toSeq: lastSeq });
    const folder = historyFolder(home);
    expect((await verifyHistory(folder, () => new SceneFold())).findings).toEqual([]);
    const again = await openHistory(options(home));
    expect(await all(again.reader.trades())).toEqual(trades);
    const events = await all(again.reader.events());
    expect(events.find(({ type }) => type === 'history.loss_accepted')).toMatchObject({
      seq: lastSeq + 1,
      toSeq: lastSeq,
    });
    await again.close();
    expect(readdirSync(restored.replaced ?? '')).toContain('2026-05.jsonl');
  });

  it('makes a home out of nothing, equal to the one that was backed up', async () => {
    const { home, history } = await homeWithTrades();
    await history.close();
    const { path } = await backup(home);
    const other = newHome();
    const { lost, replaced } = await restoreHistory({ ...options(other), file: path });
    expect([lost, replaced]).toEqual([null, null]);
    for (const file of ['trades.json', 'runs.json']) {
      expect(readFileSync(join(historyFolder(other), file), 'utf8')).toBe(
        readFileSync(join(historyFolder(home), file), 'utf8'),
      );
    }
  });

  it('ends damage: what could not be opened opens again', async () => {
    const { home, history } = await homeWithTrades();
    const { path } = await backup(home);
    await history.close();
    const may = join(journalFolder(historyFolder(home)), '2026-05.jsonl');
    writeFileSync(may, readFileSync(may, 'utf8').replace('T39', 'T93'));
    await expect(openHistory(options(home))).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    await restoreHistory({ ...options(home), file: path });
    const again = await openHistory(options(home));
    expect(await all(again.reader.trades({ symbol: 'S4', last: 1 }))).toMatchObject([
      { tradeId: 'T39' },
    ]);
    await again.close();
  });

  it('puts aside what a newer program wrote, as its refusal says to', async () => {
    const { home, history } = await homeWithTrades();
    const { path, manifest } = await backup(home);
    const { hash: prev, seq } = history.head;
    await history.close();
    const journal = journalFolder(historyFolder(home));
    const line = JSON.stringify({ v: 99, seq: seq + 1, type: 'moon.landed', prev });
    appendFileSync(join(journal, '2026-05.jsonl'), `${sealText(line).text}\n`);
    await expect(verifyHistory(historyFolder(home), () => new SceneFold())).rejects.toMatchObject({
      code: 'HISTORY_TOO_NEW',
    });
    const { lost } = await restoreHistory({ ...options(home), file: path });
    expect(lost).toEqual({ fromSeq: manifest.head.seq + 1, toSeq: seq + 1 });
    expect((await verifyHistory(historyFolder(home), () => new SceneFold())).findings).toEqual([]);
  });

  it('that was killed says what is lost, and is begun again', async () => {
    const { home, history } = await homeWithTrades();
    const { path, manifest } = await backup(home);
    await history.append([tradeOpened(200, later(80))]);
    const lastSeq = history.lastSeq;
    await history.close();
    const finished = copyOf(home);
    await restoreHistory({ ...options(finished), file: path });
    const journal = journalFolder(historyFolder(home));
    // Killed with the old journal aside, and the new one not yet in its place.
    renameSync(journal, join(historyFolder(home), 'journal.replaced-20260305T143000Z'));
    await expect(openHistory(options(home))).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    expect((await restoreHistory({ ...options(copyOf(home)), file: path })).lost).toEqual({
      fromSeq: manifest.head.seq + 1,
      toSeq: lastSeq,
    });
    // Killed with the new one in its place, and the views and their state those of the old one.
    renameSync(journalFolder(historyFolder(finished)), journal);
    const again = await openHistory(options(home));
    expect((await all(again.reader.trades())).map(({ tradeId }) => tradeId)).not.toContain('T200');
    await again.close();
    expect((await verifyHistory(historyFolder(home), () => new SceneFold())).findings).toEqual([]);
  });

  it('brings the simulated account back where there is none, and leaves one that stands', async () => {
    const { home, history } = await homeWithTrades();
    await history.close();
    const account = { account: { cash: 5 }, playedThrough: later(3) };
    saveSimAccount(home, account);
    const { path, manifest } = await backup(home);
    expect(manifest.simAccount?.bytes).toBe(statSync(simAccountFile(home)).size);
    const other = newHome();
    const first = await restoreHistory({ ...options(other), file: path });
    expect([first.simAccount, loadSimAccount(other)]).toEqual(['restored', account]);
    const newer = { account: { cash: 6 }, playedThrough: later(9) };
    saveSimAccount(other, newer);
    const second = await restoreHistory({ ...options(other), file: path });
    expect([second.simAccount, loadSimAccount(other)]).toEqual(['kept', newer]);
  });

  it('refuses the history of another account and leaves everything as it was', async () => {
    const { home, history } = await homeWithTrades();
    await history.close();
    const { path } = await backup(home);
    const before = readFileSync(join(historyFolder(home), 'trades.json'));
    const restoring = restoreHistory({ ...options(home), account: 'DU9', file: path });
    await expect(restoring).rejects.toMatchObject({ code: 'HOME_MISMATCH' });
    expect(readdirSync(join(historyFolder(home), 'journal.restoring'))).toEqual([]);
    expect(readFileSync(join(historyFolder(home), 'trades.json'))).toEqual(before);
  });
});
