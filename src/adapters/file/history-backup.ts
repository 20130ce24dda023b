import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Failure } from '../../domain/failure.ts';
import { DAY_MS, type EpochMs, isoUtc, parseInstant } from '../../domain/time.ts';
import { soundLine } from '../../events/chain.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { readWhole } from './atomic-file.ts';
import { type BackupManifest, digestOf, SIM_ACCOUNT_MEMBER, verifyBackup } from './backup-file.ts';
import { historyFolder, journalFolder } from './history-folders.ts';
import { homeIdentity, noHistory } from './history-home.ts';
import { loadState } from './history-state.ts';
import { assertNothingAcknowledgedLost, DAMAGE_HINT } from './journal-damage.ts';
import { journalFiles, linesFrom } from './journal-lines.ts';
import {
  JOURNAL_START,
  type JournalEnd,
  type JournalPosition,
  walkJournal,
} from './journal-walk.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { simAccountFile } from './sim-account-file.ts';
import { TAR_END, tarHeader, tarPadding } from './tar-archive.ts';

export interface BackupOptions {
  readonly home: string;
  readonly now: EpochMs;
  /** Of this program. */
  readonly version: string;
  /** Where backups go instead of data/backups of the home. */
  readonly folder?: string;
}

export interface Backup {
  readonly path: string;
  readonly bytes: number;
  readonly manifest: BackupManifest;
}

export const backupFolder = (home: string): string => join(home, 'data', 'backups');

const NAME = /^history-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-\d+\.tar\.gz$/;

/** What the name ends with until the file is whole. */
const UNFINISHED = '.tmp';

const nameOf = (now: EpochMs, seq: number): string =>
  `history-${isoUtc(now).slice(0, 19).replace(/[-:]/g, '')}Z-${String(seq).padStart(9, '0')}.tar.gz`;

/**
 * Writes the journal, as far as it is acknowledged, into one compressed file, reads that back and checks every hash
 * and link of it. May run while a daemon writes: the journal only grows. The views are not in it; a restore makes
 * them anew. The simulated account is: no broker keeps it for us. Throws HISTORY_DAMAGED where the journal is damaged,
 * because such a backup would restore that.
 */
export async function backupHistory(options: BackupOptions): Promise<Backup> {
  const files = nodeFileSystem;
  const history = historyFolder(options.home);
  const journal = journalFolder(history);
  const identity = homeIdentity(files, history);
  // Read before the journal, which is never behind it.
  const state = loadState(files, history);
  const ending = endOfLastFile(files, journal);
  if (identity === null || ending === null) throw noHistory(files, history);
  assertNothingAcknowledgedLost(ending, state);
  const end = ending.position;
  const folder = options.folder ?? backupFolder(options.home);
  files.makeFolder(folder);
  const path = join(folder, nameOf(options.now, end.head.seq));
  const temporary = `${path}${UNFINISHED}`;
  files.remove(temporary);
  const head = { format: 1 as const, createdAt: isoUtc(options.now), version: options.version };
  // Read after the journal's end was: as after a crash, the account is never behind the journal.
  const simAccount = readWhole(files, simAccountFile(options.home));
  const manifest = {
    ...head,
    ...identity,
    head: end.head,
    files: [] as BackupManifest['files'][number][],
    ...(simAccount === null ? {} : { simAccount: digestOf(simAccount) }),
  };
  try {
    await pipeline(
      Readable.from(archive(files, journal, end, manifest, simAccount, options.now)),
      // Hashes do not compress; a higher level takes far longer for little.
      createGzip({ level: 1 }),
      createWriteStream(temporary, { flags: 'wx', mode: 0o600 }),
    );
    await verifyBackup(temporary);
    const bytes = synced(files, temporary);
    files.rename(temporary, path);
    files.syncFolder(folder);
    return { path, bytes, manifest };
  } catch (error) {
    // What there is of it would keep a full disk full.
    files.remove(temporary);
    if (!(error instanceof Failure) || error.code !== 'HISTORY_DAMAGED') throw error;
    throw new Failure('HISTORY_DAMAGED', 'no backup was written: read back, it does not verify', {
      details: error.details,
      cause: error,
      hint: DAMAGE_HINT,
    });
  }
}

/** Makes a file durable; its size. */
function synced(files: FileSystem, path: string): number {
  const file = files.open(path, 'edit');
  try {
    file.sync();
    return file.stat().size;
  } finally {
    file.close();
  }
}

