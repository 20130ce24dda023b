import { toUsd } from '../domain/money.ts';
import { type CsvColumn, renderCsv } from './csv.ts';
import type { Parity } from './parity.ts';

/** A difference, or an agreement, of any level. */
interface CsvRow {
  readonly level: 'decisions' | 'inputs' | 'outcomes';
  readonly session: string;
  readonly slot: string;
  readonly symbol: string;
  readonly class: string;
  readonly cause: string;
  readonly field: string;
  readonly a: string | number | boolean | null;
  readonly b: string | number | boolean | null;
  readonly bps: number | null;
}

const NAMES = [
  'level',
  'session',
  'slot',
  'symbol',
  'class',
  'cause',
  'field',
  'a',
  'b',
  'bps',
] as const;
const COLUMNS: readonly CsvColumn<CsvRow>[] = NAMES.map((name) => ({
  name,
  value: (row) => row[name],
}));

/** All three levels in one table: a row for each field that differs, and one for each decision that does not. */
export const parityCsv = (parity: Parity): string =>
  renderCsv(COLUMNS, [...decisionRows(parity), ...inputRows(parity), ...outcomeRows(parity)]);

const MONEY = new Set(['referencePrice', 'atr', 'limitPrice', 'stopPrice']);

function cell(field: string, value: unknown): CsvRow['a'] {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return MONEY.has(field) ? toUsd(value as never) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.join(' ') : JSON.stringify(value);
}

const decisionRows = ({ runs }: Parity): CsvRow[] =>
  runs.flatMap(({ session, slot, a, b, rows }): CsvRow[] => {
    const base = { level: 'decisions', session, slot } as const;
    if (a === null || b === null) {
      const kind = a === null ? 'only_b' : 'only_a';
      const both = { a: a?.runId ?? null, b: b?.runId ?? null };
      return [{ ...base, symbol: '', class: kind, cause: '', field: 'run', ...both, bps: null }];
    }
    return rows.flatMap(({ symbol, class: kind, cause, fields }): CsvRow[] => {
      const row = { ...base, symbol, class: kind, cause: cause ?? '' };
      if (fields.length === 0) return [{ ...row, field: '', a: null, b: null, bps: null }];
      return fields.map(({ field, a: saysA, b: saysB }) => ({
        ...row,
        field,
        a: cell(field, saysA),
        b: cell(field, saysB),
        bps: bpsOf(saysA, saysB),
      }));
    });
  });

function bpsOf(a: unknown, b: unknown): number | null {
  if (typeof a !== 'number' || typeof b !== 'number' || a === 0) return null;
  return rounded((b / a - 1) * 10_000);
}

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 1e6) / 1e6;

const inputRows = ({ inputs }: Parity): CsvRow[] =>
  inputs.flatMap(({ session, slot, inA, inB, overlap, fields, rankCorrelation, from }) => {
    const base = { level: 'inputs', session, slot, cause: from } as const;
    const whole = (field: string, a: number | null, b: number | null, same: boolean): CsvRow => ({
      ...base,
      symbol: '',
      class: same ? 'same' : 'different',
      field,
      a,
      b,
      bps: null,
    });
    return [
      whole('symbols', inA, inB, overlap === 1),
      ...(rankCorrelation === null
        ? []
        : [whole('rank_correlation', rankCorrelation, null, rankCorrelation === 1)]),
      ...fields.map(
        ({ field, differing, maxBps, worst }): CsvRow => ({
          ...base,
          symbol: worst ?? '',
          class: differing === 0 ? 'same' : 'different',
          field,
          a: null,
          b: differing,
          bps: rounded(maxBps),
        }),
      ),
    ];
  });

const outcomeRows = ({ outcomes }: Parity): CsvRow[] =>
  outcomes.flatMap((one): CsvRow[] => {
    const { session, slot, symbol, class: kind } = one;
    const base = { level: 'outcomes', session, slot, symbol, class: kind, cause: '' } as const;
    const [a, b] = [one.a.trade, one.b.trade];
    const row = (
      field: string,
      from: string | number | null | undefined,
      to: string | number | null | undefined,
      bps: number | null,
    ): CsvRow => ({ ...base, field, a: from ?? null, b: to ?? null, bps: rounded(bps) });
    return [
      row(
        'entry_price',
        one.a.bought?.price ?? one.a.end,
        one.b.bought?.price ?? one.b.end,
        one.entryBps,
      ),
      row('exit_price', a?.exitPrice, b?.exitPrice, one.exitBps),
      row('exit_reason', a?.exitReason, b?.exitReason, null),
      row('slippage_bps', rounded(one.a.slippageBps), rounded(one.b.slippageBps), one.slippageBps),
      row('commission', a?.commission, b?.commission, one.costBps),
      row('net_pnl', a?.netPnl, b?.netPnl, null),
    ];
  });
