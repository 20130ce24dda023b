import { describe, expect, it } from 'vitest';
import { sensitivityOf } from '../../src/app/sensitivity.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { backtest, configWith, dailyMarket, EASY } from './backtest-world.ts';

const SPAN = ['2011-01-03', '2011-03-31'] as const;

async function stepped(flags: Readonly<Record<string, string>>) {
  const own = { ...EASY, ...flags };
  const source = dailyMarket(3, 12);
  const base = await backtest(source, SPAN, own);
  const [from, to] = [sessionDate(SPAN[0]), sessionDate(SPAN[1])];
  const request = { home: '', loaded: configWith(own), version: '0', source, from, to };
  const told: [number, number][] = [];
  const rows = await sensitivityOf(
    request,
    base,
    async (more) => configWith({ ...own, ...more }),
    (done, total) => told.push([done, total]),
  );
  return { rows, told, base, source };
}

describe('one step to either side', () => {
  it('is the backtest with that one value set, the base between its two steps', async () => {
    const { rows, told, base, source } = await stepped({});
    const stops = rows.filter(({ key }) => key === 'sizing.stop.multiple');
    expect(stops.map(({ value, isBase }) => [value, isBase])).toEqual([
      ['2.5', false],
      ['3', true],
      ['3.5', false],
    ]);
    const wide = await backtest(source, SPAN, { ...EASY, 'sizing.stop.multiple': '3.5' });
    const earned = ({ equity }: typeof base) =>
      (equity.at(-1)?.equity ?? 0) / (equity[0]?.equity ?? 1) - 1;
    expect(stops[1]?.totalReturn).toBeCloseTo(earned(base), 12);
    expect(stops[2]?.totalReturn).toBeCloseTo(earned(wide), 12);
    const closed = wide.trades.filter(({ status }) => status === 'closed');
    expect(closed.length).toBeLessThan(wide.trades.length);
    expect(stops[2]).toMatchObject({ trades: closed.length, haltedOn: null });
    expect(told.at(-1)).toEqual([told.length, told.length]);
  });

  it('says where the drawdown limit ended it', async () => {
    const flags = { 'risk.maxDrawdownFraction': '0.012' };
    const { rows, source } = await stepped(flags);
    const wide = { ...EASY, ...flags, 'sizing.stop.multiple': '3.5' };
    const { end } = await backtest(source, SPAN, wide);
    expect(end.kind).toBe('halted');
    const row = rows.find(({ value }) => value === '3.5');
    expect(row?.haltedOn).toBe(end.kind === 'halted' ? end.on : null);
  });

  it('is left out where the configuration refuses it', async () => {
    const { rows } = await stepped({ 'sizing.perTradeFraction': '0.03' });
    const fractions = rows.filter(({ key }) => key === 'sizing.perTradeFraction');
    expect(fractions.map(({ value }) => value)).toEqual(['0.024', '0.03']);
  });

  it('is left out on the side that has none', async () => {
    const { rows, told } = await stepped({ 'risk.maxPositions': '1' });
    const positions = rows.filter(({ key }) => key === 'risk.maxPositions');
    expect(positions.map(({ value }) => value)).toEqual(['1', '2']);
    expect(told.at(-1)).toEqual([told.length, told.length]);
  });
});
