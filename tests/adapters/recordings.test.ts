import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { columnBytes, columnFrom } from '../../src/adapters/file/column-bytes.ts';
import { barsFrom, seriesBytes } from '../../src/adapters/file/recording-bars.ts';
import { RecordingFiles } from '../../src/adapters/file/recording-files.ts';
import { columnsFromBars, type Symbol } from '../../src/domain/market.ts';
import { sha256 } from '../../src/events/fingerprint.ts';
import { recordingsContract } from '../contract/recordings.ts';
import { snapshotOf, sourceOf, wanderers } from '../pipeline/builders.ts';
import { recordingOf } from '../pipeline/recorded.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trade-labs-recordings-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

recordingsContract('files', () => new RecordingFiles(join(dir, 'recordings')));

const source = sourceOf(wanderers(6));
const OPEN = '2015-02-02-143000Z-scan-open.json.gz';
const MIDDAY = '2015-02-02-143000Z-scan-midday.json.gz';

async function writeTwo(): Promise<{ recordings: RecordingFiles; folder: string }> {
  const recordings = new RecordingFiles(dir);
  const snapshot = await snapshotOf(source, '2015-02-02');
  await recordings.write(recordingOf(snapshot));
  await recordings.write(recordingOf(snapshot, { slot: 'scan-midday', top: 3 }));
  return { recordings, folder: join(dir, '2015-02-02') };
}

const packsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('bars-'));

const damagesOf = async (recordings: RecordingFiles): Promise<(string | null)[]> => {
  const reads = await Promise.all(recordings.list().map((name) => recordings.read(name)));
  return reads.map((read) => (read.ok ? null : `${read.error.file}: ${read.error.reason}`));
};

