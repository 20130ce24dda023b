import { join } from 'node:path';
import { NO_COUNTS, type RunRecord } from '../../domain/run.ts';
import type { TradeRecord } from '../../domain/trade.ts';
import { jsonText } from '../../events/fingerprint.ts';
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
  /** Every member, in the order of the file. */
  readonly members: readonly string[];
  /** Blanks behind a new record, so that what is filled in later fits: an exit, or the result of a run. */
  readonly slack: number;
}

/** The members of a record, complete by construction. */
const membersOf = <R>(order: Readonly<Record<keyof R, true>>): readonly string[] =>
  Object.keys(order);

const RUN_MEMBERS = membersOf<RunRecord>({
  runId: true,
  job: true,
  slot: true,
  mode: true,
  account: true,
  session: true,
  startedAt: true,
  finishedAt: true,
  status: true,
  identity: true,
  counts: true,
  denials: true,
  signalHash: true,
  decisionHash: true,
  configHash: true,
  version: true,
  error: true,
});

const TRADE_MEMBERS = membersOf<TradeRecord>({
  tradeId: true,
  runId: true,
  symbol: true,
  side: true,
  status: true,
  quantity: true,
  entrySession: true,
  entryAt: true,
  entryPrice: true,
  initialStop: true,
  stop: true,
  target: true,
  exitSession: true,
  exitAt: true,
  exitPrice: true,
  exitReason: true,
  grossPnl: true,
  commission: true,
  netPnl: true,
  rMultiple: true,
  mae: true,
  mfe: true,
  maeR: true,
  mfeR: true,
  resolution: true,
  score: true,
  strategy: true,
  signalReason: true,
  strength: true,
  mode: true,
  account: true,
  entryRef: true,
  exitRef: true,
  stopRef: true,
});

export const VIEWS: Readonly<Record<ViewName, ViewSpec>> = {
  runs: {
    name: 'runs',
    file: 'runs.json',
    keyName: 'runId',
    dateName: 'session',
    members: RUN_MEMBERS,
    slack: 512,
  },
  trades: {
    name: 'trades',
    file: 'trades.json',
    keyName: 'tradeId',
    dateName: 'entrySession',
    members: TRADE_MEMBERS,
    slack: 288,
  },
};
export const VIEW_NAMES: readonly ViewName[] = ['runs', 'trades'];

/** Where a view and its index are. */
export interface ViewPaths {
  readonly view: string;
  readonly index: string;
}

/** The places of a view in a history folder; `suffix` for one that is still being made. */
export const viewPaths = (folder: string, spec: ViewSpec, suffix = ''): ViewPaths => ({
  view: join(folder, `${spec.file}${suffix}`),
  index: join(folder, 'state', `${spec.name}.index${suffix}`),
});

/**
 * A view is a JSON array with one record a line. Commas lead, so that adding a record changes no line before it:
 * "[\n", then " {...}   \n" for the first record and ",{...}   \n" for each later one, then "]\n".
 */
export const VIEW_HEAD = '[\n';
export const VIEW_TAIL = ']\n';
/** The comma before each record but the first. */
export const VIEW_COMMA = 0x2c;
export const EMPTY_VIEW_BYTES = VIEW_HEAD.length + VIEW_TAIL.length;

/** Bytes of a line with a record of this size: the comma, the record, its slack and the newline, in steps of 16. */
export const slotWidth = (recordBytes: number, slack: number): number =>
  Math.ceil((recordBytes + slack + 2) / 16) * 16;

const COUNT_NAMES = Object.keys(NO_COUNTS);

/**
 * The record's JSON, its key first and its members in the order of the view. A book that comes back from a
 * checkpoint may have them in another order, and the same record must always be the same text.
 */
export function recordText(spec: ViewSpec, key: string, record: ViewRecord): string {
  const given = record as unknown as Readonly<Record<string, unknown>>;
  let text = `{"${spec.keyName}":${jsonText(key)}`;
  for (const name of spec.members) {
    const value = name === spec.keyName ? undefined : given[name];
    if (value !== undefined) text += `,"${name}":${memberText(name, value)}`;
  }
  return `${text}}`;
}

function memberText(name: string, value: unknown): string {
  if (name === 'counts') return membersText(value as object, COUNT_NAMES);
  if (name === 'denials') return membersText(value as object, Object.keys(value as object).sort());
  return jsonText(value);
}

function membersText(from: object, names: readonly string[]): string {
  let text = '';
  for (const name of names) {
    const value = (from as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined)
      text += `${text === '' ? '' : ','}${jsonText(name)}:${jsonText(value)}`;
  }
  return `{${text}}`;
}

/** A line of `width` bytes, followed by `after`. The record must fit. */
export function slotBytes(text: string, width: number, first: boolean, after = ''): Buffer {
  const line = Buffer.allocUnsafe(width + after.length);
  line.write(first ? ' ' : ',', 0);
  const end = 1 + line.write(text, 1);
  line.fill(' ', end, width - 1);
  line.write(`\n${after}`, width - 1);
  return line;
}

/** The record of a line of a view; null for the brackets around them. Throws SyntaxError on a torn line. */
export function recordOfLine(line: string): Readonly<Record<string, unknown>> | null {
  if (line === '[' || line === ']' || line === '') return null;
  const json = line.startsWith(',') ? line.slice(1) : line;
  return JSON.parse(json) as Readonly<Record<string, unknown>>;
}
