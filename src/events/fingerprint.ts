import { hash } from 'node:crypto';

/**
 * JSON with the keys of every object sorted, so that equal values give equal text however they were built.
 * Undefined members are left out, as JSON does; a number that is not finite is an error, never null.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`no canonical form for ${value}`);
    return `${value}`;
  }
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value === 'boolean') return `${value}`;
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value as unknown[])
      items += `${items === '' ? '' : ','}${canonicalJson(item)}`;
    return `[${items}]`;
  }
  if (typeof value === 'object') {
    const { sorted, heads } = orderOf(Object.keys(value));
    let members = '';
    for (let i = 0; i < sorted.length; i++) {
      const member = (value as Readonly<Record<string, unknown>>)[sorted[i] as string];
      if (member === undefined) continue;
      members += `${members === '' ? '' : ','}${heads[i]}${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`no canonical form for ${typeof value}`);
}

/** The keys of an object as they come, in order, and each as it stands in the text. */
interface KeyOrder {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
  readonly heads: readonly string[];
}

/** By the number of keys the orders seen last: what is fingerprinted has few shapes, and each comes again. */
const orders: KeyOrder[][] = [];
const KEPT_ORDERS = 8;

function orderOf(keys: readonly string[]): KeyOrder {
  orders[keys.length] ??= [];
  const known = orders[keys.length] as KeyOrder[];
  for (const order of known) if (isSameList(order.keys, keys)) return order;
  const sorted = keys.toSorted();
  const order = { keys, sorted, heads: sorted.map((key) => `${quoted(key)}:`) };
  if (known.length === KEPT_ORDERS) known.pop();
  known.unshift(order);
  return order;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const LONGEST_READ = 64;

/** JSON.stringify of text; short text that JSON writes as it is costs a look at it. */
export function quoted(text: string): string {
  if (text.length > LONGEST_READ) return JSON.stringify(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126 || code === 34 || code === 92) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/**
 * JSON.stringify of a value that is not undefined; quick for what events and records hold most, short text and numbers.
 */
export function jsonText(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : 'null';
  if (value === true) return 'true';
  if (value === false) return 'false';
  return value === null ? 'null' : JSON.stringify(value);
}

/** SHA-256 of text or bytes, 64 hex digits. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/** SHA-256 of the canonical JSON of a value. */
export const fingerprint = (value: unknown): string => sha256(canonicalJson(value));
