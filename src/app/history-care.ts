import { join } from 'node:path';
import { type BackupManifest, verifyBackup } from '../adapters/file/backup-file.ts';
import {
  type HistoryOptions,
  historyFolder,
  journalFolder,
  openHistory,
} from '../adapters/file/file-history.ts';
import {
  type AcceptedLosses,
  acceptLosses,
  findLosses,
} from '../adapters/file/history-accept-loss.ts';
import {
  type Backup,
  type BackupEntry,
  backupFolder,
  backupHistory,
  listBackups,
  pruneBackups,
} from '../adapters/file/history-backup.ts';
import { homeIdentity, noHistory } from '../adapters/file/history-home.ts';
import { type Restored, restoreHistory } from '../adapters/file/history-restore.ts';
import { loadState } from '../adapters/file/history-state.ts';
import { type VerifiedHistory, verifyHistory } from '../adapters/file/history-verify.ts';
import { holderOf } from '../adapters/file/home-lock.ts';
import { journalFiles } from '../adapters/file/journal-lines.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import { throughOwner } from '../adapters/file/owner-channel.ts';
import { printOwner } from '../adapters/file/owner-file.ts';
import type { Mode } from '../domain/run.ts';
import type { EpochMs } from '../domain/time.ts';
import type { ChainHead } from '../events/chain.ts';
import { Book } from '../ledger/book.ts';

/** Days that backups are kept unless said otherwise; the journal itself is kept for ever. */
const KEEP_BACKUP_DAYS = 14;

/** Whoever cares for a history: where it is, when that happens, and who is told what was mended. */
export interface Care {
  readonly home: string;
  readonly now: EpochMs;
  /** Of this program. */
  readonly version: string;
  readonly warn: (message: string) => void;
}

const newFold = () => new Book();

/** Opens the history as what it says it is: care needs no configuration, which may be part of the trouble. */
function optionsFor({ home, now, version, warn }: Care, role: string): HistoryOptions {
  const identity = homeIdentity(nodeFileSystem, historyFolder(home));
  if (identity === null) throw noHistory(nodeFileSystem, historyFolder(home));
  const clock = { now: () => now };
  return { home, ...identity, version, clock, warn, role, fold: newFold(), newFold };
}

/** The folder of a home's history, or of a run's own; Failure where there is no journal. */
function journalHolder(home: string, runDir: string | null): string {
  const folder = runDir ?? historyFolder(home);
  if (journalFiles(nodeFileSystem, journalFolder(folder)).length === 0) {
    throw noHistory(nodeFileSystem, folder);
  }
  return folder;
}

/** Checks everything and changes nothing; `runDir` for the history of a backtest. */
export const verifyHome = (home: string, runDir: string | null): Promise<VerifiedHistory> =>
  verifyHistory(journalHolder(home, runDir), newFold);

/** What a daemon is asked to do with its history; it answers with the head. */
export const REBUILD = { name: 'history.rebuild', args: {} } as const;

/** Writes runs.json and trades.json anew from the journal; a daemon that writes it is asked to. */
export function rebuildHome(care: Care): Promise<ChainHead> {
  return throughOwner(care.home, REBUILD, async () => {
    const options = optionsFor(care, 'history rebuild');
    const history = await openHistory({ ...options, rebuild: true, checkpointEvery: 1 });
    const { head } = history;
    await history.close();
    return head;
  });
}

/** Takes a backup and removes those that are older than asked. */
export async function backupHome(
  { home, now, version }: Care,
  {
    folder = backupFolder(home),
    keepDays = KEEP_BACKUP_DAYS,
  }: { folder?: string; keepDays?: number },
): Promise<{ backup: Backup; removed: readonly string[] }> {
  const backup = await backupHistory({ home, now, version, folder });
  return { backup, removed: pruneBackups(folder, { now, keepDays }) };
}

/** Reads a backup through and through. */
export const verifyBackupFile = (file: string): Promise<BackupManifest> => verifyBackup(file);

/** Puts a backup in the place of the history; a home that has none yet takes its mode and account. */
export async function restoreHome(care: Care, file: string): Promise<Restored> {
  const { home, now, version, warn } = care;
  const manifest = await verifyBackup(file);
  const identity = homeIdentity(nodeFileSystem, historyFolder(home)) ?? manifest;
  return restoreHistory({
    home,
    mode: identity.mode,
    account: identity.account,
    version,
    clock: { now: () => now },
    warn,
    role: 'history restore',
    fold: newFold(),
    newFold,
    file,
  });
}

export const lossesOf = (care: Care): AcceptedLosses =>
  findLosses(optionsFor(care, 'history accept-loss'));

export const acceptLossesOf = (care: Care): Promise<AcceptedLosses> =>
  acceptLosses(optionsFor(care, 'history accept-loss'));

/** A history at a glance. */
export interface HistoryInfo {
  readonly folder: string;
  readonly mode: Mode;
  readonly account: string;
  /** As of the last time it was written down; a running daemon is ahead of it. */
  readonly head: ChainHead | null;
  readonly records: { readonly runs: number; readonly trades: number } | null;
  readonly months: readonly { readonly file: string; readonly bytes: number }[];
  readonly backups: readonly BackupEntry[];
  /** Who writes it now. */
  readonly heldBy: string | null;
}

export function infoOf(home: string): HistoryInfo {
  const files = nodeFileSystem;
  const folder = historyFolder(home);
  const identity = homeIdentity(files, folder);
  if (identity === null) throw noHistory(files, folder);
  const state = loadState(files, folder);
  const holder = holderOf(home);
  const journal = journalFolder(folder);
  return {
    folder,
    ...identity,
    head: state?.durable.head ?? null,
    records:
      state === null
        ? null
        : { runs: state.views.runs?.records ?? 0, trades: state.views.trades?.records ?? 0 },
    months: journalFiles(files, journal).map((file) => ({
      file,
      bytes: files.stat(join(journal, file))?.size ?? 0,
    })),
    backups: listBackups(backupFolder(home)),
    heldBy: holder === null ? null : printOwner(holder),
  };
}

/** Of a backup, what a person is told before it is restored. */
export type BackupSummary = Pick<BackupManifest, 'mode' | 'account' | 'createdAt' | 'head'>;

export { eventJsonSchema } from '../events/schema-json.ts';
