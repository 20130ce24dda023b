import { basename, dirname, join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { isoUtc } from '../../domain/time.ts';
import { soundLine } from '../../events/chain.ts';
import type { EventDraft } from '../../events/event.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';
import {
  type BackupManifest,
  type BackupPart,
  type CheckedBackup,
  readBackup,
} from './backup-file.ts';
import { type HistoryOptions, lockOf } from './file-history.ts';
import { reopen } from './history-accept-loss.ts';
import { historyFolder, journalFolder } from './history-folders.ts';
import { forgetState, loadState } from './history-state.ts';
import { journalLines } from './journal-lines.ts';
import { JournalWriter } from './journal-writer.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { simAccountFile } from './sim-account-file.ts';

export interface Restored {
  readonly manifest: BackupManifest;
  /** Events that were acknowledged after the backup and are not in it. */
  readonly lost: { readonly fromSeq: number; readonly toSeq: number } | null;
  /** Where the journal is that stood here before; null in an empty home. */
  readonly replaced: string | null;
  /**
   * What became of the simulated account: put in place, or left as it stood because an account does not go back in
   * time with our records of it; null where the backup has none.
   */
  readonly simAccount: 'restored' | 'kept' | null;
}

/**
 * Puts the journal of a backup in the place of a home's, after checking all of it, and makes the views anew. What
 * stood there is moved aside, never removed; events that the backup does not have are written down as lost.
 */
export async function restoreHistory(
  options: HistoryOptions & { readonly file: string },
): Promise<Restored> {
  const files = nodeFileSystem;
  const folder = historyFolder(options.home);
  const lock = await lockOf(options);
  try {
    const lastKnown = lastKnownEvent(files, folder);
    const { restoring, manifest, simAccount, lost } = await unpack(
      files,
      folder,
      lastKnown,
      options,
    );
    const replaced = exchange(files, folder, restoring, options);
    forgetState(files, folder);
    await reopen(options, lock);
    return { manifest, lost, replaced, simAccount: placeAccount(files, options.home, simAccount) };
  } finally {
    await lock?.release();
  }
}

/**
 * Unpacks beside the journal, checks, and notes there what the backup lacks: a restore that is killed must not leave a
 * journal that says nothing of it. Nothing in use is touched.
 */
async function unpack(
  files: FileSystem,
  folder: string,
  lastKnown: number,
  options: HistoryOptions & { readonly file: string },
): Promise<CheckedBackup & Pick<Restored, 'lost'> & { readonly restoring: string }> {
  const restoring = join(folder, 'journal.restoring');
  files.makeFolder(restoring);
  empty(files, restoring);
  try {
    const backup = await unpackInto(files, restoring, options);
    const lost = noteLoss(files, restoring, backup.manifest, lastKnown, options);
    return { ...backup, lost, restoring };
  } catch (error) {
    // What was refused may have filled the disk.
    empty(files, restoring);
    throw error;
  }
}

function empty(files: FileSystem, folder: string): void {
  for (const name of files.list(folder) ?? []) files.remove(join(folder, name));
}

async function unpackInto(
  files: FileSystem,
  restoring: string,
  options: HistoryOptions & { readonly file: string },
): Promise<CheckedBackup> {
  const writer = new Unpacker(files, restoring);
  const backup = await readBackup(options.file, (part) => writer.take(part)).finally(() =>
    writer.end(),
  );
  const { manifest } = backup;
  files.syncFolder(restoring);
  if (manifest.mode !== options.mode || manifest.account !== options.account) {
    throw new Failure(
      'HOME_MISMATCH',
      `${options.file} holds the history of ${manifest.mode} account ${manifest.account}, not of ${options.mode} account ${options.account}`,
      { hint: 'restore it into a home of its own: --home DIR' },
    );
  }
  return backup;
}

function placeAccount(
  files: FileSystem,
  home: string,
  simAccount: Buffer | null,
): Restored['simAccount'] {
  if (simAccount === null) return null;
  const path = simAccountFile(home);
  if (readWhole(files, path) !== null) return 'kept';
  files.makeFolder(dirname(path));
  writeAtomic(files, path, simAccount);
  return 'restored';
}

class Unpacker {
  readonly #files: FileSystem;
  readonly #folder: string;
  #file: OpenFile | null = null;
  #size = 0;

  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  take({ name, bytes }: BackupPart): void {
    if (bytes === null) {
      this.end();
      // The name comes out of a file: only a journal's own names may become paths.
      if (!/^\d{4}-\d{2}\.jsonl$/.test(name)) throw new Error(`it holds a file ${basename(name)}`);
      this.#file = this.#files.open(join(this.#folder, name), 'create');
      this.#size = 0;
      return;
    }
    this.#file?.write(bytes, this.#size);
    this.#size += bytes.length;
  }

  end(): void {
    this.#file?.sync();
    this.#file?.close();
    this.#file = null;
  }
}

/**
 * The highest number that was acknowledged here, as far as anything tells: the chain is read, not the events, because
 * a newer program may have written them; and what an earlier restore moved aside counts too.
 */
function lastKnownEvent(files: FileSystem, folder: string): number {
  const journals = (files.list(folder) ?? []).filter((name) => name.startsWith(ASIDE));
  let last = loadState(files, folder)?.durable.head.seq ?? 0;
  for (const journal of [journalFolder(folder), ...journals.map((name) => join(folder, name))]) {
    for (const { text } of journalLines(files, journal, null)) {
      const sound = soundLine(text);
      if (sound.ok && sound.value.seq === sound.value.stepTo)
        last = Math.max(last, sound.value.seq);
    }
  }
  return last;
}

/** How the names of journals begin that a restore moved aside. */
const ASIDE = 'journal.replaced-';

function exchange(
  files: FileSystem,
  folder: string,
  restoring: string,
  { clock }: HistoryOptions,
): string | null {
  const journal = journalFolder(folder);
  const stamp = isoUtc(clock.now()).slice(0, 19).replace(/[-:]/g, '');
  const aside = join(folder, `${ASIDE}${stamp}Z`);
  const stood = (files.list(journal) ?? []).length > 0;
  if (stood) files.rename(journal, aside);
  files.rename(restoring, journal);
  files.syncFolder(folder);
  return stood ? aside : null;
}

/** Numbers are never used twice: the journal goes on after the last one that was acknowledged anywhere. */
function noteLoss(
  files: FileSystem,
  journal: string,
  manifest: BackupManifest,
  lastKnown: number,
  options: HistoryOptions & { readonly file: string },
): Restored['lost'] {
  const last = manifest.files.at(-1);
  const fromSeq = manifest.head.seq + 1;
  if (lastKnown >= fromSeq && last !== undefined) {
    const lines = { file: last.name, offset: last.bytes, line: 1 };
    const head = { seq: lastKnown, hash: manifest.head.hash };
    const writer = new JournalWriter(files, journal, { ...lines, head });
    const event: EventDraft = {
      type: 'history.loss_accepted',
      at: options.clock.now(),
      runId: null,
      fromSeq,
      toSeq: lastKnown,
      file: last.name,
      cause: `restored from ${basename(options.file)}`,
    };
    writer.append([event]);
    writer.close();
  }
  return lastKnown >= fromSeq ? { fromSeq, toSeq: lastKnown } : null;
}
