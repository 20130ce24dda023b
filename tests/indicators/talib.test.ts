import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BarColumns, columnsFromBars } from '../../src/domain/market.ts';
import { computeIndicator, parseIndicator } from '../../src/indicators/registry.ts';

const dataDir = process.env.TRADE_LABS_TEST_DATA;

/**
 * Column of the TA-Lib file -> our name, and rows that TA-Lib leaves blank though we define them.
 */
const COLUMNS: readonly [talib: string, ours: string, blankLonger?: number][] = [
  ['sma_10', 'sma10'],
  ['sma_20', 'sma20'],
  ['sma_50', 'sma50'],
  ['sma_200', 'sma200'],
  ['ema_12', 'ema12'],
  ['ema_20', 'ema20'],
  ['ema_26', 'ema26'],
  ['ema_50', 'ema50'],
  ['tr', 'tr'],
  ['atr_5', 'atr5'],
  ['atr_14', 'atr14'],
  ['atr_20', 'atr20'],
  ['natr_14', 'natr14'],
  ['rsi_2', 'rsi2'],
  ['rsi_7', 'rsi7'],
  ['rsi_14', 'rsi14'],
  ['adx_14', 'adx14'],
  ['plus_di_14', 'plusdi14'],
  ['minus_di_14', 'minusdi14'],
  ['dx_14', 'dx14'],
  ['macd_12_26_9', 'macd', 8],
  ['macd_signal_9', 'macdsignal'],
  ['macd_hist', 'macdhist'],
  ['bb_upper_20_2', 'bbupper20'],
  ['bb_mid_20', 'bbmid20'],
  ['bb_lower_20_2', 'bblower20'],
  ['stddev_pop_20', 'stddev20'],
  ['roc_10', 'roc10'],
  ['mom_10', 'mom10'],
  ['donchian_high_20', 'donchianhigh20'],
  ['donchian_low_20', 'donchianlow20'],
  ['obv', 'obv'],
  ['vol_sma_20', 'volsma20'],
  ['stochf_k_14', 'stochk14', 2],
  ['stochf_d_3', 'stochd14'],
  ['willr_14', 'willr14'],
  ['cci_20', 'cci20'],
  ['mfi_14', 'mfi14'],
];

function readCsv(path: string): Map<string, string[]> {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(','));
  return new Map(header.split(',').map((name, i) => [name, rows.map((row) => row[i] ?? '')]));
}

function readBars(path: string): BarColumns {
  const csv = readCsv(path);
  const number = (name: string, i: number): number => Number(csv.get(name)?.[i]);
  return columnsFromBars(
    (csv.get('time') ?? []).map((date, i) => ({
      time: Date.parse(date),
      open: number('open', i),
      high: number('high', i),
      low: number('low', i),
      close: number('close', i),
      volume: number('volume', i),
    })),
  );
}

describe.skipIf(!dataDir).each(['AAPL', 'GE', 'JPM', 'KO'])('%s, five years of days', (symbol) => {
  let bars: BarColumns;
  let talib: Map<string, string[]>;
  beforeAll(() => {
    bars = readBars(`${dataDir}/bars_daily/${symbol}_1d.csv`);
    talib = readCsv(`${dataDir}/indicators/${symbol}_1d_talib.csv`);
  });

  it('has no TA-Lib column that is not compared', () => {
    expect([...talib.keys()]).toEqual(['time', ...COLUMNS.map(([column]) => column)]);
  });

  it.each(COLUMNS)(
    '%s equals our %s within a millionth from its first row',
    (column, name, blankLonger = 0) => {
      const spec = parseIndicator(name);
      if (!spec.ok) throw new Error(spec.error);
      const ours = computeIndicator(spec.value, bars);
      const theirs = talib.get(column) ?? [];
      expect(theirs).toHaveLength(ours.length);

      const firstRow = theirs.findIndex((text) => text !== '');
      expect(spec.value.warmupBars + blankLonger).toBe(firstRow);
      const different = theirs.flatMap((text, row) => {
        if (row < firstRow) return [];
        const expected = Number(text);
        const value = ours[row] ?? Number.NaN;
        return Math.abs(value - expected) <= 1e-6 * Math.abs(expected)
          ? []
          : [{ row, expected, value }];
      });
      expect(different).toEqual([]);
    },
  );
});
