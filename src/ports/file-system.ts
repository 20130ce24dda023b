/** What is known of a file or folder without opening it; a link is described, not followed. */
export interface FileStat {
  readonly size: number;
  readonly inode: number;
  readonly device: number;
  readonly modifiedMs: number;
  /** Permission bits. */
  readonly mode: number;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/**
 * An open file. Calls are synchronous: a history acknowledges one step after the other, and the round trip through
 * a thread pool costs as much as the write. Each call does all it was asked or throws the system's error.
 */
export interface OpenFile {
  /** Fills `into` from `position` on; the number of bytes read, 0 at the end of the file. */
  read(into: Uint8Array, position: number): number;
  /** Writes at the end of the file, wherever that is now. Only for files opened to `append`. */
  append(bytes: Uint8Array): void;
  /** Writes at `position`. Only for files opened to `edit`. */
  write(bytes: Uint8Array, position: number): void;
  truncate(size: number): void;
  /** Returns when content and size are on the disk. An error is final: what was written since the last is unknown. */
  sync(): void;
  stat(): FileStat;
  close(): void;
}

/** `append` and `edit` create a missing file; `create` refuses an existing one. Links are never followed. */
export type OpenMode = 'read' | 'append' | 'edit' | 'create';

/** The few things a history asks of a disk, so that a test can put one under it that fails or loses power. */
export interface FileSystem {
  open(path: string, mode: OpenMode): OpenFile;
  /** Null when there is nothing of that name. */
  stat(path: string): FileStat | null;
  /** The names in a folder in code-unit order; null when there is no such folder. */
  list(folder: string): readonly string[] | null;
  /** Makes the folder and those above it, readable by their owner only; nothing happens to existing ones. */
  makeFolder(folder: string): void;
  rename(from: string, to: string): void;
  /** Removes a file; nothing happens when there is none. */
  remove(path: string): void;
  /** Returns when the names in the folder are on the disk. */
  syncFolder(folder: string): void;
}