describe('recordings in files', () => {
  it('belong to their owner alone', async () => {
    const { folder } = await writeTwo();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(new Set(modes)).toEqual(new Set([0o600]));
  });

  it('are checked by sums that sha256sum reads', async () => {
    const { folder } = await writeTwo();
    const lines = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
    const names = readdirSync(folder).filter((name) => name !== 'SHA256SUMS');
    expect(lines).toEqual(
      names.map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}`),
    );
  });

  it('store bars that did not change once, also when another process goes on', async () => {
    const { folder } = await writeTwo();
    const snapshot = await snapshotOf(source, '2015-02-02');
    await new RecordingFiles(dir).write(recordingOf(snapshot, { slot: 'manual' }));
    expect(packsIn(folder)).toHaveLength(1);
    expect(await damagesOf(new RecordingFiles(dir))).toEqual([null, null, null]);
  });

  it('store only the bars that are new', async () => {
    const { recordings, folder } = await writeTwo();
    const more = sourceOf({ ...wanderers(6), ...wanderers(7, {}, 8) });
    const wider = await snapshotOf(more, '2015-02-02');
    await recordings.write(recordingOf(wider, { slot: 'manual' }));
    const sizes = packsIn(folder).map(
      (name) => gunzipSync(readFileSync(join(folder, name))).length,
    );
    expect(sizes).toHaveLength(2);
    expect(await damagesOf(recordings)).toEqual([null, null, null]);
  });

  it('write bars again whose file is damaged', async () => {
    const { folder } = await writeTwo();
    const [pack = ''] = packsIn(folder);
    rmSync(join(folder, pack));
    const again = new RecordingFiles(dir);
    await again.write(recordingOf(await snapshotOf(source, '2015-02-02')));
    expect(await damagesOf(again)).toEqual([null, null]);
  });

  it('start over where their folder was removed meanwhile', async () => {
    const { recordings, folder } = await writeTwo();
    rmSync(folder, { recursive: true });
    await recordings.write(recordingOf(await snapshotOf(source, '2015-02-02')));
    expect(await damagesOf(recordings)).toEqual([null]);
  });

  it('name a damaged file with the sum it must have and the one it has, and leave the others', async () => {
    const { recordings, folder } = await writeTwo();
    const path = join(folder, MIDDAY);
    const bytes = readFileSync(path);
    const expected = sha256(bytes);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    writeFileSync(path, bytes);
    const [damaged, sound] = await Promise.all(recordings.list().map((n) => recordings.read(n)));
    expect(damaged).toEqual({
      ok: false,
      error: {
        runId: MIDDAY.replace('.json.gz', ''),
        session: '2015-02-02',
        file: path,
        reason: 'its checksum differs',
        expected,
        found: sha256(bytes),
      },
    });
    expect(sound?.ok).toBe(true);
  });

  it('name the file of bars where that is the damaged one', async () => {
    const { folder } = await writeTwo();
    const [pack = ''] = packsIn(folder);
    writeFileSync(join(folder, pack), 'no bars');
    const damage = `${join(folder, pack)}: its checksum differs`;
    expect(await damagesOf(new RecordingFiles(dir))).toEqual([damage, damage]);
  });

  it('name a file that is gone, or that no sum vouches for', async () => {
    const { folder } = await writeTwo();
    rmSync(join(folder, OPEN));
    const gone = `${join(folder, OPEN)}: cannot be read`;
    expect(await damagesOf(new RecordingFiles(dir))).toEqual([null, gone]);
    rmSync(join(folder, 'SHA256SUMS'));
    const unknown = `${join(folder, MIDDAY)}: is not in SHA256SUMS`;
    expect(await damagesOf(new RecordingFiles(dir))).toEqual([unknown]);
  });

  it('name a file of another format, that lacks a part, or leads elsewhere, though its sum is right', async () => {
    const { folder } = await writeTwo();
    const text = gunzipSync(readFileSync(join(folder, OPEN))).toString();
    const without = (part: string) => {
      const { [part]: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
      return rest;
    };
    const cases: [unknown, string][] = [
      [{ ...JSON.parse(text), format: 2 }, 'is of format 2, this version reads 1'],
      [null, 'is no recording'],
      [[], 'is no recording'],
      ...['run', 'state', 'decided', 'market', 'packs'].map((part): [unknown, string] => [
        without(part),
        `is no recording: it has no ${part}`,
      ]),
      ...[{}, [{ file: '../secret.gz', sha256: 'x' }], [{ file: 1 }], [null]].map(
        (packs): [unknown, string] => [
          { ...JSON.parse(text), packs },
          'names bars in a file that is none of its session',
        ],
      ),
    ];
    for (const [content, reason] of cases) {
      const bytes = gzipSync(JSON.stringify(content));
      writeFileSync(join(folder, OPEN), bytes);
      const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8');
      const line = new RegExp(`^[0-9a-f]{64}  ${OPEN}$`, 'm');
      writeFileSync(join(folder, 'SHA256SUMS'), sums.replace(line, `${sha256(bytes)}  ${OPEN}`));
      const damage = `${join(folder, OPEN)}: ${reason}`;
      expect(await damagesOf(new RecordingFiles(dir))).toEqual([null, damage]);
    }
  });

  it('leave what is not theirs when they are pruned', async () => {
    const { recordings, folder } = await writeTwo();
    writeFileSync(join(folder, 'notes.txt'), 'keep');
    mkdirSync(join(dir, 'other'));
    recordings.prune({ now: Date.UTC(2016, 0, 1) as never, keepDays: 14 });
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    expect(existsSync(join(dir, 'other'))).toBe(true);
  });
});

describe('bars as bytes', () => {
  const numbers = fc.oneof(
    fc.integer({ min: 1, max: 1e7 }).map((n) => n / 100),
    fc.double({ min: 0.001, max: 1e6, noNaN: true }),
  );
  const bar = fc.tuple(
    fc.integer({ min: 0, max: 30_000 }),
    numbers,
    numbers,
    numbers,
    numbers,
    numbers,
  );

  it('come back with every bit, whatever their prices and times', () => {
    fc.assert(
      fc.property(fc.array(bar), fc.constantFrom(86_400_000, 60_000, 1), (rows, step) => {
        const columns = columnsFromBars(
          rows.map(([time, open, high, low, close, volume]) => {
            return { time: time * step, open, high, low, close, volume };
          }),
        );
        const series = { symbol: 'A' as Symbol, sector: 'X', columns, visible: rows.length };
        const bytes = Buffer.concat([Buffer.from('lead'), seriesBytes(series)]);
        expect(barsFrom(bytes, 4, rows.length)).toEqual(columns);
      }),
    );
  });

  it('take less than twelve bytes a day of prices in cents, before they are compressed', () => {
    const columns = columnsFromBars(wanderers(1).A00?.daily ?? []);
    const series = { symbol: 'A' as Symbol, sector: 'X', columns, visible: columns.length };
    expect(seriesBytes(series).length / columns.length).toBeLessThan(12);
  });
});

describe('columns as bytes', () => {
  const cents = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 100);
  const odd = fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 52), 1e-9);
  const columns = fc.oneof(
    fc.array(cents),
    fc.array(fc.integer({ min: 0, max: 2 ** 51 })),
    fc.array(fc.double()),
    fc.array(fc.oneof(cents, odd)),
  );

  it('come back with every bit, and end where they end', () => {
    fc.assert(
      fc.property(columns, fc.nat(9), (numbers, lead) => {
        const column = Float64Array.from(numbers);
        const bytes = columnBytes(column);
        const within = new Uint8Array([...new Uint8Array(lead), ...bytes, 1, 2, 3]);
        const back = columnFrom(within, lead, column.length);
        expect(back.end).toBe(lead + bytes.length);
        expect([...back.column].every((value, i) => Object.is(value, column[i]))).toBe(true);
      }),
    );
  });

  it('come back with every bit from any guess that both sides have', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(cents, odd), fc.oneof(cents, odd))), (pairs) => {
        const [column, guess] = [0, 1].map((side) => Float64Array.from(pairs, (p) => p[side] ?? 0));
        if (column === undefined || guess === undefined) throw new Error('two sides');
        const { column: back } = columnFrom(columnBytes(column, guess), 0, pairs.length, guess);
        expect([...back].every((value, i) => Object.is(value, column[i]))).toBe(true);
      }),
    );
  });

  it('take few bytes for prices in cents', () => {
    const prices = Float64Array.from({ length: 1_000 }, (_, i) => (10_000 + (i % 50)) / 100);
    expect(columnBytes(prices).length).toBeLessThan(1_100);
  });

  it('that end too early are refused', () => {
    const bytes = columnBytes(Float64Array.from([1.25, 900.5]));
    expect(() => columnFrom(bytes.subarray(0, bytes.length - 1), 0, 2)).toThrow('are all there');
    expect(() => columnFrom(Uint8Array.from([9]), 0, 1)).toThrow('how it is written');
  });
});
