import { momentText } from '../app/words.ts';
import type { OpenAlert } from '../domain/alert.ts';
import { isoUtc } from '../domain/time.ts';
import type { Restriction, Trading } from '../domain/trading-state.ts';
import { visible } from './errors.ts';

/** "active", or "REDUCING: pause (lunch), until Fri 2026-11-27 14:00 ET". */
export function tradingText({ state, restrictions }: Trading): string {
  if (state === 'active') return 'active';
  return `${state.toUpperCase()}: ${restrictions.map(restrictionText).join('; ')}`;
}

const restrictionName = ({ source, detail }: Restriction): string =>
  detail === '' ? source : `${source} ${detail}`;

const restrictionText = (restriction: Restriction): string => {
  const until = restriction.until === null ? '' : `, until ${momentText(restriction.until)}`;
  return `${restrictionName(restriction)} (${visible(restriction.why)})${until}`;
};

/** A source in a line of its own: who, since when, why, until when. */
export function sourceLine(restriction: Restriction): string {
  const { state, since, by, why, until } = restriction;
  const parts = [
    visible(why),
    `by ${visible(by)}`,
    ...(since === null ? [] : [`since ${momentText(since)}`]),
    until === null ? wayOut(restriction) : `until ${momentText(until)}`,
  ];
  return `${restrictionName(restriction).padEnd(22)} ${state.padEnd(8)} ${parts.join(', ')}`;
}

/** How a restriction without an end is lifted. */
function wayOut({ source, detail }: Restriction): string {
  if (source === 'kill' && detail === 'environment') return 'unset TRADE_LABS_KILL_SWITCH';
  if (source === 'kill') return 'trade-labs resume --clear-kill';
  if (source === 'drawdown') return 'trade-labs resume --rebase-peak';
  if (source === 'reconcile_break') return 'trade-labs breaks';
  if (source === 'unprotected') return 'trade-labs protect';
  if (source === 'disarmed') {
    return 'ends once that is mended; what live takes: trade-labs config show --live-ack';
  }
  if (source === 'consecutive_losses') return 'ends by itself with the next session';
  return 'trade-labs resume';
}

/** A trading state as --json shows it. */
export const tradingData = ({ state, restrictions }: Trading): unknown => ({
  state,
  sources: restrictions.map(({ since, until, ...rest }) => ({
    ...rest,
    since: since === null ? null : isoUtc(since),
    until: until === null ? null : isoUtc(until),
  })),
});

/** An open alert as --json shows it. */
export const alertData = ({ firstAt, lastAt, until, ...rest }: OpenAlert) => ({
  ...rest,
  firstAt: isoUtc(firstAt),
  lastAt: isoUtc(lastAt),
  until: until === null ? null : isoUtc(until),
});
