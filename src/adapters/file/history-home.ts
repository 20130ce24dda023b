import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import type { Mode } from '../../domain/run.ts';
import { decodeLine } from '../../events/chain.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { HistoryState } from './history-state.ts';
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

function assertNothingRemembered(
  files: FileSystem,
  folder: string,
  state: HistoryState | null,
): void {
  const journal = join(folder, 'journal');
  if (
    journalFiles(files, journal).some((name) => (files.stat(join(journal, name))?.size ?? 0) > 0)
  ) {
    return;
  }
  const view = Object.values(VIEWS).find(
    ({ file }) => (files.stat(join(folder, file))?.size ?? 0) > EMPTY_VIEW_BYTES,
  );
  if ((state?.durable.head.seq ?? 0) === 0 && view === undefined) return;
  throw new Failure('HISTORY_DAMAGED', `the journal is missing from ${journal}`, {
    details: view === undefined ? [] : [`${view.file} still holds records that were made from it`],
    hint: 'bring it back: trade-labs history restore FILE',
  });
}
