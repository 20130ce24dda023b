import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS } from '../../src/events/chain.ts';
import type { Fold, History, HistoryReader } from '../../src/ports/history.ts';
import {
  all,
  feePaid,
  OPEN_AT,
  runCompleted,
  runStarted,
  SceneFold,
  tradeClosed,
  tradeOpened,
} from '../history-scenes.ts';

/** A history under test; `read` gives its reader once what was appended may be read. */
export interface HistoryUnderTest {
  readonly history: History;
  readonly read: () => Promise<HistoryReader>;
}

const DAY = 86_400_000;
const later = (days: number) => (OPEN_AT + days * DAY) as typeof OPEN_AT;

/** What every history keeps, whatever it is made of. */
export function historyContract(
  name: string,
  open: (fold: Fold) => Promise<HistoryUnderTest>,
): void {
  describe(`${name} as a history`, () => {
    let fold: SceneFold;
    let tested: HistoryUnderTest;
    beforeEach(async () => {
      fold = new SceneFold();
      tested = await open(fold);
    });
    afterEach(() => tested.history.close());

    it('numbers events without gaps and chains each to the one before', async () => {
      await tested.history.append([tradeOpened(1), tradeOpened(2)]);
      await tested.history.append([tradeClosed(1)]);
      let before = GENESIS;
      for (const event of await all((await tested.read()).events())) {
        expect([event.seq, event.prev]).toEqual([before.seq + 1, before.hash]);
        before = event;
      }
    });

    it('returns the events as they are read back', async () => {
      const appended = [
        ...(await tested.history.append([tradeOpened(1)])),
        ...(await tested.history.append([tradeClosed(1), feePaid(-1.25, 'Gebühr, "€ 1"')])),
      ];
      const from = appended[0]?.seq ?? 0;
      expect(await all((await tested.read()).events({ fromSeq: from }))).toEqual(appended);
    });

    it('applies each event to the fold once, in order', async () => {
      for (let i = 0; i < 5; i += 1) await tested.history.append([tradeOpened(i), feePaid(-i)]);
      expect(fold.seen).toEqual(fold.seen.map((_, i) => (fold.seen[0] ?? 0) + i));
      expect(fold.state.cash).toBe(-10_000_000);
    });

    it('takes an empty step as nothing', async () => {
      expect(await tested.history.append([])).toEqual([]);
    });

    it('shows each record once, in the order of arrival, in its last form', async () => {
      for (let i = 0; i < 20; i += 1) await tested.history.append([tradeOpened(i)]);
      for (const i of [3, 17, 0]) await tested.history.append([tradeClosed(i)]);
      const trades = await all((await tested.read()).trades());
      expect(trades).toEqual(Object.values(fold.state.trades));
      expect(
        trades.filter(({ status }) => status === 'closed').map(({ tradeId }) => tradeId),
      ).toEqual(['T0', 'T3', 'T17']);
    });

    it('finds trades by each condition, by several, and the last of them', async () => {
      for (let i = 0; i < 30; i += 1) await tested.history.append([tradeOpened(i, later(i))]);
      await tested.history.append([tradeClosed(7), tradeClosed(8)]);
      const reader = await tested.read();
      const ids = async (query: Parameters<HistoryReader['trades']>[0]) =>
        (await all(reader.trades(query))).map(({ tradeId }) => tradeId);
      expect(await ids({ symbol: 'S3' })).toEqual(['T3', 'T10', 'T17', 'T24']);
      expect(await ids({ symbol: 'S3', last: 2 })).toEqual(['T17', 'T24']);
      expect(await ids({ status: 'closed' })).toEqual(['T7', 'T8']);
      expect(await ids({ since: '2026-04-01', until: '2026-04-02' })).toEqual(['T27', 'T28']);
      expect(await ids({ strategy: 'momentum', last: 1 })).toEqual(['T29']);
      expect(await ids({ runId: 'run-2' })).toEqual([]);
      expect(await ids({ last: 0 })).toEqual([]);
      expect(await ids({ last: 99 })).toHaveLength(30);
    });

    it('finds runs and the events of one run', async () => {
      const runs = ['2026-03-05-1430Z-scan-open', '2026-03-05-1700Z-scan-midday'];
      for (const run of runs) await tested.history.append([runStarted(run)]);
      await tested.history.append([runCompleted(runs[1] ?? '')]);
      const reader = await tested.read();
      expect((await all(reader.runs({ status: 'running' }))).map(({ runId }) => runId)).toEqual([
        runs[0],
      ]);
      const events = await all(reader.events({ runId: runs[1] ?? '' }));
      expect(events.map(({ type }) => type)).toEqual(['run.started', 'run.completed']);
    });

    it('refuses to append after it is closed', async () => {
      await tested.history.close();
      await expect(tested.history.append([tradeOpened(1)])).rejects.toThrow('closed');
    });
  });
}
