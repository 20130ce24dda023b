import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint, sha256 } from '../events/fingerprint.ts';

/** SHA-256 over every file of the running program, by name: other code may decide otherwise. */
export function codeHash(): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  return fingerprint(files.map((path) => [relative(root, path), sha256(readFileSync(path))]));
}
