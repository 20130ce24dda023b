import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for one test, removed when the callback is done. */
export async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'trade-labs-test-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Writes files by their names below the folder. */
export function put(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

/** Every file below a folder by its name, with its content; what is compared to see that nothing changed. */
export function contents(dir: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(dir.length + 1), readFileSync(path, 'utf8'));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Every file and folder below a folder that others than its owner may look into. */
export function openToOthers(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => (statSync(join(dir, name)).mode & 0o077) !== 0);
}

/** The same as `contents` without logs, which tell real times, and the store's notes on inodes of its files. */
export const lastingContents = (dir: string): Map<string, string> =>
  new Map([...contents(dir)].filter(([name]) => !/^logs\/|trade_history\/state\//.test(name)));

/** A CSV as rows of named cells; no cell of these tables has a comma inside. */
export function rowsOf(dir: string, name: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(join(dir, name), 'utf8').trim().split('\r\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((column, i) => [column, cells[i] ?? '']));
  });
}
