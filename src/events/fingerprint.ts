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
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value as unknown[])
      items += `${items === '' ? '' : ','}${canonicalJson(item)}`;
    return `[${items}]`;
  }
  if (typeof value === 'object') {
    let members = '';
    for (const key of Object.keys(value).sort()) {
      const member = (value as Readonly<Record<string, unknown>>)[key];
      if (member === undefined) continue;
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`no canonical form for ${typeof value}`);
}

/** SHA-256 of text or bytes, 64 hex digits. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/** SHA-256 of the canonical JSON of a value. */
export const fingerprint = (value: unknown): string => sha256(canonicalJson(value));
