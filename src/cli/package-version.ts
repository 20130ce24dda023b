import { readFileSync } from 'node:fs';

/**
 * The version in package.json, which stands in a folder above this file, at another height in
 * sources and build. Imported before everything else, so it needs node:fs alone.
 */
export function packageVersion(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    try {
      const text = readFileSync(new URL('package.json', folder), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch (error) {
      if (folder.pathname === '/' || (error as { code?: string }).code !== 'ENOENT') throw error;
    }
  }
}
