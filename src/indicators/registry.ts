import type { BarColumns } from '../domain/market.ts';
import { assert, err, ok, type Result } from '../domain/result.ts';
import {
  INDICATOR_KINDS,
  type IndicatorContext,
  type IndicatorKind,
  type IndicatorKindName,
  type Memory,
} from './kinds.ts';

/** The longest period a name may ask for, in bars: 40 years of sessions. */
export const MAX_PERIOD = 10_000;

/** An indicator that was asked for by name: "sma20" is the kind `sma` with a period of 20 bars. */
export interface IndicatorSpec {
  /** The name in its one spelling: lower case, no leading zeros. Specs of equal name are equal. */
  readonly name: string;
  readonly kind: IndicatorKindName;
  /** In bars; null where the kind takes none, or none was given. */
  readonly period: number | null;
  /** How many bars come before the first value: the column is NaN at indices below this. */
  readonly warmupBars: number;
  readonly memory: Memory;
}

/** Each kind with an example of its name and one line about it, in the order of the help text. */
export const INDICATOR_LIST: readonly {
  readonly kind: IndicatorKindName;
  readonly example: string;
  readonly description: string;
}[] = kindNames().map((kind) => {
  const { description } = INDICATOR_KINDS[kind];
  return { kind, example: exampleOf(kind), description };
});

/**
 * Reads a name such as "sma20", "rsi14", "macd" or "vwap", in any case. The error says what is
 * wrong with the name and which names would do.
 */
export function parseIndicator(text: string): Result<IndicatorSpec, string> {
  const name = text.trim().toLowerCase();
  const match = /^([a-z]+)(\d*)$/.exec(name);
  const [, kind = '', digits = ''] = match ?? [];
  if (!isKind(kind)) return err(unknownIndicator(text, kind));
  const { period: rule }: IndicatorKind = INDICATOR_KINDS[kind];
  if (digits === '') {
    if (rule !== null && rule.optional !== true) {
      return err(`${kind} needs a period in bars, for example ${exampleOf(kind)}`);
    }
    return ok(specOf(kind, null));
  }
  if (rule === null) return err(`${kind} takes no period, was "${text}": write ${kind}`);
  const period = Number(digits);
  if (period < rule.minimum || period > MAX_PERIOD) {
    return err(`the period of ${kind} is ${rule.minimum} to ${MAX_PERIOD} bars, was ${digits}`);
  }
  return ok(specOf(kind, period));
}

/** The column of an indicator: as long as the columns, NaN where it is not defined. */
export function computeIndicator(
  spec: Pick<IndicatorSpec, 'kind' | 'period'>,
  columns: BarColumns,
  context: IndicatorContext = {},
): Float64Array {
  const kind: IndicatorKind = INDICATOR_KINDS[spec.kind];
  return kind.compute(columns, spec.period ?? 0, context);
}

/**
 * The indicators of one symbol's bars, each computed when first asked for and then kept. The
 * columns must not change afterwards; the answers are shared and must not be written to.
 */
export class IndicatorCache {
  readonly #columns: BarColumns;
  readonly #context: IndicatorContext;
  readonly #computed = new Map<string, Float64Array>();

  constructor(columns: BarColumns, context: IndicatorContext = {}) {
    this.#columns = columns;
    this.#context = context;
  }

  /**
   * The column of a spec or a name. A user's text goes through parseIndicator first: a bad name
   * throws here.
   */
  get(indicator: IndicatorSpec | string): Float64Array {
    const known = this.#computed.get(typeof indicator === 'string' ? indicator : indicator.name);
    if (known) return known;
    const spec = typeof indicator === 'string' ? indicatorSpec(indicator) : indicator;
    let column = this.#computed.get(spec.name);
    if (!column) {
      column = computeIndicator(spec, this.#columns, this.#context);
      this.#computed.set(spec.name, column);
    }
    return column;
  }
}

/** The spec of a name that is known to be one; throws where it is none. */
export function indicatorSpec(name: string): IndicatorSpec {
  const spec = parseIndicator(name);
  assert(spec.ok, spec.ok ? '' : spec.error);
  return spec.value;
}

function specOf(kind: IndicatorKindName, period: number | null): IndicatorSpec {
  const { memory, warmupBars }: IndicatorKind = INDICATOR_KINDS[kind];
  return {
    name: `${kind}${period ?? ''}`,
    kind,
    period,
    warmupBars: warmupBars(period ?? 0),
    memory: memory(period),
  };
}

function kindNames(): IndicatorKindName[] {
  return Object.keys(INDICATOR_KINDS) as IndicatorKindName[];
}

function isKind(text: string): text is IndicatorKindName {
  return Object.hasOwn(INDICATOR_KINDS, text);
}

function exampleOf(kind: IndicatorKindName): string {
  const { period }: IndicatorKind = INDICATOR_KINDS[kind];
  return period === null || period.optional === true ? kind : `${kind}${period.usual}`;
}

function unknownIndicator(text: string, kind: string): string {
  const letters = kind === '' ? text.toLowerCase().replace(/[^a-z]/g, '') : kind;
  const near = isKind(letters) ? letters : nearestKind(letters);
  const hint = near === null ? '' : ` Did you mean ${exampleOf(near)}?`;
  const names = kindNames().map(exampleOf).join(' ');
  return `unknown indicator "${text}".${hint} Indicators: ${names}`;
}

/** The kind that is at most two typing errors away, the closest first; null when none is. */
function nearestKind(letters: string): IndicatorKindName | null {
  let best: IndicatorKindName | null = null;
  let fewest = Math.min(3, letters.length);
  for (const kind of kindNames()) {
    const errors = typingErrors(letters, kind);
    if (errors < fewest) {
      best = kind;
      fewest = errors;
    }
  }
  return best;
}

/** Letters to insert, delete or replace to make one word of the other (Levenshtein 1965). */
function typingErrors(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
