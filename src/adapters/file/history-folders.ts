import { join } from 'node:path';

/** Where in a home its history is. */
export const historyFolder = (home: string): string => join(home, 'data', 'trade_history');

/** Where in a history, or in a run's folder, its journal is. */
export const journalFolder = (folder: string): string => join(folder, 'journal');
