import { dirname } from 'node:path';
import { assert } from '../../domain/result.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';
import { linesFrom } from './journal-lines.ts';
import { assertWritten, ViewIndex } from './view-index.ts';
import {
  EMPTY_VIEW_BYTES,
  recordOfLine,
  recordText,
  slotBytes,
  slotWidth,
  VIEW_HEAD,
  VIEW_TAIL,
  type ViewPaths,
  type ViewRecord,
  type ViewSpec,
} from './view-layout.ts';

/** So many records in a row share the range of their dates, by which a query skips them. */
const ZONE_RECORDS = 4096;

/** Neighbouring records: where they begin, how many they are, their first and last date. */
export interface ViewZone {
  offset: number;
  records: number;
  first: string;
  last: string;
}

/** A view as it was when it was last made durable. */
export interface ViewState {
  readonly size: number;
  readonly records: number;
  readonly inode: number;
  readonly modifiedMs: number;
  readonly indexInode: number;
  readonly zones: readonly ViewZone[];
}

/** The view is not what we left: someone edited, truncated, replaced or removed it. */
class ViewDisturbed extends Error {
  override readonly name = 'ViewDisturbed';
}

const WINDOW_BYTES = 4096;

/**
 * A view that is written in place: a record is added before the closing bracket, or changed within its padded line,
 * in the same time whatever the length of the file. Writes are not synced one by one: the journal holds what they
 * say, and a start writes them again from there.
 */
export class ViewFile {
  readonly spec: ViewSpec;
  readonly #files: FileSystem;
  readonly #path: string;
  #file: OpenFile;
  #index: ViewIndex;
  #inode: number;
  #size: number;
  #records: number;
  #modifiedMs: number;
  readonly #zones: ViewZone[];
  /** True once a file was put in place of another: the state on disk no longer describes it. */
  replaced = false;

  private constructor(
    files: FileSystem,
    spec: ViewSpec,
    paths: ViewPaths,
    state: Pick<ViewState, 'size' | 'records' | 'zones'>,
  ) {
    this.spec = spec;
    this.#files = files;
    this.#path = paths.view;
    this.#file = files.open(paths.view, 'edit');
    this.#index = new ViewIndex(files, paths.index);
    this.#size = state.size;
    this.#records = state.records;
    this.#zones = state.zones.map((zone) => ({ ...zone }));
    const { inode, modifiedMs } = this.#file.stat();
    this.#inode = inode;
    this.#modifiedMs = modifiedMs;
  }

  /** A new, empty view; files of that name are removed first. */
  static create(files: FileSystem, spec: ViewSpec, paths: ViewPaths): ViewFile {
    files.remove(paths.view);
    files.remove(paths.index);
    const view = new ViewFile(files, spec, paths, {
      size: EMPTY_VIEW_BYTES,
      records: 0,
      zones: [],
    });
    view.#write(Buffer.from(VIEW_HEAD + VIEW_TAIL), 0);
    return view;
  }

  /** The view as of its last durable state; what was written since is cut off, or written again by the caller. */
  static reopen(files: FileSystem, spec: ViewSpec, paths: ViewPaths, state: ViewState): ViewFile {
    const view = new ViewFile(files, spec, paths, state);
    if (view.#file.stat().size !== state.size) {
      view.#write(Buffer.from(VIEW_TAIL), state.size - VIEW_TAIL.length);
      view.#file.truncate(state.size);
      view.#modifiedMs = view.#file.stat().modifiedMs;
    }
    return view;
  }

  get records(): number {
    return this.#records;
  }

  get zones(): readonly ViewZone[] {
    return this.#zones;
  }

  /** Adds the record, or changes it where the view has its key. Throws ViewDisturbed and the system's errors. */
  put(key: string, record: ViewRecord): void {
    const text = recordText(this.spec, key, record);
    const date = (record as unknown as Record<string, string>)[this.spec.dateName] ?? '';
    this.#assertUntouched();
    const slot = this.#find(key);
    if (slot === null) this.#add(key, text, date);
    else this.#change(slot, text, date);
  }

