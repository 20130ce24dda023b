import { boardRowOf } from '../bars/board.ts';
import type { SymbolSeries } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import { sha256 } from '../events/fingerprint.ts';
import type { ScanTable } from './scan-table.ts';
import type { OwnTerms } from './score-table.ts';

/** What a score table holds of its rows, in the order of the scan's `found`. */
export interface HashedColumns {
  /** -1 for a row with a score, else the place of its reason in the closed list. */
  readonly codes: Int8Array;
  readonly points: Float64Array;
  /** `width` numbers a row. */
  readonly components: Float64Array;
  readonly width: number;
  /** The different reasons of signals, in the order of their first rows, and each row's place among them. */
  readonly signals: readonly string[];
  readonly signalOf: Int32Array;
  readonly own: ReadonlyMap<number, OwnTerms>;
}

/** In the place of an outcome: the scan dropped the symbol. */
const DROPPED = -1000;
/** What is absent: there are several NaN in memory, which engines may tell apart. */
const ABSENT = -1;
/** Doubles that the digest of the words takes, written as its 64 digits. */
const HEAD = 8;

/**
 * The digest of a score table, SHA-256 of one run of bytes. First the SHA-256, in hexadecimal, of the symbols that had
 * a bar by then and of the different reasons of signals, joined by NUL. Then numbers as their eight bytes, least
 * first, so that the digest sees what the decision saw. For each such symbol: its last visible price, its last close
 * where that is another price, and its last volume; then -1000 where the scan dropped it, else its score, or -1 less
 * the place of its reason in the closed list, and its activity; and for a row with a score its reason's place among
 * those of the head, each component, and strength, stop and target where the strategy gave any of them.
 */
export function tableHash(
  snapshot: MarketSnapshot,
  scan: ScanTable,
  columns: HashedColumns,
): string {
  const { visible, reference, pricedToday } = snapshot;
  const { stretch, row } = boardRowOf(snapshot);
  const { close, volume } = stretch;
  const from = row * visible.length;
  const { found, activity } = scan;
  const { codes, points, components, width, signals, signalOf, own } = columns;
  const room = HEAD + visible.length * (9 + width);
  if (numbers.length < room) numbers = new Float64Array(room);
  const out = numbers;
  let end = HEAD;
  let at = 0;
  for (let i = 0; i < visible.length; i++) {
    if ((visible[i] as number) === 0) continue;
    out[end++] = reference[i] as number;
    if (pricedToday) out[end++] = close[from + i] as number;
    out[end++] = volume[from + i] as number;
    if (found[at] !== i) {
      out[end++] = DROPPED;
      continue;
    }
    const code = codes[at] as number;
    out[end++] = code === -1 ? (points[at] as number) : -1 - code;
    out[end++] = activity[at] as number;
    if (code === -1) {
      out[end++] = signalOf[at] as number;
      for (let k = at * width; k < (at + 1) * width; k++) out[end++] = components[k] as number;
      const terms = own.size === 0 ? undefined : own.get(at);
      if (terms !== undefined) {
        out[end++] = terms.strength ?? ABSENT;
        out[end++] = terms.stopPrice ?? ABSENT;
        out[end++] = terms.targetPrice ?? ABSENT;
      }
    }
    at++;
  }
  const bytes = new Uint8Array(out.buffer, 0, end * 8);
  encoder.encodeInto(wordsDigest(snapshot, signals), bytes);
  return sha256(bytes);
}

/** Reused by every table, since nothing of it is kept. */
let numbers = new Float64Array(0);
const encoder = new TextEncoder();

/** The words of a table, and whose they are: nearly always those of the table before. */
interface Words {
  readonly symbols: Int32Array;
  readonly reasons: string;
  readonly digest: string;
}

const known = new WeakMap<readonly SymbolSeries[], Words>();

function wordsDigest({ series, visible }: MarketSnapshot, reasons: readonly string[]): string {
  const before = known.get(series);
  const reasonText = reasons.join('\0');
  if (before?.reasons === reasonText && hasSameSymbols(before.symbols, visible)) {
    return before.digest;
  }
  const symbols: number[] = [];
  visible.forEach((bars, i) => {
    if (bars > 0) symbols.push(i);
  });
  const names = symbols.map((i) => (series[i] as SymbolSeries).symbol);
  const digest = sha256(`${names.join('\0')}\0\0${reasonText}`);
  known.set(series, { symbols: Int32Array.from(symbols), reasons: reasonText, digest });
  return digest;
}

function hasSameSymbols(symbols: Int32Array, visible: Int32Array): boolean {
  let at = 0;
  for (let i = 0; i < visible.length; i++) {
    if ((visible[i] as number) > 0 && symbols[at++] !== i) return false;
  }
  return at === symbols.length;
}