/** The end of the last whole step, by reading the last file; null where there is none. */
function endOfLastFile(files: FileSystem, journal: string): JournalEnd | null {
  for (const name of [...journalFiles(files, journal)].reverse()) {
    const start = startOf(files, journal, name);
    if (start === null) continue;
    for (const item of walkJournal(files, journal, start)) {
      if (item.kind === 'end' && item.position.head.seq > 0) return item;
    }
  }
  return null;
}

function startOf(files: FileSystem, journal: string, name: string): JournalPosition | null {
  const file = files.open(join(journal, name), 'read');
  try {
    for (const { text } of linesFrom(file, { file: name, offset: 0, line: 1 })) {
      const sound = soundLine(text);
      if (!sound.ok) return null;
      const { seq, prev } = sound.value;
      return { ...JOURNAL_START, file: name, head: { seq: seq - 1, hash: prev } };
    }
    return null;
  } finally {
    file.close();
  }
}

async function* archive(
  files: FileSystem,
  journal: string,
  end: JournalPosition,
  manifest: BackupManifest & { files: BackupManifest['files'][number][] },
  simAccount: Buffer | null,
  now: EpochMs,
): AsyncGenerator<Buffer> {
  for (const name of journalFiles(files, journal)) {
    if (name > end.file) break;
    const size = name === end.file ? end.offset : (files.stat(join(journal, name))?.size ?? 0);
    if (size === 0) continue;
    const sha256 = createHash('sha256');
    yield tarHeader(`journal/${name}`, size, now);
    yield* contentOf(files, join(journal, name), size, sha256);
    yield tarPadding(size);
    manifest.files.push({ name, bytes: size, sha256: sha256.digest('hex') });
  }
  if (simAccount !== null) yield tarMember(SIM_ACCOUNT_MEMBER, simAccount, now);
  const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  yield Buffer.concat([tarMember('manifest.json', text, now), TAR_END]);
}

const tarMember = (name: string, content: Buffer, now: EpochMs): Buffer =>
  Buffer.concat([tarHeader(name, content.length, now), content, tarPadding(content.length)]);

async function* contentOf(
  files: FileSystem,
  path: string,
  size: number,
  sha256: Hash,
): AsyncGenerator<Buffer> {
  const file = files.open(path, 'read');
  try {
    for (let at = 0; at < size; ) {
      const chunk = Buffer.alloc(Math.min(1 << 20, size - at));
      const count = file.read(chunk, at);
      if (count === 0)
        throw new Failure('HISTORY_DAMAGED', `${path} became shorter while it was read`);
      sha256.update(chunk.subarray(0, count));
      yield chunk.subarray(0, count);
      at += count;
    }
  } finally {
    file.close();
  }
}

/** When the backup of this name was taken; null where it is not the name of one. */
function takenAt(name: string): EpochMs | null {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** A backup file of a folder. */
export interface BackupEntry {
  readonly name: string;
  readonly path: string;
  readonly at: EpochMs;
  readonly bytes: number;
}

/** The backups of a folder, oldest first. */
export function listBackups(folder: string, files: FileSystem = nodeFileSystem): BackupEntry[] {
  return (files.list(folder) ?? []).flatMap((name) => {
    const at = takenAt(name);
    if (at === null) return [];
    const path = join(folder, name);
    return [{ name, path, at, bytes: files.stat(path)?.size ?? 0 }];
  });
}

/**
 * Removes backups older than `keepDays`, never the newest one; returns the names of those that went. What a backup left
 * that was killed goes after a day, unnamed: no backup takes that long.
 */
export function pruneBackups(
  folder: string,
  options: { readonly now: EpochMs; readonly keepDays: number },
  files: FileSystem = nodeFileSystem,
): readonly string[] {
  const oldest = options.now - options.keepDays * DAY_MS;
  const old = listBackups(folder, files)
    .slice(0, -1)
    .filter(({ at }) => at < oldest);
  for (const { path } of old) files.remove(path);
  for (const name of files.list(folder) ?? []) {
    const at = name.endsWith(UNFINISHED) ? takenAt(name.slice(0, -UNFINISHED.length)) : null;
    if (at !== null && at < options.now - DAY_MS) files.remove(join(folder, name));
  }
  return old.map(({ name }) => name);
}
