import { describe, expect, it } from 'vitest';
import { decisionLines } from '../../src/app/decision-rows.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { curveMetrics } from '../../src/ledger/metrics-curve.ts';
import { comparisonsOf } from '../../src/reporting/backtest-comparison.ts';
import { csvHeader, csvLine, renderCsv } from '../../src/reporting/csv.ts';
import { DECISION_COLUMNS } from '../../src/reporting/csv-files.ts';
import { backtest, dailyMarket, EASY } from './backtest-world.ts';

describe('a table that is written line by line', () => {
  it('is the table that is written at once, whatever its cells hold', () => {
    const rows = [
      { a: 1.5, b: 'plain', c: null },
      { a: -3, b: '=SUM(A1)', c: true },
      { a: null, b: 'two\r\nlines, "quoted"', c: undefined },
      { a: 1e-7, b: '', c: false },
    ];
    const columns = (['a', 'b', 'c'] as const).map((name) => ({
      name,
      value: (row: (typeof rows)[number]) => row[name],
    }));
    const lines = rows.map((row) => csvLine(columns, row));
    expect(csvHeader(columns) + lines.join('')).toBe(renderCsv(columns, rows));
  });
});

describe('decisions.csv', () => {
  it('has every found row of a scan in its order, each cell under its header', async () => {
    const tables: string[][] = [];
    const { counts } = await backtest(dailyMarket(3, 25), ['2011-01-03', '2011-02-28'], EASY, {
      observer: {
        onDecision: (decision, snapshot) => {
          const lines = decisionLines(decision, snapshot, 'scan-open');
          expect(lines).toHaveLength(decision.table.rows.length);
          lines.forEach((line, i) => {
            const cells = line.trimEnd().split(',');
            const row = decision.table.rows[i];
            expect(cells).toHaveLength(DECISION_COLUMNS.length);
            const at = (name: string) => cells[DECISION_COLUMNS.findIndex((c) => c.name === name)];
            expect(at('symbol')).toBe(row?.symbol);
            expect(at('scan_rank')).toBe(String(i + 1));
            expect(Number(at('activity'))).toBe(row?.activity);
            expect(at('score')).toBe(row?.ineligible === null ? String(row.score) : '');
            expect(at('reason') === row?.ineligible || row?.ineligible === null).toBe(true);
            expect(Number(at('ref'))).toBeGreaterThan(0);
            tables.push(cells);
          });
        },
      },
    });
    expect(tables).toHaveLength(counts.found);
    const fates = new Set(tables.map((cells) => cells[16]));
    expect(fates.has('ineligible') && fates.has('approved')).toBe(true);
  });
});

describe('a line of a row that nobody judged', () => {
  const column = (name: string) => DECISION_COLUMNS.findIndex((one) => one.name === name);

  it('says what its columns say of it', async () => {
    let seen = 0;
    await backtest(dailyMarket(3, 40), ['2011-01-03', '2011-01-31'], EASY, {
      observer: {
        onDecision: ({ table }, snapshot) => {
          const lines = decisionLines({ table, candidates: [] }, snapshot, 'scan-open');
          const order = table.ranking;
          table.rows.forEach((row, i) => {
            if (row.ineligible !== null) return;
            seen += 1;
            const cells = (lines[i] as string).trimEnd().split(',');
            const line = csvLine(DECISION_COLUMNS, {
              session: snapshot.session.date,
              slot: 'scan-open',
              symbol: row.symbol,
              scanRank: i + 1,
              activity: row.activity,
              score: row.score,
              components: Object.fromEntries(
                table.featureNames.map((name, k) => [name, row.components[k] as number]),
              ),
              rank: order.indexOf(i) + 1,
              ref: Number(cells[column('ref')]),
              ...NOBODY_JUDGED,
            });
            expect(lines[i]).toBe(line);
          });
        },
      },
    });
    expect(seen).toBeGreaterThan(100);
  });
});

const NOBODY_JUDGED = {
  atr: null,
  limit: null,
  stop: null,
  sized: null,
  binding: null,
  approved: null,
  verdict: null,
  fate: 'not_selected',
  reason: null,
  intensity: null,
  equity: null,
} as const;

describe('the comparisons of a tear sheet', () => {
  it('scale equal weight to the exposure of the strategy, session by session', () => {
    const rows = [100, 110, 99, 108.9].map((equity, i) => ({
      session: sessionDate(`2015-03-0${i + 2}`),
      equity,
    }));
    const points = rows.map(({ session }) => ({ session, equity: 100, flow: 0 }));
    const [own, equal, scaled] = comparisonsOf(points, rows, 0.5);
    expect(own?.index).toEqual([1, 1, 1, 1]);
    // +10 %, -10 %, +10 %: half of each at half the exposure.
    expect(equal?.metrics.totalReturn.value).toBeCloseTo(0.089, 12);
    expect(scaled?.metrics.totalReturn.value).toBeCloseTo(1.05 * 0.95 * 1.05 - 1, 12);
    expect(equal?.metrics.maxDrawdown.value).toBeCloseTo(-0.1, 12);
    expect(equal?.metrics).toEqual(curveMetrics(rows.map((row) => ({ ...row, flow: 0 }))));
  });
});
