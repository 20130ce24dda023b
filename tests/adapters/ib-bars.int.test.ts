import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BarStoreFolder } from '../../src/adapters/file/bar-store-folder.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { dateToUtcMs, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';
import { dailyTo, market } from './ib-bar-scenes.ts';
import {
  at,
  barsOf,
  closeMarketDesks,
  DATE,
  type MarketDesk,
  marketDesk,
  TODAY,
  YESTERDAY,
} from './ib-market-desk.ts';

const AAPL = 'AAPL' as Symbol;
const MSFT = 'MSFT' as Symbol;
const GONE = 'GONE' as Symbol;
const folders: string[] = [];

afterEach(async () => {
  await closeMarketDesks();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'trade-labs-ib-bars-'));
  folders.push(dir);
  return dir;
}

/** How far back daily bars were asked for. */
const asked = (desk: MarketDesk): string[] =>
  desk
    .sent(20)
    .flatMap((tokens) =>
      tokens.includes('1 day') ? [tokens[tokens.indexOf('1 day') + 1] ?? ''] : [],
    );

describe('daily bars', () => {
  it('are those of sessions that have ended: the day that goes on is cut off', async () => {
    const daily = dailyTo('2026-03-04');
    const desk = await marketDesk({ source: market(daily) });
    const { source } = desk.market;
    source.setUniverse([AAPL]);
    await source.prepare(TODAY, source.symbols);
    expect(barsOf(source.daily(AAPL))).toEqual(daily);
    expect(asked(desk)).toEqual(['2 Y']);
    expect(source.warnings).toEqual([]);
  });

  it('are asked for again only as far as they are missing, from one start to the next', async () => {
    const dir = folder();
    const first = await marketDesk({
      source: market(dailyTo('2026-02-20')),
      from: at('18:00', sessionDate('2026-02-20')),
      store: new BarStoreFolder(dir),
    });
    await first.market.source.prepare(YESTERDAY, [AAPL]);
    await closeMarketDesks();
    const daily = dailyTo('2026-03-04');
    const next = await marketDesk({ source: market(daily), store: new BarStoreFolder(dir) });
    await next.market.source.prepare(YESTERDAY, [AAPL]);
    expect(barsOf(next.market.source.daily(AAPL))).toEqual(daily);
    expect([asked(first), asked(next)]).toEqual([['2 Y'], ['24 D']]);
    await next.market.source.prepare(YESTERDAY, [AAPL]);
    expect(asked(next)).toHaveLength(1);
  });

  it('are all asked for again once a split has changed their scale', async () => {
    const dir = folder();
    const first = await marketDesk({
      source: market(dailyTo('2026-03-03', 2)),
      from: at('18:00', sessionDate('2026-03-03')),
      store: new BarStoreFolder(dir),
    });
    await first.market.source.prepare(YESTERDAY, [AAPL]);
    await closeMarketDesks();
    const halved = dailyTo('2026-03-04');
    const next = await marketDesk({ source: market(halved), store: new BarStoreFolder(dir) });
    const before = next.market.source.daily(AAPL);
    await next.market.source.prepare(YESTERDAY, [AAPL]);
    expect(barsOf(next.market.source.daily(AAPL))).toEqual(halved);
    expect(asked(next)).toEqual(['13 D', '2 Y']);
    expect(before).toHaveLength(0);
    expect(next.market.source.actions()).toEqual([]);
  });

  it('are asked for from the start where what was kept is damaged', async () => {
    const dir = folder();
    const daily = dailyTo('2026-03-04');
    const make = () => marketDesk({ source: market(daily), store: new BarStoreFolder(dir) });
    await (await make()).market.source.prepare(YESTERDAY, [AAPL]);
    await closeMarketDesks();
    const [file] = readdirSync(dir);
    writeFileSync(join(dir, file ?? ''), 'not what was written');
    const next = await make();
    await next.market.source.prepare(YESTERDAY, [AAPL]);
    expect(barsOf(next.market.source.daily(AAPL))).toEqual(daily);
    expect(asked(next)).toEqual(['2 Y']);
  });

  it('of the session that has just closed are asked for once more when they are settled', async () => {
    const daily = dailyTo('2026-03-05');
    const desk = await marketDesk({ source: market(daily), from: at('16:01') });
    const { source } = desk.market;
    await source.prepare(TODAY, [AAPL]);
    await desk.pass(20 * MINUTE_MS);
    await source.prepare(TODAY, [AAPL]);
    expect(asked(desk)).toHaveLength(1);
    await desk.pass(10 * MINUTE_MS);
    await source.prepare(TODAY, [AAPL]);
    await source.prepare(TODAY, [AAPL]);
    expect(asked(desk)).toHaveLength(2);
    expect(barsOf(source.daily(AAPL)).at(-1)?.time).toBe(dateToUtcMs(DATE));
  });

  it('of many symbols are asked for six at a time, those that are held first', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `S${String(i).padStart(2, '0')}`);
    const desk = await marketDesk({ source: market(dailyTo('2026-03-04'), names) });
    desk.market.source.setUniverse(names as Symbol[]);
    desk.market.follow(['S29' as Symbol]);
    desk.tws.faults.set('slow-answers');
    await desk.market.source.prepare(YESTERDAY, names as Symbol[]);
    expect(desk.mostAtOnce()).toBeLessThanOrEqual(7);
    const order = desk.sent(20).filter((tokens) => tokens.includes('1 day'));
    expect(order.slice(0, 6).map((tokens) => tokens[3])).toContain('S29');
    expect(names.every((name) => desk.market.source.daily(name as Symbol).length > 400)).toBe(true);
  });
});