  #add(key: string, text: string, date: string): void {
    const offset = this.#size - VIEW_TAIL.length;
    const width = slotWidth(Buffer.byteLength(text), this.spec.slack);
    this.#write(slotBytes(text, width, this.#records === 0, VIEW_TAIL), offset);
    this.#index.insert(key, offset);
    this.#size += width;
    this.#records += 1;
    const zone = this.#zones.at(-1);
    if (zone === undefined || zone.records === ZONE_RECORDS) {
      this.#zones.push({ offset, records: 1, first: date, last: date });
    } else {
      zone.records += 1;
      widen(zone, date);
    }
  }

  #change(slot: Slot, text: string, date: string): void {
    const first = slot.offset === VIEW_HEAD.length;
    const width = slotWidth(Buffer.byteLength(text), 0);
    if (width <= slot.width) this.#write(slotBytes(text, slot.width, first), slot.offset);
    else
      this.#widenSlot(
        slot,
        slotBytes(text, slotWidth(Buffer.byteLength(text), this.spec.slack), first),
      );
    widen(this.#zoneOf(slot.offset), date);
  }

  #zoneOf(offset: number): ViewZone {
    let low = 0;
    let high = this.#zones.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#zones[middle] as ViewZone).offset <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#zones[low] as ViewZone;
  }

  /** The line with the key, by the index; the key on the line itself decides. */
  #find(key: string): Slot | null {
    const start = `{${JSON.stringify(this.spec.keyName)}:${JSON.stringify(key)}`;
    let slot: Slot | null = null;
    const end = this.#size - VIEW_TAIL.length;
    this.#index.find(key, this.#records, end, (offset) => {
      const line = this.#lineAt(offset);
      if (
        line === null ||
        !line.toString('utf8', 1, 1 + Buffer.byteLength(start)).startsWith(start)
      ) {
        return false;
      }
      slot = { offset, width: line.length };
      return true;
    });
    return slot;
  }

  #lineAt(offset: number): Buffer | null {
    for (let bytes = WINDOW_BYTES; ; bytes *= 4) {
      const window = Buffer.alloc(bytes);
      const filled = this.#file.read(window, offset);
      const newline = window.indexOf('\n');
      if (newline >= 0 && newline < filled) return window.subarray(0, newline + 1);
      if (filled < bytes) return null;
    }
  }

  /** Reads back what it wrote: a write within a file that did not happen would show in nothing else. */
  #write(bytes: Uint8Array, position: number): void {
    this.#file.write(bytes, position);
    assertWritten(this.#file, bytes, position, this.#path);
    this.#modifiedMs = this.#file.stat().modifiedMs;
  }

  #assertUntouched(): void {
    const now = this.#files.stat(this.#path);
    if (now === null) throw new ViewDisturbed(`${this.#path} was removed`);
    if (now.inode !== this.#inode) throw new ViewDisturbed(`${this.#path} was replaced`);
    if (now.size !== this.#size || now.modifiedMs !== this.#modifiedMs) {
      throw new ViewDisturbed(`${this.#path} was changed by another program`);
    }
  }

  /** Makes all that was written durable, and says what that is. */
  flush(): ViewState {
    this.#file.sync();
    this.#index.sync();
    this.replaced = false;
    const { inode, modifiedMs } = this.#file.stat();
    this.#modifiedMs = modifiedMs;
    const zones = this.#zones.map((zone) => ({ ...zone }));
    return {
      size: this.#size,
      records: this.#records,
      inode,
      modifiedMs,
      indexInode: this.#index.inode,
      zones,
    };
  }

  /** Puts this view, made under other names, in the place of the real one, and closes it. */
  finishAs(paths: ViewPaths): ViewState {
    const state = this.flush();
    this.#files.rename(this.#index.path, paths.index);
    this.#files.rename(this.#path, paths.view);
    for (const path of [paths.index, paths.view]) this.#files.syncFolder(dirname(path));
    this.close();
    return state;
  }

  /**
   * A record that outgrew its line: the file is written anew with a wider one. Rare, because lines have slack, and
   * as slow as the file is long.
   */
  #widenSlot(slot: Slot, line: Buffer): void {
    const path = `${this.#path}.tmp`;
    this.#files.remove(path);
    const wider = this.#files.open(path, 'create');
    const shift = line.length - slot.width;
    copyRange(this.#file, wider, 0, slot.offset, 0);
    wider.write(line, slot.offset);
    copyRange(this.#file, wider, slot.offset + slot.width, this.#size, shift);
    wider.sync();
    this.#files.rename(path, this.#path);
    this.#file.close();
    this.#file = wider;
    this.#size += shift;
    this.#inode = wider.stat().inode;
    this.#modifiedMs = wider.stat().modifiedMs;
    for (const zone of this.#zones) if (zone.offset > slot.offset) zone.offset += shift;
    this.#rebuildIndex();
    this.replaced = true;
  }

  #rebuildIndex(): void {
    const { path } = this.#index;
    this.#index.close();
    this.#files.remove(path);
    this.#index = new ViewIndex(this.#files, path);
    let ordinal = 0;
    for (const line of linesFrom(this.#file, { file: '', offset: 0, line: 1 }, this.#size)) {
      const key = recordOfLine(line.text)?.[this.spec.keyName];
      if (key === undefined) continue;
      assert(typeof key === 'string', 'a record has a key');
      this.#index.find(key, ordinal, line.offset, () => false);
      this.#index.insert(key, line.offset);
      ordinal += 1;
    }
  }

  close(): void {
    this.#file.close();
    this.#index.close();
  }
}

interface Slot {
  readonly offset: number;
  readonly width: number;
}

function widen(zone: ViewZone, date: string): void {
  if (date < zone.first) zone.first = date;
  if (date > zone.last) zone.last = date;
}

function copyRange(from: OpenFile, to: OpenFile, start: number, end: number, shift: number): void {
  const chunk = Buffer.allocUnsafe(1 << 20);
  for (let at = start; at < end; ) {
    const count = from.read(chunk.subarray(0, Math.min(chunk.length, end - at)), at);
    assert(count > 0, 'a file ends where its size says');
    to.write(chunk.subarray(0, count), at + shift);
    at += count;
  }
}
