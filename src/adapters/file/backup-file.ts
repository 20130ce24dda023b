import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { MODES } from '../../domain/run.ts';
import { printDamage } from './journal-damage.ts';
import { covers, type LossRange } from './journal-losses.ts';
import {
  JOURNAL_START,
  type JournalDamage,
  type JournalItem,
  JournalWalk,
} from './journal-walk.ts';
import { readTar } from './tar-archive.ts';

const schema = z.strictObject({
  format: z.literal(1),
  createdAt: z.string(),
  version: z.string(),
  mode: z.enum(MODES),
  account: z.string(),
  head: z.strictObject({ seq: z.int().positive(), hash: z.string() }),
  files: z.array(
    z.strictObject({
      name: z.string().regex(/^\d{4}-\d{2}\.jsonl$/),
      bytes: z.int().positive(),
      sha256: z.string(),
    }),
  ),
  /** The simulated account as it stood after the last event; absent where the broker is a real one. */
  simAccount: z.strictObject({ bytes: z.int().positive(), sha256: z.string() }).optional(),
});

/** The name of the simulated account within a backup. */
export const SIM_ACCOUNT_MEMBER = 'state/sim-account.json';

/** What a backup says it holds: whose history, up to which event, and each file with its hash. */
export type BackupManifest = z.output<typeof schema>;

/** A file of the journal begins (`bytes` null), or a piece of its content comes. */
export interface BackupPart {
  readonly name: string;
  readonly bytes: Buffer | null;
}

/**
 * Reads a whole backup and checks it: each file against its hash, every link of the chain, every event against the
 * schema. `onPart` gets the files as they are read, before the check is complete. Throws HISTORY_DAMAGED.
 */
export async function verifyBackup(
  path: string,
  onPart: (part: BackupPart) => void = () => undefined,
): Promise<BackupManifest> {
  return (await readBackup(path, onPart)).manifest;
}

/** A backup that was checked whole, with what it holds beside the journal. */
export interface CheckedBackup {
  readonly manifest: BackupManifest;
  /** The simulated account's file; null where the backup has none. */
  readonly simAccount: Buffer | null;
}

/** As `verifyBackup`; the simulated account is small and comes with the answer. */
export async function readBackup(
  path: string,
  onPart: (part: BackupPart) => void = () => undefined,
): Promise<CheckedBackup> {
  const check = new BackupCheck(onPart);
  try {
    for await (const part of readTar(unzipped(path))) {
      if (part.kind === 'file') check.begin(part.name);
      else check.take(part.bytes);
    }
    return check.finish();
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') {
      throw new Failure('INPUT_MISSING', `there is no file ${path}`, {
        hint: 'see which backups there are: trade-labs history info',
      });
    }
    if (error instanceof Failure && error.code !== 'HISTORY_DAMAGED') throw error;
    throw new Failure('HISTORY_DAMAGED', `the backup ${path} does not verify`, {
      details: [(error as Error).message],
      cause: error,
      hint: 'take another one: trade-labs history info lists them',
    });
  }
}

function unzipped(path: string): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  // An error of the file ends the reading of what comes out of it.
  pipeline(createReadStream(path), gunzip, (error) => {
    if (error) gunzip.destroy(error);
  });
  return gunzip;
}

const NEWLINE = 10;
/** No event and no simulated account comes near. A few megabytes of gzip can hold gigabytes without a line's end. */
const MOST_LINE_BYTES = 64 * 1024 * 1024;

class BackupCheck {
  readonly #onPart: (part: BackupPart) => void;
  readonly #walk = new JournalWalk(JOURNAL_START);
  readonly #damages: JournalDamage[] = [];
  readonly #losses: LossRange[] = [];
  readonly #found: { name: string; bytes: number; hash: Hash }[] = [];
  #name = '';
  /** What came since the last newline; of a file that is no part of the journal, all of it. */
  #pieces: Buffer[] = [];
  #pending = 0;
  #offset = 0;
  #line = 1;
  #simAccount: Buffer | null = null;

  constructor(onPart: (part: BackupPart) => void) {
    this.#onPart = onPart;
  }

