import { sessionOf } from '../../calendar/nyse.ts';
import {
  type Bar,
  type BarColumns,
  barAt,
  columnsFromBars,
  type Symbol,
} from '../../domain/market.ts';
import { assert } from '../../domain/result.ts';
import { MINUTE_MS, type SessionDate, utcMsToDate } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';

/** A price in the course of a session: minutes after the open, and the price as a multiple of the last close. */
export type PathPoint = readonly [minute: number, ofLastClose: number];

/**
 * A source whose minutes of one session go for some symbols as they are told: straight from point to point, with
 * jumps where two points share a minute. Everything else is as it was.
 */
export function scriptedBars(
  base: BarSource,
  date: SessionDate,
  paths: Readonly<Record<string, readonly PathPoint[]>>,
): BarSource {
  const made = new Map<Symbol, BarColumns>();
  const scripted = (symbol: Symbol, path: readonly PathPoint[]): BarColumns => {
    const known = made.get(symbol);
    if (known !== undefined) return known;
    const columns = columnsFromBars(minutesOf(lastClose(base, symbol, date), date, path));
    made.set(symbol, columns);
    return columns;
  };
  const scriptedSource = Object.create(base, {
    session: {
      value: (symbol: Symbol, on: SessionDate) => {
        const path = on === date ? paths[symbol] : undefined;
        return path === undefined ? base.session(symbol, on) : scripted(symbol, path);
      },
    },
  });
  return scriptedSource as BarSource;
}

function lastClose(base: BarSource, symbol: Symbol, date: SessionDate): number {
  const daily = base.daily(symbol);
  for (let i = daily.length - 1; i >= 0; i -= 1) {
    const bar = barAt(daily, i);
    if (utcMsToDate(bar.time) < date) return bar.close;
  }
  throw new Error(`no bar of ${symbol} before ${date}`);
}

/** Shares of a minute; nothing looks at them. */
const VOLUME = 10_000;

function minutesOf(reference: number, date: SessionDate, path: readonly PathPoint[]): Bar[] {
  const session = sessionOf(date);
  assert(session !== null, `${date} is a session`);
  const cents = (multiple: number): number => Math.round(reference * multiple * 100) / 100;
  return Array.from({ length: (session.closeAt - session.openAt) / MINUTE_MS }, (_, minute) => {
    const open = cents(multipleAt(path, minute));
    const close = cents(multipleBefore(path, minute + 1));
    const [low, high] = [Math.min(open, close), Math.max(open, close)];
    const time = session.openAt + minute * MINUTE_MS;
    return { time, open, high, low, close, volume: VOLUME };
  });
}

/** Where the path stands from a minute on. */
function multipleAt(path: readonly PathPoint[], minute: number): number {
  const next = path.findIndex(([at]) => at > minute);
  const before = path.at(next === -1 ? -1 : Math.max(0, next - 1));
  return between(before, next === -1 ? before : path[next], minute);
}

/** Where it comes to at a minute, before it jumps. */
function multipleBefore(path: readonly PathPoint[], minute: number): number {
  const next = path.findIndex(([at]) => at >= minute);
  const after = path.at(next === -1 ? -1 : next);
  return between(next === -1 ? after : path[Math.max(0, next - 1)], after, minute);
}

function between(from?: PathPoint, to?: PathPoint, minute = 0): number {
  assert(from !== undefined && to !== undefined, 'a path has a point');
  if (to[0] <= from[0] || minute <= from[0]) return from[1];
  return from[1] + (to[1] - from[1]) * Math.min(1, (minute - from[0]) / (to[0] - from[0]));
}
