import type { JournalEvent } from '../../events/event.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Fold, ViewChange } from '../../ports/history.ts';
import { bulkFiles } from './bulk-files.ts';
import type { HistoryState } from './history-state.ts';
import { ViewFile, type ViewState } from './view-file.ts';
import { VIEW_NAMES, VIEWS, type ViewName, viewPaths } from './view-layout.ts';

/** A change and the number of the event that made it. */
export interface NumberedChange {
  readonly seq: number;
  readonly change: ViewChange;
}

/** What an event changes in the views. */
export function changesOf(fold: Fold, event: JournalEvent): readonly NumberedChange[] {
  return fold.apply(event).map((change) => ({ seq: event.seq, change }));
}

/**
 * Both views of a history. A view that fails is suspended, not fatal: the journal has everything, and the view is
 * written anew from it.
 */
export class Views {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #views = new Map<ViewName, ViewFile>();
  readonly #warn: (message: string) => void;

  constructor(files: FileSystem, folder: string, warn: (message: string) => void) {
    this.#files = files;
    this.#folder = folder;
    this.#warn = warn;
  }

  /** The views that wait to be written anew. */
  get suspended(): readonly ViewName[] {
    return VIEW_NAMES.filter((name) => !this.#views.has(name));
  }

  /** True where a file was put in place of another, which the saved state does not know. */
  get replaced(): boolean {
    return [...this.#views.values()].some((view) => view.replaced);
  }

  get(name: ViewName): ViewFile | undefined {
    return this.#views.get(name);
  }

  /** Opens the views that are as the state says, and writes to them what came after it. */
  reopen(state: HistoryState, after: readonly NumberedChange[]): void {
    for (const name of VIEW_NAMES) {
      const saved = state.views[name];
      const changes = after.filter(
        ({ seq, change }) => change.view === name && seq > state.durable.head.seq,
      );
      if (saved === null) continue;
      const problem = this.#mismatch(name, saved, changes.length > 0);
      if (problem !== null) {
        this.#warn(`${VIEWS[name].file} ${problem}: writing it anew from the journal`);
        continue;
      }
      const paths = viewPaths(this.#folder, VIEWS[name]);
      this.#views.set(name, ViewFile.reopen(this.#files, VIEWS[name], paths, saved));
      for (const { change } of changes) this.apply(change);
    }
  }

  /** Why the file is not the one the state speaks of; null when it is. */
  #mismatch(name: ViewName, saved: ViewState, writtenSince: boolean): string | null {
    const paths = viewPaths(this.#folder, VIEWS[name]);
    const view = this.#files.stat(paths.view);
    const index = this.#files.stat(paths.index);
    if (view === null) return 'is missing';
    if (view.kind !== 'file') return 'is not a file';
    if (index?.inode !== saved.indexInode) return 'has no index';
    if (view.inode !== saved.inode) return 'was replaced';
    if (view.size < saved.size) return 'was cut short';
    const untouched = view.size === saved.size && view.modifiedMs === saved.modifiedMs;
    return writtenSince || untouched ? null : 'was edited';
  }

  /** Writes one change. Never throws: on any error the view is suspended and a warning given. */
  apply(change: ViewChange): void {
    const view = this.#views.get(change.view);
    if (view === undefined) return;
    try {
      view.put(change.key, change.record);
    } catch (error) {
      this.#views.delete(change.view);
      this.#warn(`${view.spec.file} is written anew: ${(error as Error).message}`);
      closeQuietly(view);
    }
  }

  /** Makes what was written durable. A view that cannot be is suspended. */
  flush(): HistoryState['views'] {
    const states: Record<ViewName, ViewState | null> = { runs: null, trades: null };
    for (const [name, view] of this.#views) {
      try {
        states[name] = view.flush();
      } catch (error) {
        this.#views.delete(name);
        this.#warn(`${view.spec.file} is written anew: ${(error as Error).message}`);
        closeQuietly(view);
      }
    }
    return states;
  }

  /** Empty views under other names, to be filled from the journal and then adopted, or compared. */
  begin(names: readonly ViewName[], suffix = '.new'): Views {
    const files = bulkFiles(this.#files, (path) => path.includes('.index'));
    const fresh = new Views(files, this.#folder, (message) => {
      throw new Error(message);
    });
    for (const name of names) {
      const paths = viewPaths(this.#folder, VIEWS[name], suffix);
      fresh.#views.set(name, ViewFile.create(files, VIEWS[name], paths));
    }
    return fresh;
  }

  /** Puts fresh views in place of the suspended ones. */
  adopt(fresh: Views): void {
    for (const [name, view] of fresh.#views) {
      const paths = viewPaths(this.#folder, VIEWS[name]);
      const state = view.finishAs(paths);
      this.#views.set(name, ViewFile.reopen(this.#files, VIEWS[name], paths, state));
    }
  }

  /** Brings everything that was written into the files, for others to read. */
  settle(): void {
    for (const view of this.#views.values()) view.flush();
  }

  close(): void {
    for (const view of this.#views.values()) closeQuietly(view);
    this.#views.clear();
  }
}

function closeQuietly(view: ViewFile): void {
  try {
    view.close();
  } catch {
    // A file that cannot even be closed has nothing left to lose: the journal holds it all.
  }
}
