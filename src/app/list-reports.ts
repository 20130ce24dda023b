import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PERIODS, type Period } from './report-span.ts';

/** A report that lies in a home. */
export interface StoredReport {
  readonly period: Period;
  /** "2026-03-05", "2026-W10", "2026-03". */
  readonly name: string;
  readonly formats: readonly string[];
  /** Its first line; null where neither Markdown nor JSON was written. */
  readonly sentence: string | null;
  /** The folder. */
  readonly path: string;
}

const FILE = /^report\.(md|csv|json|html)$/;
const NAME = /^\d{4}(-\d{2}(-\d{2})?|-W\d{2})$/;

/** The reports of a home, newest first within each kind. */
export function storedReports(home: string): StoredReport[] {
  return PERIODS.flatMap((period) => {
    const dir = join(home, 'reports', period);
    const names = existsSync(dir) ? readdirSync(dir).filter((name) => NAME.test(name)) : [];
    return names
      .sort()
      .reverse()
      .flatMap((name) => {
        const path = join(dir, name);
        const formats = readdirSync(path).flatMap((file) => FILE.exec(file)?.[1] ?? []);
        return formats.length === 0
          ? []
          : [{ period, name, formats: formats.sort(), sentence: sentenceOf(path), path }];
      });
  });
}

function sentenceOf(path: string): string | null {
  const markdown = join(path, 'report.md');
  if (existsSync(markdown)) return readFileSync(markdown, 'utf8').split('\n', 1)[0] ?? null;
  const json = join(path, 'report.json');
  if (!existsSync(json)) return null;
  try {
    const { sentence } = JSON.parse(readFileSync(json, 'utf8')) as { sentence?: unknown };
    return typeof sentence === 'string' ? sentence : null;
  } catch {
    return null;
  }
}