  begin(path: string): void {
    this.#endLines();
    this.#name = path.replace(/^journal\//, '');
    this.#leave(Buffer.alloc(0));
    this.#offset = 0;
    this.#line = 1;
    if (this.#isAside) return;
    this.#found.push({ name: this.#name, bytes: 0, hash: createHash('sha256') });
    this.#onPart({ name: this.#name, bytes: null });
  }

  get #inManifest(): boolean {
    return this.#name === 'manifest.json';
  }

  /** True for what is no part of the journal. */
  get #isAside(): boolean {
    return this.#inManifest || this.#name === SIM_ACCOUNT_MEMBER;
  }

  take(bytes: Buffer): void {
    if (!this.#isAside) {
      const file = this.#found.at(-1);
      file?.hash.update(bytes);
      if (file !== undefined) file.bytes += bytes.length;
      this.#onPart({ name: this.#name, bytes });
    }
    this.#pieces.push(bytes);
    this.#pending += bytes.length;
    if (!this.#isAside && bytes.includes(NEWLINE)) this.#takeLines();
    if (this.#pending <= MOST_LINE_BYTES) return;
    throw new Error(`a line of ${this.#name} is longer than ${MOST_LINE_BYTES >> 20} MiB`);
  }

  /** Starts anew with what is left of the content. */
  #leave(rest: Buffer): void {
    this.#pieces = [rest];
    this.#pending = rest.length;
  }

  #takeLines(): void {
    const content = Buffer.concat(this.#pieces);
    let start = 0;
    for (;;) {
      const newline = content.indexOf(NEWLINE, start);
      if (newline < 0) break;
      const text = content.toString('utf8', start, newline);
      const place = { file: this.#name, offset: this.#offset, line: this.#line };
      this.#offset += newline + 1 - start;
      this.#line += 1;
      this.#note(this.#walk.take({ ...place, text, end: this.#offset, terminated: true }));
      start = newline + 1;
    }
    this.#leave(content.subarray(start));
  }

  /** A last line without a newline is a line all the same. */
  #endLines(): void {
    if (this.#name === SIM_ACCOUNT_MEMBER) this.#simAccount = Buffer.concat(this.#pieces);
    if (this.#isAside || this.#pending === 0) return;
    this.#pieces.push(Buffer.from('\n'));
    this.#takeLines();
  }

  #note(items: Iterable<JournalItem>): void {
    for (const item of items) {
      if (item.kind === 'damage') this.#damages.push(item);
      if (item.kind !== 'step') continue;
      for (const event of item.events) {
        if (event.type === 'history.loss_accepted') this.#losses.push(event);
      }
    }
  }

  finish(): CheckedBackup {
    if (!this.#inManifest) throw new Error('it has no manifest');
    const manifest = schema.parse(JSON.parse(Buffer.concat(this.#pieces).toString('utf8')));
    for (const item of this.#walk.finish(0)) {
      this.#note([item]);
      if (item.kind !== 'end') continue;
      if (item.torn !== null) throw new Error(item.torn.problem);
      const { seq, hash } = item.position.head;
      if (seq !== manifest.head.seq || hash !== manifest.head.hash) {
        throw new Error(`it ends with event ${seq}, its manifest says ${manifest.head.seq}`);
      }
    }
    const damage = this.#damages.find((one) => !covers(this.#losses, one));
    if (damage !== undefined) throw new Error(printDamage(damage));
    const found = this.#found.map(({ name, bytes, hash }) => ({
      name,
      bytes,
      sha256: hash.digest('hex'),
    }));
    if (JSON.stringify(found) !== JSON.stringify(manifest.files)) {
      throw new Error('its files are not those of its manifest');
    }
    const simAccount = this.#simAccount;
    const digest = simAccount === null ? undefined : digestOf(simAccount);
    if (JSON.stringify(digest) !== JSON.stringify(manifest.simAccount)) {
      throw new Error('its simulated account is not that of its manifest');
    }
    return { manifest, simAccount };
  }
}

/** Size and SHA-256 of a small file, as manifests say them. */
export const digestOf = (bytes: Buffer): { bytes: number; sha256: string } => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
