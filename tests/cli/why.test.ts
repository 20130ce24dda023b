import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunStory, SymbolStory, TradeStory } from '../../src/reporting/why.ts';
import { run } from './fake-world.ts';
import { DAY, NEXT, refOf } from './why-drafts.ts';
import {
  DRY_RUN,
  emptyHome,
  homeWithHistory,
  NOON_RUN,
  OPEN_RUN,
  removeHome,
} from './why-scene.ts';

let home = '';
let firstDay = '';
let empty = '';
beforeAll(async () => {
  [home, firstDay, empty] = [await homeWithHistory(), await homeWithHistory(1), emptyHome()];
});
afterAll(() => {
  for (const folder of [home, firstDay, empty]) removeHome(folder);
});

const whyIn = (folder: string, ...words: string[]) => run(['why', ...words, '--home', folder]);
const why = (...words: string[]) => whyIn(home, ...words);

async function storyOf<T>(...words: string[]): Promise<T> {
  const { stdout } = await why(...words, '--json');
  return (JSON.parse(stdout) as { data: T }).data;
}

const golden = (name: string): string => `../golden/why/${name}.txt`;

describe('why SYMBOL DATE', () => {
  it('tells the whole way of a symbol that traded', async () => {
    const { exit, stdout } = await why('AAPL', DAY);
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot(golden('traded'));
  });

  it('tells why the guards denied one, with every number', async () => {
    await expect((await why('MSFT', DAY)).stdout).toMatchFileSnapshot(golden('denied'));
  });

  it('tells of an entry that expired', async () => {
    const story = await storyOf<SymbolStory>('NVDA', DAY);
    expect(story.trades).toEqual([]);
    expect(story.runs[0]?.candidate).toMatchObject({
      approved: 12,
      outcome: expect.stringMatching(/^expired: gap/) as string,
    });
  });

  it.each([
    ['BRK.B', 'no size: MIN_NOTIONAL'],
    ['TSLA', 'scored, not selected'],
    ['NVDA', 'expired: gap (the open was outside the band'],
  ])('says of %s: %s', async (symbol, outcome) => {
    const story = await storyOf<SymbolStory>(symbol, DAY);
    expect(story.runs[0]?.candidate?.outcome).toContain(outcome);
  });

  it('shows each term of the size, so that it can be done again by hand', async () => {
    const story = await storyOf<SymbolStory>('AAPL', DAY);
    const sizing = story.runs[0]?.candidate?.sizing;
    expect(sizing?.terms.map(({ text }) => text)).toEqual([
      'equity $100,000.00 x 0.5 % per trade x intensity 1 = $500.00',
      'reference 230.00 - stop 218.00 = 12.00, 3.00 ATR of 4.00',
      '$500.00 / 12.00 = 41 shares',
      '43 shares fit into one position: $9,890.00, 9.89 % of equity',
      '41 shares, bound by risk: $9,430.00 at the reference, $492.00 at risk',
      'limit 232.30, stop 218.00, no target',
    ]);
    expect(sizing).toMatchObject({ equity: 100_000, riskBudget: 500, quantity: 41 });
  });

  it('says what is known of a symbol that no run names', async () => {
    const { exit, stdout } = await why('XOM', DAY);
    expect(exit).toBe(0);
    expect(stdout).toContain(
      'Left out: 150 (120 less active than the scan.rows that are kept, 30 price below scan.minPriceUsd).',
    );
    expect(stdout).toContain('23 scored below the 5 named.');
    expect(stdout).toContain('can be recomputed only from the same data');
  });

  it('names those spelled like a symbol that nobody knows', async () => {
    expect((await storyOf<SymbolStory>('APPL', DAY)).near).toEqual(['AAPL']);
    expect((await storyOf<SymbolStory>('AAPL', DAY)).near).toEqual([]);
  });

  it('says that a symbol was held, or left by its stop, where a scan passed it over', async () => {
    const first = await storyOf<SymbolStory>('AAPL', DAY);
    expect(first.runs[1]?.absence).toEqual([
      'AAPL was held since 2026-03-05; what is held is not entered again.',
    ]);
    const second = await storyOf<SymbolStory>('AAPL', NEXT);
    expect(second.runs[0]?.absence.join(' ')).toContain(
      'Its last trade was left by trail in the session 2026-03-06',
    );
    expect(second.trades.map(({ trade }) => trade.exitReason)).toEqual(['trail']);
  });

  it('takes the last session with a scan when none is given', async () => {
    expect(await storyOf<SymbolStory>('KO')).toMatchObject({ session: NEXT });
    const { stdout } = await whyIn(firstDay, 'TSLA', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ data: { session: DAY } });
  });

  it('tells what a person declined, and what a dry run did not send', async () => {
    const declined = await storyOf<SymbolStory>('TSLA', DAY);
    expect(declined.runs[1]?.candidate).toMatchObject({
      outcome: 'denied: REVIEW_DECLINED',
      approved: 0,
    });
    const dry = await storyOf<SymbolStory>('KO', NEXT);
    expect(dry.runs[0]?.candidate).toMatchObject({
      outcome: 'approved, nothing was sent',
      approved: null,
    });
  });
});

