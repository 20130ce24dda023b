import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { csvLine, renderCsv } from '../../src/reporting/csv.ts';
import { DECISION_COLUMNS, renderCsvFiles, TRADE_COLUMNS } from '../../src/reporting/csv-files.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { busyDay } from './days.ts';

const cell = (value: string | number | null) =>
  renderCsv(
    [{ name: 'x', value: (row: { v: string | number | null }) => row.v }],
    [{ v: value }],
  ).slice(3);

describe('a CSV cell', () => {
  it('of text that a spreadsheet would run gets an apostrophe', () => {
    expect(cell('=1+1')).toBe("'=1+1\r\n");
    expect(cell('+1')).toBe("'+1\r\n");
    expect(cell('-1')).toBe("'-1\r\n");
    expect(cell('@SUM(A1)')).toBe("'@SUM(A1)\r\n");
    expect(cell('\t=1')).toBe("'\t=1\r\n");
    expect(cell('\r=1')).toBe('"\'\r=1"\r\n');
    expect(cell('\n=1')).toBe('"\'\n=1"\r\n');
    expect(cell('\uff1d1')).toBe("'\uff1d1\r\n");
    expect(cell('=HYPERLINK("http://x","y")')).toBe('"\'=HYPERLINK(""http://x"",""y"")"\r\n');
  });

  it('of a number stays a number, also below zero', () => {
    expect(cell(-1.5)).toBe('-1.5\r\n');
    expect(cell(0)).toBe('0\r\n');
    expect(cell(1e-7)).toBe('1e-7\r\n');
  });

  it('of nothing is empty', () => {
    const columns = [
      { name: 'a', value: (row: { a: number | null }) => row.a },
      { name: 'b', value: () => '' },
    ];
    expect(renderCsv(columns, [{ a: null }, { a: 0 }])).toBe('a,b\r\n,\r\n0,\r\n');
  });

  it('is quoted where it has a comma, a quote or a line break, and only there', () => {
    expect(cell('a,b')).toBe('"a,b"\r\n');
    expect(cell('say "so"')).toBe('"say ""so"""\r\n');
    expect(cell('a\nb')).toBe('"a\nb"\r\n');
    expect(cell('plain text')).toBe('plain text\r\n');
  });

  it('comes back from another parser as it was, but for the apostrophe', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.integer()), { minLength: 1 }),
        (rows) => {
          const text = renderCsv(
            [
              { name: 'text', value: ([value]: [string, number]) => value },
              { name: 'number', value: ([, value]) => value },
            ],
            rows,
          );
          const { data } = Papa.parse<string[]>(text.slice(0, -2), { newline: '\r\n' });
          const expected = rows.map(([value, number]) => [
            /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value,
            String(number),
          ]);
          expect(data).toEqual([['text', 'number'], ...expected]);
        },
      ),
    );
  });

  it('of a column with decimals has so many at most, line by line too', () => {
    const columns = [
      { name: 'rounded', value: (row: { v: number | null }) => row.v, decimals: 6 },
      { name: 'whole', value: (row: { v: number | null }) => row.v },
    ];
    const cells = (v: number | null) => {
      const line = csvLine(columns, { v });
      expect(renderCsv(columns, [{ v }])).toBe(`rounded,whole\r\n${line}`);
      return line;
    };
    expect(cells(0.6214999999999999)).toBe('0.6215,0.6214999999999999\r\n');
    expect(cells(-1 / 3)).toBe('-0.333333,-0.3333333333333333\r\n');
    expect(cells(74.05)).toBe('74.05,74.05\r\n');
    expect(cells(null)).toBe(',\r\n');
  });

  it('a table without rows is its header', () => {
    expect(renderCsv([{ name: 'a', value: () => 1 }], [])).toBe('a\r\n');
  });
});

describe('the tables of a report', () => {
  const files = new Map(
    renderCsvFiles(buildDailyReport(busyDay().input('2026-03-05'))).map(({ name, text }) => [
      name,
      text,
    ]),
  );
  const header = (name: string) => files.get(name)?.split('\r\n')[0];

  it('have the columns that other programs rely on', () => {
    expect(header('orders.csv')).toBe(
      'order_ref,session,symbol,leg,side,type,quantity,limit_price,stop_price,status,reason,filled_quantity,' +
        'avg_fill_price,submitted_at,done_at',
    );
    expect(header('decisions.csv')).toBe(
      'session,slot,symbol,scan_rank,activity,score,components,rank,ref,atr,limit,stop,sized,binding,approved,' +
        'verdict,fate,reason,intensity,equity',
    );
    expect(header('equity.csv')).toBe(
      'session,equity,cash,gross_exposure,unrealized,open_entry_commissions,open_risk,positions,drawdown,' +
        'intensity,flow',
    );
    expect(header('report.csv')).toBe('section,metric,value');
    expect(header('trades.csv')).toMatch(
      /^trade_id,run_id,symbol,.*,entry_session,exit_session,mae_r,mfe_r,resolution$/,
    );
  });

  it('round scores and strengths, and no price or amount', () => {
    const rounded = [...TRADE_COLUMNS, ...DECISION_COLUMNS].flatMap(({ name, decimals }) =>
      decimals === undefined ? [] : [`${name} ${decimals}`],
    );
    expect(rounded).toEqual(['score 6', 'strength 6', 'score 6']);
  });

  it('begin the equity with the session before', () => {
    const sessions = files.get('equity.csv')?.trim().split('\r\n').slice(1);
    expect(sessions?.map((line) => line.slice(0, 10))).toEqual(['2026-03-04', '2026-03-05']);
  });
});
