import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askOwner } from '../../src/adapters/file/owner-channel.ts';
import { askToCorrectInferred } from '../../src/app/correct-inferred.ts';
import { type HomeRequest, reconcileHome } from '../../src/app/reconcile-home.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { type DeskHome, inHome, TABLE, timeThatWaits } from './daemon-world.ts';

const at = (hour: number, minutes: number) =>
  instantOf(sessionDate('2026-03-05'), hour * 60 + minutes);

/** Asked at ten, of a daemon that was started before the open. */
const atTen = <T>(ask: () => Promise<T>) => timeThatWaits(at(9, 29), at(10, 0), ask);

const asker = async (home: DeskHome): Promise<HomeRequest> => ({
  home: home.dir,
  loaded: await home.config(),
  version: '0',
  now: at(10, 0),
});

const STATEMENT = [
  'Statement,Header,Field Name,Field Value',
  'Statement,Data,Period,"March 1, 2026 - March 31, 2026"',
  'Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,Proceeds,Comm/Fee',
];

/** Ten shares are gone from the account, and somebody had the book follow: it inferred their sale. */
async function homeThatInferred(home: DeskHome, asker: HomeRequest): Promise<string> {
  await home.simulate('2026-03-04', '2026-03-04');
  const file = join(home.dir, 'data', 'state', 'sim-account.json');
  const state = JSON.parse(readFileSync(file, 'utf8'));
  const [desk] = state.account.desks;
  desk.quantity -= 10;
  writeFileSync(file, JSON.stringify(state));
  const corrections = { symbols: [desk.symbol], cash: null, fills: null };
  await reconcileHome(asker, { corrections, dryRun: false, agreed: null });
  return desk.symbol;
}

describe('a fill that was inferred, while a daemon runs', () => {
  it('is corrected by a statement, through the daemon', () =>
    inHome(TABLE, async (home) => {
      const symbol = await homeThatInferred(home, await asker(home));
      const file = join(home.dir, 'march.csv');
      const trade = (quantity: number, price: number) =>
        `Trades,Data,Order,Stocks,USD,${symbol},"2026-03-04",${quantity},${-quantity * price},-1.25`;
      writeFileSync(file, [...STATEMENT, trade(-10, 50.5)].join('\n'));
      const { time, answer } = atTen(async () =>
        askToCorrectInferred({
          ...(await asker(home)),
          path: file,
          name: 'march.csv',
          dryRun: false,
          confirm: () => Promise.resolve(true),
        }),
      );
      await home.live(time, at(10, 10));
      const { corrected, tied } = await answer();
      expect(corrected).toHaveLength(1);
      expect(tied.inferred).toEqual([]);
      expect(await home.of('fill.corrected')).toMatchObject([
        { symbol, by: [{ quantity: 10, price: 50_500_000, commission: 1_250_000 }] },
      ]);
      const received = await home.of('command.received');
      expect(received.at(-1)).toMatchObject({
        command: 'reconcile --correct-inferred',
        source: 'handed',
        symbols: [symbol],
      });
    }));

  it('handed over as something else than it is in the book is refused', () =>
    inHome(TABLE, async (home) => {
      const symbol = await homeThatInferred(home, await asker(home));
      const [execId, orderRef] = ['adopted/none', 'adopted/none'];
      const corrections = [{ execId, orderRef, symbol, by: [] }];
      const { time, answer } = atTen(async () => {
        const name = 'reconcile --correct-inferred';
        const asked = [corrections, 'everything'].map((args) =>
          askOwner(home.dir, { name, args: { corrections: args } }).catch(String),
        );
        return Promise.all(asked);
      });
      await home.live(time, at(10, 10));
      expect(await answer()).toEqual([
        expect.stringContaining('the book no longer infers adopted/none like this'),
        expect.stringContaining('corrections of a request must be fills'),
      ]);
      expect(await home.of('fill.corrected')).toEqual([]);
    }));
});
