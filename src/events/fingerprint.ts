import { hash } from 'node:crypto';

/**
 * JSON with the keys of every object sorted, so that equal values give equal text however they were built.
 * Undefined members are left out, as JSON does; a number that is not finite is an error, never null.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`no canonical form for ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`no canonical form for ${typeof value}`);
}

/** SHA-256 of text or bytes, 64 hex digits. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/** SHA-256 of the canonical JSON of a value. */
export const fingerprint = (value: unknown): string => sha256(canonicalJson(value));
