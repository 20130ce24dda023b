import { join } from 'node:path';

/** One log with its past: the file that is written now, and those it was rotated into. */
export interface LogFamily {
  readonly folder: string;
  /** "trade-labs" of trade-labs.log. */
  readonly name: string;
}

/** What the process does, all of it. */
export const mainLog = (home: string): LogFamily => ({
  folder: join(home, 'logs'),
  name: 'trade-labs',
});

/** Of the same lines, those that belong to a run. */
export const pipelineLog = (home: string): LogFamily => ({
  folder: join(home, 'logs', 'pipeline'),
  name: 'pipeline',
});

/** What went over the wire to the broker. */
export const wireLog = (home: string): LogFamily => ({
  folder: join(home, 'logs', 'wire'),
  name: 'wire',
});

/** The file that is written now. */
export const currentFile = ({ folder, name }: LogFamily): string => join(folder, `${name}.log`);

/** A file of the past, "trade-labs.2026-03-05.2.log": the second of that day (UTC). */
export interface PastLog {
  readonly file: string;
  readonly day: string;
  readonly part: number;
}

export const pastName = ({ name }: LogFamily, day: string, part: number): string =>
  `${name}.${day}.${part}.log`;

/** The family's past files among the names of its folder, oldest first. */
export function pastLogs({ name }: LogFamily, files: readonly string[]): PastLog[] {
  return files
    .flatMap((file): PastLog[] => {
      const match = /^(.+)\.(\d{4}-\d{2}-\d{2})\.(\d{1,6})\.log$/.exec(file);
      if (match?.[1] !== name) return [];
      return [{ file, day: match[2] as string, part: Number(match[3]) }];
    })
    .sort((a, b) => (a.day === b.day ? a.part - b.part : a.day < b.day ? -1 : 1));
}
