import { TIMEFRAME_MINUTES } from '../domain/market.ts';
import { MINUTE_MS, type Session } from '../domain/time.ts';
import type { BarSource } from '../ports/bar-source.ts';

/** How long the bars that execute last, in milliseconds: a whole session where there are daily ones only. */
export const barMsOf = (
  { intraday }: Pick<BarSource, 'intraday'>,
  { openAt, closeAt }: Session,
): number => (intraday === null ? closeAt - openAt : TIMEFRAME_MINUTES[intraday] * MINUTE_MS);
