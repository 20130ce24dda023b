import { newYorkDate, newYorkTime, sessionOf } from '../../calendar/nyse.ts';
import type { BarColumns, Symbol } from '../../domain/market.ts';
import { lowerBound } from '../../domain/market.ts';
import {
  DAY_MS,
  type EpochMs,
  epochMs,
  MINUTE_MS,
  type Session,
  type SessionDate,
  utcMsToDate,
} from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { FakeContract } from './contracts.ts';
import type { HistoryBar } from './replies.ts';
import type { HistoryRequest } from './requests.ts';

/** "20260305 09:30:00 US/Eastern": an instant as executions carry it. */
export const executionTime = (at: number): string => {
  const instant = epochMs(at);
  return `${newYorkDate(instant).replaceAll('-', '')} ${newYorkTime(instant)} US/Eastern`;
};

/** The hours of the five days from an instant on, as contract details carry them. */
export function hoursFrom(at: EpochMs): { readonly trading: string; readonly liquid: string } {
  const days = Array.from({ length: 5 }, (_, i) => newYorkDate(epochMs(at + i * DAY_MS)));
  const liquid = days.map((date) => {
    const day = date.replaceAll('-', '');
    const session = sessionOf(date);
    if (session === null) return `${day}:CLOSED`;
    return `${day}:${hhmm(session.openAt)}-${day}:${hhmm(session.closeAt)}`;
  });
  return { trading: liquid.join(';'), liquid: liquid.join(';') };
}

const hhmm = (at: EpochMs): string => newYorkTime(at).slice(0, 5).replace(':', '');

const DAYS_OF: Readonly<Record<string, number>> = { D: 1, W: 7, M: 31, Y: 366 };

/** How many calendar days "2 Y" or "30 D" reach back; null for what is no duration. */
export function durationDays(duration: string): number | null {
  const [, count, unit = ''] = /^(\d+) ([DWMY])$/.exec(duration) ?? [];
  const days = DAYS_OF[unit];
  return count === undefined || days === undefined ? null : Number(count) * days;
}

/** The scripted market: bars of a source, as of the server's clock. */
export class MarketScript {
  readonly #source: BarSource;
  readonly #now: () => EpochMs;

  constructor(source: BarSource, now: () => EpochMs) {
    this.#source = source;
    this.#now = now;
  }

  /** Loads the bars of the session that is open or comes, and everything before it. */
  async prepare(session: Session): Promise<void> {
    await this.#source.prepare(session, this.#source.symbols);
  }

  /** Daily bars that have ended by now, or the minutes of the session; null where there are none. */
  history(request: HistoryRequest, contract: FakeContract): HistoryBar[] | null {
    const { barSize, duration, formatDate, keepUpToDate } = request;
    const { symbol } = contract;
    const days = durationDays(duration);
    if (days === null) return null;
    const now = this.#now();
    if (barSize === '1 day') return this.#daily(symbol as Symbol, now, days);
    const session = sessionOf(newYorkDate(now));
    const bars = session === null ? null : this.#source.session(symbol as Symbol, session.date);
    if (bars === null) return null;
    const ended = rows(bars, 0, Math.max(0, lowerBound(bars.time, now) - 1));
    const current = keepUpToDate ? this.current(request, contract) : null;
    return [...ended.map((row) => told(row, formatDate)), ...(current === null ? [] : [current])];
  }

  /** The minute that is being made, as far as it went; null outside the session. */
  current({ formatDate }: HistoryRequest, { symbol }: FakeContract): HistoryBar | null {
    const now = this.#now();
    const session = sessionOf(newYorkDate(now));
    if (session === null || now < session.openAt || now >= session.closeAt) return null;
    const bars = this.#source.session(symbol as Symbol, session.date);
    if (bars === null) return null;
    const row = rows(bars, 0, lowerBound(bars.time, now + 1)).at(-1);
    if (row === undefined) return null;
    const quarters = Math.floor(((now - row.at) / MINUTE_MS) * 4);
    const path = [row.open, row.low, row.high, row.close].slice(0, quarters + 1);
    const [high, low] = [Math.max(...path), Math.min(...path)];
    const close = path.at(-1) ?? row.open;
    return told({ ...row, high, low, close }, formatDate);
  }

