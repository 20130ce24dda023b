import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, epochMs } from '../../src/domain/time.ts';
import type { Recording, Recordings } from '../../src/ports/recordings.ts';
import { snapshotOf, sourceOf, wanderers } from '../pipeline/builders.ts';
import { recordingOf } from '../pipeline/recorded.ts';

const source = sourceOf(wanderers(6));

/** What one run of a day saw; the second of its session unless another slot is named. */
const seenOn = async (date: string, slot = 'scan-open'): Promise<Recording> =>
  recordingOf(await snapshotOf(source, date), { slot });

/** Everything of a recording, its bars only as far as they were visible. */
const plainOf = ({ market, ...rest }: Recording): unknown => ({
  ...rest,
  market: {
    ...market,
    series: market.series.map(({ columns, visible, ...series }) => ({
      ...series,
      visible,
      bars: (['time', 'open', 'high', 'low', 'close', 'volume'] as const).map((field) =>
        columns[field].slice(0, visible),
      ),
    })),
  },
});

/** What every store of recordings keeps, whatever it is made of. */
export function recordingsContract(name: string, open: () => Recordings): void {
  describe(`${name} as recordings`, () => {
    let recordings: Recordings;
    beforeEach(() => {
      recordings = open();
    });

    it('gives back what was written, to the bit', async () => {
      const written = await seenOn('2015-02-02');
      await recordings.write(written);
      const [only] = recordings.list();
      const read = await recordings.read(only as NonNullable<typeof only>);
      expect(read.ok && plainOf(read.value)).toEqual(plainOf(written));
    });

    it('gives back live quotes with all that they said', async () => {
      const written = await seenOn('2015-02-02');
      const quotes = written.market.quotes.map((quote, i) =>
        quote === null
          ? null
          : { ...quote, kind: 'live' as const, hasOpened: i % 2 === 0, halted: i % 3 === 0 },
      );
      const live = { ...written, market: { ...written.market, quotes, liveQuotes: true } };
      await recordings.write(live);
      const [only] = recordings.list();
      const read = await recordings.read(only as NonNullable<typeof only>);
      expect(read.ok && plainOf(read.value)).toEqual(plainOf(live));
    });

    it('lists by session and run, and one session alone', async () => {
      await recordings.write(await seenOn('2015-02-03'));
      await recordings.write(await seenOn('2015-02-02', 'b'));
      await recordings.write(await seenOn('2015-02-02', 'a'));
      expect(recordings.list().map(({ runId }) => runId)).toEqual([
        '2015-02-02-143000Z-a',
        '2015-02-02-143000Z-b',
        '2015-02-03-143000Z-scan-open',
      ]);
      expect(recordings.list('2015-02-03' as never)).toHaveLength(1);
    });

    it('takes a second recording of the same run in place of the first', async () => {
      const first = await seenOn('2015-02-02');
      await recordings.write(first);
      await recordings.write({ ...first, run: { ...first.run, version: '1' } });
      const names = recordings.list();
      const read = await recordings.read(names[0] as NonNullable<(typeof names)[0]>);
      expect([names.length, read.ok && read.value.run.version]).toEqual([1, '1']);
    });

    it('writes those that are asked for at once, all of them', async () => {
      const slots = ['a', 'b', 'c', 'd'];
      const all = await Promise.all(slots.map((slot) => seenOn('2015-02-02', slot)));
      await Promise.all(all.map((one) => recordings.write(one)));
      const reads = await Promise.all(recordings.list().map((one) => recordings.read(one)));
      expect(reads.map((read) => read.ok && read.value.run.slot)).toEqual(slots);
    });

    it('keeps so many days and removes what is older', async () => {
      for (const date of ['2015-02-02', '2015-02-03', '2015-02-20']) {
        await recordings.write(await seenOn(date));
      }
      const at = (date: string) => epochMs(Date.parse(`${date}T22:00:00Z`));
      expect(recordings.prune({ now: at('2015-02-17'), keepDays: 14 })).toEqual(['2015-02-02']);
      expect(recordings.list().map(({ session }) => session)).toEqual(['2015-02-03', '2015-02-20']);
      expect(recordings.prune({ now: at('2015-02-17'), keepDays: 14 })).toEqual([]);
      const late = epochMs(at('2015-02-20') + 400 * DAY_MS);
      expect(recordings.prune({ now: late, keepDays: 1 })).toHaveLength(2);
      expect(recordings.list()).toEqual([]);
    });
  });
}
