import { plainNumber } from '../config/fields.ts';
import { schemaAt } from '../config/keys.ts';
import { Failure } from '../domain/failure.ts';

/** One key of the configuration and what it is to be tried with. Values are texts, as a flag gives them. */
export type Axis =
  | { readonly kind: 'list'; readonly key: string; readonly values: readonly string[] }
  /** So many values at equal distances, both ends included. */
  | {
      readonly kind: 'steps';
      readonly key: string;
      readonly low: number;
      readonly high: number;
      readonly count: number;
    }
  /** Anything between the ends, both included: to be drawn from. */
  | {
      readonly kind: 'between';
      readonly key: string;
      readonly low: number;
      readonly high: number;
      readonly whole: boolean;
    };

/** What changes a decision, an order or its cost. Other keys name data, places or people. */
const SECTIONS = [
  'scan',
  'strategy',
  'sizing',
  'entry',
  'exits',
  'risk',
  'intensity',
  'schedule',
  'capital',
  'costs',
  'sim',
] as const;

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const RANGE = new RegExp(String.raw`^(${NUMBER})\.\.(${NUMBER})(?::(\d+))?$`, 'i');

/**
 * An axis as it is typed: `key=a,b,c`, `key=low..high:n` (n values, both ends included), or `key=low..high` (anything
 * between, for random trials). Whether the configuration knows the key and takes the values is not judged here. Throws
 * USAGE.
 */
export function parseAxis(text: string): Axis {
  const at = text.indexOf('=');
  const key = at < 0 ? text : text.slice(0, at).trim();
  const given = at < 0 ? '' : text.slice(at + 1).trim();
  if (key === '' || given === '') {
    throw refusal(`--grid takes KEY=VALUES, was ${JSON.stringify(text)}`);
  }
  refuseOtherSections(key);
  const range = RANGE.exec(given);
  return range === null ? listAxis(key, given) : rangeAxis(key, range);
}

const refusal = (message: string, details: readonly string[] = []): Failure =>
  new Failure('USAGE', message, {
    details,
    hint: 'write --grid sizing.perTradeFraction=0.002..0.01:5 or --grid risk.maxPositions=5,10,20',
  });

function refuseOtherSections(key: string): void {
  const section = key.split('.')[0] ?? '';
  if (SECTIONS.some((known) => known === section) || schemaAt([section]) === undefined) return;
  throw refusal(`${key} cannot be swept`, [
    `${section} does not change what is decided, or changes the data it is decided on`,
    `what can be swept: ${SECTIONS.join(', ')}`,
  ]);
}

function listAxis(key: string, given: string): Axis {
  const values = splitOutside(given).map((value) => value.trim());
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (values.includes('')) throw refusal(`--grid ${key} has an empty value: ${given}`);
  if (twice !== undefined) throw refusal(`--grid ${key} has ${twice} twice`);
  return { kind: 'list', key, values };
}

/** Parts between commas that stand outside of brackets: a value may be a map. */
function splitOutside(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const sign of text) {
    if (sign === '{' || sign === '[') depth += 1;
    if (sign === '}' || sign === ']') depth -= 1;
    if (sign === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${sign}`);
  }
  return parts;
}

function rangeAxis(key: string, [text, lowText, highText, countText]: RegExpExecArray): Axis {
  const low = Number(lowText);
  const high = Number(highText);
  if (!(Number.isFinite(low) && low < high && Number.isFinite(high))) {
    throw refusal(`--grid ${key}=${text}: the first number must be below the second`);
  }
  if (countText === undefined)
    return { kind: 'between', key, low, high, whole: isWhole(key, low, high) };
  const count = Number(countText);
  if (!(count >= 2 && Number.isSafeInteger(count))) {
    throw refusal(`--grid ${key}=${text}: both ends are values, so it takes at least 2`);
  }
  return { kind: 'steps', key, low, high, count };
}

/** Where the schema does not say (parameters of a strategy), whole ends mean whole numbers. */
function isWhole(key: string, low: number, high: number): boolean {
  const [section, , ...rest] = key.split('.');
  const path = section === 'schedule' ? [section, '[]', ...rest] : key.split('.');
  const type = schemaAt(path)?.type;
  return type === undefined ? Number.isInteger(low) && Number.isInteger(high) : type === 'integer';
}

/** How many values an axis has; null where anything between two ends is one. */
export const levelsOf = (axis: Axis): number | null =>
  axis.kind === 'list' ? axis.values.length : axis.kind === 'steps' ? axis.count : null;

/** The value of a level, from 0 on, of an axis that has levels. */
export function levelAt(axis: Exclude<Axis, { kind: 'between' }>, level: number): string {
  if (axis.kind === 'list') return axis.values[level] as string;
  const { low, high, count } = axis;
  return plainNumber(level === count - 1 ? high : low + ((high - low) * level) / (count - 1));
}

/** Digits of a number that is drawn from between two ends: enough to tell trials apart, few enough to be read. */
const DRAWN_DIGITS = 6;

/** The value at a share (0 to below 1) of the way from the low to the high end of any axis. */
export function valueAt(axis: Axis, share: number): string {
  if (axis.kind !== 'between') return levelAt(axis, Math.floor(share * (levelsOf(axis) as number)));
  const { low, high, whole } = axis;
  if (whole)
    return String(Math.ceil(low) + Math.floor(share * (Math.floor(high) - Math.ceil(low) + 1)));
  const drawn = Number((low + (high - low) * share).toPrecision(DRAWN_DIGITS));
  return plainNumber(Math.min(high, Math.max(low, drawn)));
}