describe('why RUN', () => {
  it('tells the funnel and every candidate with its end', async () => {
    await expect((await why(OPEN_RUN)).stdout).toMatchFileSnapshot(golden('run'));
  });

  it('counts the same as its record', async () => {
    const story = await storyOf<RunStory>(OPEN_RUN);
    const { counts } = story.run;
    expect(story.candidates.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
    expect(story.candidates.filter(({ approved }) => (approved ?? 0) > 0)).toHaveLength(
      counts.approved,
    );
    expect(story.candidates.filter(({ outcome }) => outcome.startsWith('filled'))).toHaveLength(
      counts.filled,
    );
  });

  it('tells the note of a dry run', async () => {
    expect((await why(DRY_RUN)).stdout).toContain('! dry run: nothing was sent');
  });

  it('tells what a reconciliation found', async () => {
    expect((await why('2026-03-05-210000Z-reconcile')).stdout).toContain(
      'compared 3 items with the broker, 1 difference; quantity AAPL: book 41, broker 40',
    );
  });
});

describe('why TRADE', () => {
  it('tells the chain from the scan to the exit', async () => {
    await expect((await why(refOf('AAPL', 'entry'))).stdout).toMatchFileSnapshot(golden('trade'));
  });

  it('ends in numbers that tie', async () => {
    const { trade, orders, steps } = await storyOf<TradeStory>(refOf('AAPL', 'entry'));
    const [entry, stop] = orders;
    const gross = 41 * ((stop?.averageFillPrice ?? 0) - (entry?.averageFillPrice ?? 0));
    expect(gross).toBeCloseTo(trade.grossPnl ?? 0, 6);
    expect(trade.netPnl).toBeCloseTo(gross - 2, 6);
    expect(trade.rMultiple).toBeCloseTo((gross - 2) / (41 * (231.5 - 218)), 6);
    expect(steps.map(({ seq }) => seq)).toEqual(steps.map(({ seq }) => seq).sort((a, b) => a - b));
  });

  it('finds it by the name of any of its orders', async () => {
    const byStop = await storyOf<TradeStory>(refOf('AAPL', 'stop'));
    expect(byStop).toMatchObject({ kind: 'trade', trade: { tradeId: refOf('AAPL', 'entry') } });
  });

  it('tells the session of an order that became no trade', async () => {
    const story = await storyOf<SymbolStory>(refOf('NVDA', 'stop'));
    expect(story).toMatchObject({ kind: 'symbol', symbol: 'NVDA', session: DAY });
    expect(story.others.orders.map(({ status }) => status)).toEqual(['expired', 'cancelled']);
  });

  it('tells of one that is open', async () => {
    const { stdout } = await whyIn(firstDay, refOf('AAPL', 'entry'));
    expect(stdout).toContain('Open: 41 shares at 231.50; the stop is at 224.00.');
  });
});

describe('what why does not know', () => {
  it.each([
    [`${OPEN_RUN}x`, OPEN_RUN],
    ['scan-midday', NOON_RUN],
    ['aapl', 'AAPL'],
    [refOf('AAPL', 'entry').replace('/1', '/7'), refOf('AAPL', 'entry')],
  ])('is %s, which is near %s', async (typed, near) => {
    const { exit, stderr } = await why(typed);
    expect(exit).toBe(2);
    expect(stderr).toContain(`no run, trade or symbol ${typed}  [RECORD_UNKNOWN]`);
    expect(stderr).toContain(`Try: trade-labs why ${near}\n`);
  });

  it('has no near names for nonsense', async () => {
    const { stderr } = await why('qqqq');
    expect(stderr).not.toContain('near:');
  });

  it('is a session without a scan, for which it names others', async () => {
    const { exit, stderr } = await why('AAPL', '2026-03-04');
    expect(exit).toBe(2);
    expect(stderr).toContain('no scan ran in the session 2026-03-04');
    expect(stderr).toContain('sessions with scans: 2026-03-05, 2026-03-06');
  });

  it('is anything in a home where nothing ran', async () => {
    for (const subject of ['AAPL', 'some-run']) {
      const { exit, stderr } = await whyIn(empty, subject);
      expect(exit).toBe(2);
      expect(stderr).toContain('trade-labs demo');
    }
  });

  it('refuses a date beside a run, and what is no date', async () => {
    expect((await why(OPEN_RUN, DAY)).stderr).toContain('[USAGE]');
    expect((await why('AAPL', 'someday')).stderr).toContain('[USAGE]');
  });
});