  #daily(symbol: Symbol, now: EpochMs, days: number): HistoryBar[] {
    const bars = this.#source.daily(symbol);
    const from = lowerBound(bars.time, now - days * DAY_MS);
    return rows(bars, from, bars.time.length)
      .filter(({ at }) => hasEnded(utcMsToDate(at), now))
      .map(({ at, ...bar }) => ({ ...bar, time: utcMsToDate(at).replaceAll('-', '') }))
      .concat(this.#running(symbol, now));
  }

  /** The day that is being made: a server tells it with the days before. */
  #running(symbol: Symbol, now: EpochMs): HistoryBar[] {
    const session = sessionOf(newYorkDate(now));
    if (session === null || now < session.openAt || now >= session.closeAt) return [];
    const bars = this.#source.session(symbol, session.date);
    if (bars === null) return [];
    const minutes = rows(bars, 0, Math.max(0, lowerBound(bars.time, now) - 1));
    const [first, last] = [minutes[0], minutes.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [
      {
        time: session.date.replaceAll('-', ''),
        open: first.open,
        high: Math.max(...minutes.map(({ high }) => high)),
        low: Math.min(...minutes.map(({ low }) => low)),
        close: last.close,
        volume: minutes.reduce((sum, { volume }) => sum + volume, 0),
      },
    ];
  }

  /** Symbols by the shares of the last session that has ended, most first. */
  mostActive(contracts: readonly FakeContract[]): FakeContract[] {
    const now = this.#now();
    const volume = new Map(
      contracts.map(({ symbol }) => {
        const bars = this.#source.daily(symbol as Symbol);
        const last = rows(bars, 0, bars.time.length).findLast(({ at }) =>
          hasEnded(utcMsToDate(at), now),
        );
        return [symbol, last?.volume ?? 0] as const;
      }),
    );
    return [...contracts].sort(
      (a, b) => (volume.get(b.symbol) ?? 0) - (volume.get(a.symbol) ?? 0) || a.conId - b.conId,
    );
  }

  /** The last price of a symbol now and the shares of the session so far; null before its first bar. */
  price(
    symbol: string,
  ): { readonly last: number; readonly volume: number; readonly open: number } | null {
    const now = this.#now();
    const session = sessionOf(newYorkDate(now));
    if (session === null || now < session.openAt || now >= session.closeAt) return null;
    const bars = this.#source.session(symbol as Symbol, session.date);
    if (bars === null) return null;
    const started = rows(bars, 0, lowerBound(bars.time, now + 1));
    const current = started.at(-1);
    if (current === undefined) return null;
    const volume = started.reduce((sum, bar) => sum + bar.volume, 0);
    // A bar that has just begun trades at its open; what it does afterwards is seen as it goes on.
    const next = bars.time[started.length] ?? session.closeAt;
    const share = (now - current.at) / (next - current.at);
    const [first] = started;
    return { last: pathPrice(current, share), volume, open: first?.open ?? current.open };
  }
}

interface Row {
  readonly at: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const told = ({ at, ...bar }: Row, formatDate: number): HistoryBar => ({
  ...bar,
  time: formatDate === 2 ? String(Math.floor(at / 1_000)) : executionTime(at),
});

const rows = (bars: BarColumns, from: number, to: number): Row[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    at: bars.time[from + i] as number,
    open: bars.open[from + i] as number,
    high: bars.high[from + i] as number,
    low: bars.low[from + i] as number,
    close: bars.close[from + i] as number,
    volume: bars.volume[from + i] as number,
  }));

function hasEnded(date: SessionDate, now: EpochMs): boolean {
  const session = sessionOf(date);
  return session !== null && session.closeAt <= now;
}

/**
 * Open, low, high, close, each for a quarter of the bar: lows come first, which is the worse order for a long position.
 */
function pathPrice({ open, low, high, close }: Row, share: number): number {
  if (share < 0.25) return open;
  if (share < 0.5) return low;
  return share < 0.75 ? high : close;
}
