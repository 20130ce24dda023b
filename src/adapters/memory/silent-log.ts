import type { Log } from '../../ports/log.ts';

/** A log that nobody reads. */
export const SILENT_LOG: Log = {
  write: () => {},
  failure: () => {},
  child: () => SILENT_LOG,
  close: async () => {},
};
