import type { CommandEntry } from './program.ts';

/** The commands of the group Data: the market and the history as files. */
export const DATA_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'calendar',
    group: 'Data',
    summary: 'List NYSE sessions with their open and close, and the days it is closed',
    load: async () => (await import('./commands/calendar.ts')).calendar,
  },
  {
    path: 'bars',
    group: 'Data',
    summary: 'Show bars of a symbol, with indicators',
    load: async () => (await import('./commands/bars.ts')).bars,
  },
  {
    path: 'data check',
    group: 'Data',
    summary: 'Check bar files: bad rows, gaps, suspect jumps',
    load: async () => (await import('./commands/data-check.ts')).dataCheck,
  },
  {
    path: 'data capture',
    group: 'Data',
    summary: 'Write sessions of the market down: bars and quotes, to play later',
    load: async () => (await import('./commands/data-capture.ts')).dataCapture,
  },
  {
    path: 'data import',
    group: 'Data',
    summary: 'Import bar files of common layouts, strictly',
    load: async () => (await import('./commands/data-import.ts')).dataImport,
  },
  {
    path: 'history verify',
    group: 'Data',
    summary: 'Check every event, link and record of the history',
    load: async () => (await import('./commands/history-verify.ts')).historyVerify,
  },
  {
    path: 'history rebuild',
    group: 'Data',
    summary: 'Write runs.json and trades.json anew from the journal',
    load: async () => (await import('./commands/history-rebuild.ts')).historyRebuild,
  },
  {
    path: 'history backup',
    group: 'Data',
    summary: 'Put the journal into one verified file',
    load: async () => (await import('./commands/history-backup.ts')).historyBackup,
  },
  {
    path: 'history restore',
    group: 'Data',
    summary: 'Put a backup in the place of the history',
    load: async () => (await import('./commands/history-restore.ts')).historyRestore,
  },
  {
    path: 'history accept-loss',
    group: 'Data',
    summary: 'Go on without damaged events; the journal says which',
    load: async () => (await import('./commands/history-accept-loss.ts')).historyAcceptLoss,
  },
  {
    path: 'history export',
    group: 'Data',
    summary: 'Write trades or runs as CSV, NDJSON or Parquet',
    load: async () => (await import('./commands/history-export.ts')).historyExport,
  },
  {
    path: 'history info',
    group: 'Data',
    summary: 'Show whose history this is, its size and its backups',
    load: async () => (await import('./commands/history-info.ts')).historyInfo,
  },
];
