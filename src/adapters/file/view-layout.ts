import type { RunRecord } from '../../domain/run.ts';
import type { TradeRecord } from '../../domain/trade.ts';
import type { ViewChange } from '../../ports/history.ts';

export type ViewName = ViewChange['view'];
export type ViewRecord = RunRecord | TradeRecord;

/** What distinguishes one view from the other. */
export interface ViewSpec {
  readonly name: ViewName;
  readonly file: string;
  /** The record's first member: its key. */
  readonly keyName: string;
  readonly dateName: string;
  /** Blanks behind a new record, so that what is filled in later fits: an exit, or the result of a run. */
  readonly slack: number;
}

export const VIEWS: Readonly<Record<ViewName, ViewSpec>> = {
  runs: { name: 'runs', file: 'runs.json', keyName: 'runId', dateName: 'session', slack: 512 },
  trades: {
    name: 'trades',
    file: 'trades.json',
    keyName: 'tradeId',
    dateName: 'entrySession',
    slack: 288,
  },
};
export const VIEW_NAMES: readonly ViewName[] = ['runs', 'trades'];

/**
 * A view is a JSON array with one record a line. Commas lead, so that adding a record changes no line before it:
 * "[\n", then " {...}   \n" for the first record and ",{...}   \n" for each later one, then "]\n".
 */
export const VIEW_HEAD = '[\n';
export const VIEW_TAIL = ']\n';
export const EMPTY_VIEW_BYTES = VIEW_HEAD.length + VIEW_TAIL.length;

/** Bytes of a line with a record of this size: the comma, the record, its slack and the newline, in steps of 16. */
export const slotWidth = (recordBytes: number, slack: number): number =>
  Math.ceil((recordBytes + slack + 2) / 16) * 16;

/** The record's JSON with its key first, whatever order the book made it in. */
export function recordText(spec: ViewSpec, key: string, record: ViewRecord): string {
  return JSON.stringify({ [spec.keyName]: key, ...record });
}

/** A line of `width` bytes. The record must fit. */
export function slotBytes(text: string, width: number, first: boolean): Buffer {
  const line = Buffer.alloc(width, ' ');
  line.write(first ? ' ' : ',', 0);
  line.write(text, 1);
  line.write('\n', width - 1);
  return line;
}

/** The record of a line of a view; null for the brackets around them. Throws SyntaxError on a torn line. */
export function recordOfLine(line: string): Readonly<Record<string, unknown>> | null {
  if (line === '[' || line === ']' || line === '') return null;
  return JSON.parse(line.slice(1)) as Readonly<Record<string, unknown>>;
}