describe('a history that is refused', () => {
  it('because of too many questions silences all others for ten minutes', async () => {
    const desk = await marketDesk({ source: market(dailyTo('2026-03-04'), ['AAPL', 'MSFT']) });
    const { source } = desk.market;
    desk.tws.faults.set('history-pacing', 1);
    await source.prepare(YESTERDAY, [AAPL]);
    expect(desk.troubles).toEqual([expect.stringContaining('too many questions')]);
    await source.prepare(YESTERDAY, [MSFT]);
    await desk.pass(9 * MINUTE_MS);
    await source.prepare(YESTERDAY, [AAPL]);
    expect(asked(desk)).toHaveLength(1);
    await desk.pass(2 * MINUTE_MS);
    await source.prepare(YESTERDAY, [AAPL, MSFT]);
    expect(source.daily(AAPL).length).toBeGreaterThan(400);
    expect(source.warnings).toEqual([]);
  });

  it('for another cause is unknown: what is there stays, it is said, and asked for again', async () => {
    const dir = folder();
    const kept = dailyTo('2026-03-03');
    const first = await marketDesk({
      source: market(kept),
      from: at('18:00', sessionDate('2026-03-03')),
      store: new BarStoreFolder(dir),
    });
    await first.market.source.prepare(YESTERDAY, [AAPL]);
    await closeMarketDesks();
    const desk = await marketDesk({
      source: market(dailyTo('2026-03-04')),
      store: new BarStoreFolder(dir),
    });
    const { source } = desk.market;
    desk.tws.faults.set('history-cancelled', 1);
    await source.prepare(YESTERDAY, [AAPL]);
    expect(barsOf(source.daily(AAPL))).toEqual(kept);
    expect(source.warnings).toEqual([expect.stringContaining('AAPL are not up to date')]);
    await source.prepare(YESTERDAY, [AAPL]);
    expect(asked(desk)).toHaveLength(1);
    await desk.pass(MINUTE_MS);
    await source.prepare(YESTERDAY, [AAPL]);
    expect(source.daily(AAPL)).toHaveLength(kept.length + 1);
    expect(source.warnings).toEqual([]);
  });

  it('by silence is unknown as well, and never an empty one', async () => {
    const desk = await marketDesk({ source: market(dailyTo('2026-03-04')) });
    const { source, contracts } = desk.market;
    await contracts.resolve([AAPL]);
    desk.tws.faults.set('mute');
    await source.prepare(YESTERDAY, [AAPL]);
    expect(source.daily(AAPL)).toHaveLength(0);
    expect(source.warnings).toEqual([expect.stringContaining('AAPL are not up to date')]);
    desk.tws.faults.clear();
    await desk.pass(3 * MINUTE_MS);
    await source.prepare(YESTERDAY, [AAPL]);
    expect(source.daily(AAPL).length).toBeGreaterThan(400);
  });

  it('because there are no bars is an answer: none, and nothing to say', async () => {
    const desk = await marketDesk({ source: market([]) });
    const { source } = desk.market;
    await source.prepare(YESTERDAY, [AAPL]);
    await desk.pass(5 * MINUTE_MS);
    await source.prepare(YESTERDAY, [AAPL]);
    expect([source.daily(AAPL).length, source.warnings, asked(desk).length]).toEqual([0, [], 1]);
  });
});

describe('what a history says wrong', () => {
  it('is refused row by row, and named', async () => {
    const daily = dailyTo('2026-03-04');
    const bad = daily.map((bar, i) => (i === 100 ? { ...bar, high: bar.low - 1 } : bar));
    const desk = await marketDesk({ source: market(bad) });
    const { source } = desk.market;
    await source.prepare(YESTERDAY, [AAPL]);
    expect(source.daily(AAPL)).toHaveLength(daily.length - 1);
    expect(source.badBars).toEqual([
      { symbol: 'AAPL', where: '2024-07-30', reason: 'the high is below the low' },
    ]);
  });

  it('is said where sessions are missing', async () => {
    const daily = dailyTo('2026-03-04').filter((_, i, all) => i !== all.length - 3);
    const desk = await marketDesk({ source: market(daily) });
    await desk.market.source.prepare(YESTERDAY, [AAPL]);
    expect(desk.market.source.warnings).toEqual([
      'AAPL has no daily bar of one session of the last year, the last before 2026-03-03',
    ]);
  });
});

describe('what is wrong with a symbol', () => {
  it('is said as long as it is looked at: of earlier universes nothing is told', async () => {
    const gap = dailyTo('2026-03-04').filter((_, i, all) => i !== all.length - 3);
    const bad = gap.map((bar, i) => (i === gap.length - 1 ? { ...bar, high: 0 } : bar));
    const desk = await marketDesk({ source: market(bad, ['AAPL', 'MSFT']) });
    const { source } = desk.market;
    const symbolsSaid = () => [
      ...source.warnings.map((text) => text.split(' ')[0]),
      ...source.badBars.map(({ symbol }) => symbol),
    ];
    source.setUniverse([AAPL, MSFT, GONE]);
    await source.prepare(YESTERDAY, source.symbols);
    expect(new Set(symbolsSaid())).toEqual(new Set(['AAPL', 'MSFT', 'GONE', 'daily']));
    source.setUniverse([AAPL]);
    await source.prepare(YESTERDAY, source.symbols);
    expect(symbolsSaid()).toEqual(['AAPL', 'AAPL']);
  });
});
