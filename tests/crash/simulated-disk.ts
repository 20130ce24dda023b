import { dirname } from 'node:path';
import type { FileStat, FileSystem, OpenFile } from '../../src/ports/file-system.ts';

/** Thrown by every operation once the machine is dead. */
export class PowerLost extends Error {
  override readonly name = 'PowerLost';
}

export const SECTOR_BYTES = 512;

interface Inode {
  readonly number: number;
  data: Buffer;
  /** As of the last sync: all that a disk promises. */
  durable: Buffer;
  modified: number;
}

type NameChange = { readonly name: string; readonly inode: Inode | null };

/** When the machine dies: at operation number `at`, after `bytes` bytes of it where it is a write. */
export interface Death {
  readonly at: number;
  readonly bytes: number;
}

export interface Operation {
  readonly kind: 'write' | 'truncate' | 'sync' | 'rename' | 'remove' | 'syncFolder' | 'create';
  readonly path: string;
  readonly bytes: number;
  /** Of a write: how much of it may be there, once for each content that this can leave. */
  readonly prefixes: readonly number[];
}

/**
 * A disk in memory that tells what was promised (synced) from what merely was written, and that can die at any byte
 * of any operation. What survives is chosen afterwards: `killed`, `onlySynced` or `sectors`.
 */
export class SimulatedDisk implements FileSystem {
  /** Every change since this disk was made; the numbers of a `Death` count these. */
  readonly operations: Operation[] = [];
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  #folders = new Set<string>(['/']);
  #nextInode = 1;
  #time = 1;
  #death: Death | null;
  #dead = false;

