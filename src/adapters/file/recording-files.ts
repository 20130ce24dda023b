import { readFileSync, rmdirSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import type { BarColumns } from '../../domain/market.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { DAY_MS, dateToUtcMs, parseSessionDate, type SessionDate } from '../../domain/time.ts';
import { sha256 } from '../../events/fingerprint.ts';
import type {
  Recording,
  RecordingDamage,
  RecordingName,
  Recordings,
} from '../../ports/recordings.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { type BarsPlace, StoredBars } from './recording-bars.ts';
import {
  type RecordingText,
  recordingFrom,
  recordingText,
  unreadableBecause,
} from './recording-text.ts';

const SUMS = 'SHA256SUMS';
const RUN_FILE = /^(.+Z-[a-z0-9-]+)\.json\.gz$/;
const OWN_FILE = /^(SHA256SUMS|bars-[0-9a-f]{16}\.gz|.+Z-[a-z0-9-]+\.json\.gz)(\.tmp)?$/;
/** Series made into bytes before other work of the process gets its turn. */
const SERIES_AT_ONCE = 16;
/** Bars are noise to a compressor: more effort takes twice the time for a percent of the size. */
const zipped = promisify(gzip) as (
  bytes: Uint8Array,
  options: { level: number },
) => Promise<Buffer>;
const LEVEL = 1;

/**
 * Recordings as files: a folder a session, in it a file a run (JSON, gzip), the bars that runs of the session share,
 * and SHA256SUMS, which `sha256sum -c` understands. A name is given in one step, so that a file is whole or absent.
 */
export class RecordingFiles implements Recordings {
  readonly #root: string;
  readonly #digests = new WeakMap<BarColumns, { visible: number; digest: string }>();
  /** The bars of the session written to last. */
  #stored: { readonly session: SessionDate; readonly places: Map<string, BarsPlace> } | null = null;
  /** The packs of the session read from last. */
  #packs = new Map<string, { readonly hash: string; readonly content: Uint8Array }>();
  #writing: Promise<void> = Promise.resolve();

  /** `root` is made when the first recording is written. */
  constructor(root: string) {
    this.#root = root;
  }

  /** One after the other: they share the sums and the bars of their session. */
  write(recording: Recording): Promise<void> {
    const work = this.#writing.then(() => this.#write(recording));
    this.#writing = work.catch(() => {});
    return work;
  }

  async #write(recording: Recording): Promise<void> {
    const { session, runId } = recording.run;
    const folder = join(this.#root, session);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const bars = new StoredBars(this.#placesOf(session), this.#digests);
    const digests: string[] = [];
    for (const series of recording.market.series) {
      digests.push(bars.add(series));
      if (digests.length % SERIES_AT_ONCE === 0) await giveWay();
    }
    const sums = sumsOf(folder);
    const { content } = bars;
    if (content.length > 0) {
      const bytes = await zipped(content, { level: LEVEL });
      const hash = sha256(bytes);
      const pack = `bars-${hash.slice(0, 16)}.gz`;
      sums.set(pack, hash);
      await put(folder, pack, bytes);
      bars.written(pack);
    }
    const text = recordingText(
      recording,
      digests,
      (digest) => bars.placeOf(digest),
      (pack) => sums.get(pack) ?? '',
    );
    const bytes = await zipped(Buffer.from(JSON.stringify(text)), { level: LEVEL });
    const file = `${runId}.json.gz`;
    sums.set(file, sha256(bytes));
    await put(folder, SUMS, Buffer.from(sumsText(sums)));
    await put(folder, file, bytes);
  }

  /** Where the bars of a session stand, by their digest: from memory, else from what other processes wrote. */
  #placesOf(session: SessionDate): Map<string, BarsPlace> {
    const listed = sumsOf(join(this.#root, session));
    const stored = this.#stored?.session === session ? this.#stored.places : null;
    // Somebody may have removed the folder meanwhile.
    if (stored !== null && [...stored.values()].every(({ pack }) => listed.has(pack))) {
      return stored;
    }
    const places = new Map<string, BarsPlace>();
    for (const name of this.list(session)) {
      const read = this.#textOf(name);
      if (!read.ok) continue;
      const { market, packs } = read.value;
      for (const { digest, pack, at } of market.series) {
        const file = packs[pack]?.file;
        if (file !== undefined) places.set(digest, { pack: file, at });
      }
    }
    // Bars in a pack that cannot be believed are written again.
    const sound = new Map<string, boolean>();
    for (const [digest, { pack }] of places) {
      if (!sound.has(pack)) sound.set(pack, this.#isSound(session, pack));
      if (sound.get(pack) !== true) places.delete(digest);
    }
    this.#stored = { session, places };
    return places;
  }

  #isSound(session: SessionDate, pack: string): boolean {
    const folder = join(this.#root, session);
    const bytes = bytesOf(join(folder, pack));
    return bytes !== null && sumsOf(folder).get(pack) === sha256(bytes);
  }

  list(session?: SessionDate): readonly RecordingName[] {
    const sessions = session === undefined ? this.#sessions() : [session];
    return sessions.flatMap((date) => {
      const folder = join(this.#root, date);
      // A run that its sums name and whose file is gone is a loss that has to be seen.
      const names = new Set([...(nodeFileSystem.list(folder) ?? []), ...sumsOf(folder).keys()]);
      return [...names].sort().flatMap((name): RecordingName[] => {
        const runId = RUN_FILE.exec(name)?.[1];
        return runId === undefined ? [] : [{ session: date, runId, file: join(folder, name) }];
      });
    });
  }

  #sessions(): SessionDate[] {
    const names = nodeFileSystem.list(this.#root) ?? [];
    return names.flatMap((name) => parseSessionDate(name) ?? []);
  }

  async read(name: RecordingName): Promise<Result<Recording, RecordingDamage>> {
    const text = this.#textOf(name);
    if (!text.ok) return text;
    const contents: Uint8Array[] = [];
    for (const { file, sha256: expected } of text.value.packs) {
      const pack = this.#packOf({ ...name, file: join(this.#root, name.session, file) }, expected);
      if (!pack.ok) return pack;
      contents.push(pack.value);
      await giveWay();
    }
    try {
      return ok(recordingFrom(text.value, contents));
    } catch (error) {
      return err({ ...name, reason: messageOf(error), expected: null, found: null });
    }
  }

  #textOf(name: RecordingName): Result<RecordingText, RecordingDamage> {
    const folder = join(this.#root, name.session);
    const expected = sumsOf(folder).get(name.file.slice(folder.length + 1)) ?? null;
    const content = contentOf(name, expected);
    if (!content.ok) return content;
    try {
      const text: unknown = JSON.parse(Buffer.from(content.value).toString());
      const reason = unreadableBecause(text);
      if (reason === null) return ok(text as RecordingText);
      return err({ ...name, reason, expected: null, found: null });
    } catch (error) {
      return err({ ...name, reason: messageOf(error), expected, found: null });
    }
  }

  #packOf(name: RecordingName, expected: string): Result<Uint8Array, RecordingDamage> {
    const known = this.#packs.get(name.file);
    if (known?.hash === expected) return ok(known.content);
    const content = contentOf(name, expected);
    if (!content.ok) return content;
    const folder = join(this.#root, name.session);
    const others = [...this.#packs].filter(([file]) => file.startsWith(folder));
    this.#packs = new Map(others).set(name.file, { hash: expected, content: content.value });
    return content;
  }

  prune({ now, keepDays }: Parameters<Recordings['prune']>[0]): readonly SessionDate[] {
    const old = this.#sessions().filter(
      (date) => dateToUtcMs(date) < now - (keepDays + 1) * DAY_MS,
    );
    for (const session of old) {
      const folder = join(this.#root, session);
      const names = nodeFileSystem.list(folder) ?? [];
      for (const name of names) if (OWN_FILE.test(name)) nodeFileSystem.remove(join(folder, name));
      if (names.every((name) => OWN_FILE.test(name))) rmdirSync(folder);
    }
    return old;
  }
}

/** The content of a compressed file whose bytes are what they must be. */
function contentOf(
  name: RecordingName,
  expected: string | null,
): Result<Uint8Array, RecordingDamage> {
  const bytes = bytesOf(name.file);
  if (bytes === null) return err({ ...name, reason: 'cannot be read', expected, found: null });
  const found = sha256(bytes);
  if (expected === null) return err({ ...name, reason: `is not in ${SUMS}`, expected, found });
  if (found !== expected) return err({ ...name, reason: 'its checksum differs', expected, found });
  try {
    return ok(gunzipSync(bytes));
  } catch (error) {
    return err({ ...name, reason: messageOf(error), expected, found });
  }
}

function bytesOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

/** Checksums by file name; empty where there are none. */
function sumsOf(folder: string): Map<string, string> {
  const text = bytesOf(join(folder, SUMS))?.toString() ?? '';
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64}) {2}([^/]+)$/.exec(line);
    if (match !== null) sums.set(match[2] as string, match[1] as string);
  }
  return sums;
}

const sumsText = (sums: ReadonlyMap<string, string>): string =>
  [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, hash]) => `${hash}  ${file}\n`)
    .join('');

async function put(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `${name}.tmp`);
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, join(folder, name));
}

const giveWay = (): Promise<void> => new Promise((resume) => setImmediate(resume));

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
