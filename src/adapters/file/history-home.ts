import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import type { Mode } from '../../domain/run.ts';
import { decodeLine } from '../../events/chain.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { type HistoryState, loadState } from './history-state.ts';
import { journalFiles, linesFrom } from './journal-lines.ts';
import { EMPTY_VIEW_BYTES, VIEWS } from './view-layout.ts';

/** What a home is for, by its journal's first event. */
export interface HomeIdentity {
  readonly mode: Mode;
  readonly account: string;
}

/** What the first event says the home is for; null in a home without a readable one. */
export function homeIdentity(files: FileSystem, folder: string): HomeIdentity | null {
  const journal = join(folder, 'journal');
  for (const name of journalFiles(files, journal)) {
    const file = files.open(join(journal, name), 'read');
    try {
      for (const { text } of linesFrom(file, { file: name, offset: 0, line: 1 })) {
        const event = decodeLine(text);
        if (!event.ok || event.value.type !== 'history.opened') return null;
        return { mode: event.value.mode, account: event.value.account };
      }
    } finally {
      file.close();
    }
  }
  return null;
}

/**
 * A home belongs to one mode and account for good. Throws HOME_MISMATCH where it belongs to another, and
 * HISTORY_DAMAGED where views exist without the journal they were made from.
 */
export function assertSameHome(
  files: FileSystem,
  folder: string,
  state: HistoryState | null,
  wanted: HomeIdentity & { readonly home: string },
): void {
  const found = homeIdentity(files, folder);
  if (found === null) {
    assertNothingRemembered(files, folder, state);
    return;
  }
  if (found.mode === wanted.mode && found.account === wanted.account) return;
  throw new Failure(
    'HOME_MISMATCH',
    `${wanted.home} holds the history of ${found.mode} account ${found.account}, not of ${wanted.mode} account ${wanted.account}`,
    {
      hint: 'use a home of its own for it: --home DIR',
    },
  );
}

/** Throws HISTORY_DAMAGED where the saved state or a view tells of a journal that is not there. */
export function assertNothingRemembered(
  files: FileSystem,
  folder: string,
  state: HistoryState | null,
): void {
  const journal = join(folder, 'journal');
  if (journalFiles(files, journal).some((name) => sizeOf(files, join(journal, name)) > 0)) return;
  const view = Object.values(VIEWS).find(
    ({ file }) => sizeOf(files, join(folder, file)) > EMPTY_VIEW_BYTES,
  );
  if ((state?.durable.head.seq ?? 0) === 0 && view === undefined) return;
  throw new Failure('HISTORY_DAMAGED', `the journal is missing from ${journal}`, {
    details: view === undefined ? [] : [`${view.file} still holds records that were made from it`],
    hint: 'bring it back: trade-labs history restore FILE',
  });
}

/**
 * Why nothing can be done with a home that does not say whose it is: its first event cannot be read, its journal is
 * missing beside what was made from it, or there never was one.
 */
export function noHistory(files: FileSystem, folder: string): Failure {
  const journal = join(folder, 'journal');
  if (journalFiles(files, journal).some((name) => sizeOf(files, join(journal, name)) > 0)) {
    return new Failure('HISTORY_DAMAGED', `the first event in ${journal} cannot be read`, {
      details: ['it says whose history this is'],
      hint: 'look with: trade-labs history verify; a backup brings it back: trade-labs history restore FILE',
    });
  }
  assertNothingRemembered(files, folder, loadState(files, folder));
  return new Failure('INPUT_MISSING', `there is no history in ${folder}`, {
    hint: 'name another home with --home DIR, or begin one: trade-labs demo',
  });
}

const sizeOf = (files: FileSystem, path: string): number => files.stat(path)?.size ?? 0;