  constructor(death: Death | null = null) {
    this.#death = death;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Turns the power off now: nothing works any more. */
  die(): void {
    this.#dead = true;
  }

  #alive(): void {
    if (this.#dead) throw new PowerLost('the machine is dead');
  }

  /** Counts an operation; when it is the one that is not finished, dies after `bytes` of it. */
  #count(
    operation: Omit<Operation, 'prefixes'>,
    apply: (bytes: number) => void,
    prefixes: readonly number[] = [0],
  ): void {
    this.#alive();
    const fatal = this.#death?.at === this.operations.length;
    this.operations.push({ ...operation, prefixes });
    if (!fatal) {
      apply(operation.bytes);
      return;
    }
    const done = Math.min(this.#death?.bytes ?? 0, operation.bytes);
    if (operation.kind === 'write' && done > 0) apply(done);
    this.#dead = true;
    throw new PowerLost(`${operation.kind} ${operation.path}`);
  }

  open(path: string, mode: 'read' | 'append' | 'edit' | 'create'): OpenFile {
    this.#alive();
    let inode = this.#names.get(path);
    if (inode === undefined) {
      if (mode === 'read') throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      this.#count({ kind: 'create', path, bytes: 0 }, () => {
        inode = {
          number: this.#nextInode++,
          data: Buffer.alloc(0),
          durable: Buffer.alloc(0),
          modified: 0,
        };
        this.#rename(path, inode);
      });
    } else if (mode === 'create') {
      throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
    }
    return this.#handle(path, inode as Inode);
  }

  #rename(name: string, inode: Inode | null): void {
    if (inode === null) this.#names.delete(name);
    else this.#names.set(name, inode);
    this.#nameChanges.push({ name, inode });
  }

  #handle(path: string, inode: Inode): OpenFile {
    const write = (bytes: Uint8Array, position: number) =>
      this.#count(
        { kind: 'write', path, bytes: bytes.length },
        (count) => {
          const end = position + count;
          if (end > inode.data.length) {
            inode.data = Buffer.concat([inode.data, Buffer.alloc(end - inode.data.length)]);
          }
          inode.data.set(bytes.subarray(0, count), position);
          inode.modified = this.#time++;
        },
        prefixesOf(bytes, inode.data.subarray(position)),
      );
    return {
      read: (into, position) => {
        this.#alive();
        const from = inode.data.subarray(position, position + into.length);
        into.set(from);
        return from.length;
      },
      append: (bytes) => write(bytes, inode.data.length),
      write,
      truncate: (size) =>
        this.#count({ kind: 'truncate', path, bytes: 0 }, () => {
          inode.data = Buffer.concat([inode.data, Buffer.alloc(size)]).subarray(0, size);
          inode.modified = this.#time++;
        }),
      sync: () =>
        this.#count({ kind: 'sync', path, bytes: 0 }, () => {
          inode.durable = Buffer.from(inode.data);
        }),
      stat: () => {
        this.#alive();
        return describe(inode);
      },
      close: () => undefined,
    };
  }

  stat(path: string): FileStat | null {
    this.#alive();
    const inode = this.#names.get(path);
    if (inode !== undefined) return describe(inode);
    return this.#folders.has(path) ? { ...FOLDER } : null;
  }

  list(folder: string): readonly string[] | null {
    this.#alive();
    if (!this.#folders.has(folder)) return null;
    return [...this.#names.keys()]
      .filter((name) => dirname(name) === folder)
      .map((name) => name.slice(folder.length + 1))
      .sort();
  }

  makeFolder(folder: string): void {
    for (let path = folder; path !== '/'; path = dirname(path)) this.#folders.add(path);
  }

  rename(from: string, to: string): void {
    this.#count({ kind: 'rename', path: to, bytes: 0 }, () => {
      const inode = this.#names.get(from);
      if (inode === undefined) throw new Error(`no ${from}`);
      this.#rename(to, inode);
      this.#rename(from, null);
    });
  }

  remove(path: string): void {
    this.#alive();
    if (!this.#names.has(path)) return;
    this.#count({ kind: 'remove', path, bytes: 0 }, () => this.#rename(path, null));
  }

  /** A journalling file system keeps the order of names: syncing one folder settles every earlier change. */
  syncFolder(folder: string): void {
    this.#count({ kind: 'syncFolder', path: folder, bytes: 0 }, () => {
      this.#durableNames = new Map(this.#names);
      this.#nameChanges = [];
    });
  }

  /** After kill -9: the process is gone, the system wrote everything it was given. */
  killed(death: Death | null = null): SimulatedDisk {
    return this.#image(this.#names, ({ data }) => Buffer.from(data), death);
  }

  /** After a power loss that kept nothing but what was synced. */
  onlySynced(death: Death | null = null): SimulatedDisk {
    return this.#image(this.#durableNames, ({ durable }) => Buffer.from(durable), death);
  }

  /** After a power loss in which each unsynced sector, size and name survived or not as `keep` says. */
  sectors(keep: () => boolean, death: Death | null = null): SimulatedDisk {
    const names = new Map(this.#durableNames);
    for (const { name, inode } of this.#nameChanges) {
      if (!keep()) break;
      if (inode === null) names.delete(name);
      else names.set(name, inode);
    }
    return this.#image(names, (inode) => mixture(inode, keep), death);
  }

  #image(
    names: ReadonlyMap<string, Inode>,
    contentOf: (inode: Inode) => Buffer,
    death: Death | null,
  ): SimulatedDisk {
    const image = new SimulatedDisk(death);
    image.#folders = new Set(this.#folders);
    image.#nextInode = this.#nextInode;
    image.#time = this.#time;
    for (const [name, inode] of names) {
      const data = contentOf(inode);
      image.#names.set(name, { ...inode, data, durable: Buffer.from(data) });
    }
    image.#durableNames = new Map(image.#names);
    return image;
  }

  /** The content of a file, for a look from outside; null when there is none. */
  content(path: string): string | null {
    return this.#names.get(path)?.data.toString('utf8') ?? null;
  }

  /** Changes a file from outside, as an editor or a bad disk does. Null removes it. */
  tamper(path: string, change: (content: Buffer) => Buffer | null, replace = false): void {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new Error(`no ${path}`);
    const content = change(Buffer.from(inode.data));
    if (content === null) {
      this.#names.delete(path);
    } else if (replace) {
      const number = this.#nextInode++;
      this.#names.set(path, { number, data: content, durable: content, modified: this.#time++ });
    } else {
      inode.data = content;
      inode.durable = Buffer.from(content);
      inode.modified = this.#time++;
    }
    this.#durableNames = new Map(this.#names);
  }
}

/** The lengths after which one more byte made a difference, and the whole. */
function prefixesOf(bytes: Uint8Array, before: Uint8Array): readonly number[] {
  const lengths: number[] = [];
  bytes.forEach((byte, i) => {
    if (byte !== before[i]) lengths.push(i);
  });
  return [...lengths, bytes.length];
}

const describe = (inode: Inode): FileStat => ({
  size: inode.data.length,
  inode: inode.number,
  device: 1,
  modifiedMs: inode.modified,
  mode: 0o600,
  kind: 'file',
});

const FOLDER: FileStat = {
  size: 0,
  inode: 0,
  device: 1,
  modifiedMs: 0,
  mode: 0o700,
  kind: 'folder',
};

function mixture({ data, durable }: Inode, keep: () => boolean): Buffer {
  const size = data.length === durable.length || keep() ? data.length : durable.length;
  const result = Buffer.alloc(size);
  for (let at = 0; at < size; at += SECTOR_BYTES) {
    const now = data.subarray(at, Math.min(at + SECTOR_BYTES, size));
    const before = durable.subarray(at, Math.min(at + SECTOR_BYTES, size));
    result.set(now.equals(before) || keep() ? now : before, at);
  }
  return result;
}
