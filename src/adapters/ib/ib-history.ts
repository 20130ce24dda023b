import { BarSizeSetting, type Contract, EventName, WhatToShow } from '@stoqey/ib';
import type { Bar } from '../../domain/market.ts';
import { type EpochMs, MINUTE_MS } from '../../domain/time.ts';
import type { Timeline } from '../../ports/timeline.ts';
import type { Question } from './ib-ask.ts';
import type { IbGateway } from './ib-gateway.ts';
import { pauseFor } from './ib-pause.ts';

/** How far back daily bars are asked for. */
export interface HistoryAsk {
  /** In words: "daily bars of SPY". */
  readonly what: string;
  readonly contract: Contract;
  /** "30 D", "2 Y" */
  readonly duration: string;
}

/** A question about history that was not answered is unknown, which is not the same as none. */
export type HistoryAnswer =
  | { readonly kind: 'bars'; readonly bars: readonly Bar[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * The broker takes 50 at once and grows slow long before:
 * https://interactivebrokers.github.io/tws-api/historical_limitations.html
 */
const AT_ONCE = 6;
/** Of small bars at most 60 in ten minutes; two are left for whoever looks from elsewhere. */
const SMALL_PER_WINDOW = 58;
const WINDOW_MS = 10 * MINUTE_MS;
const ANSWER_LIMIT_MS = 30_000;
/** After so many questions on end that nobody answered, none is asked for a while. */
const MOST_UNANSWERED = 6;
const UNANSWERED_MS = MINUTE_MS;
const HISTORY_ERROR = 162;
/** Remarks on time zones and fractions of shares, which end nothing. */
const REMARKS = new Set([2_174, 2_176]);

/** The line on which histories are asked for: few at once, the urgent ones first, and silent after a complaint. */
export class HistoryLine {
  readonly #gateway: Pick<IbGateway, 'ask'>;
  readonly #timeline: Timeline;
  readonly #onTrouble: (message: string) => void;
  readonly #waiting: { readonly urgent: boolean; readonly begin: () => void }[] = [];
  readonly #small: EpochMs[] = [];
  #running = 0;
  #unanswered = 0;
  #silentUntil = 0;
  #why = '';

  constructor(
    gateway: Pick<IbGateway, 'ask'>,
    timeline: Timeline,
    onTrouble: (message: string) => void,
  ) {
    this.#gateway = gateway;
    this.#timeline = timeline;
    this.#onTrouble = onTrouble;
  }

  /** Completed and running daily bars of regular hours, adjusted for splits as the broker does it. */
  async daily({ what, contract, duration }: HistoryAsk, urgent: boolean): Promise<HistoryAnswer> {
    await this.#turn(urgent);
    try {
      if (this.#timeline.now() < this.#silentUntil) return { kind: 'unknown', why: this.#why };
      const answer = await this.#gateway.ask(
        dailyHistory(what, contract, duration),
        ANSWER_LIMIT_MS,
      );
      this.#unanswered = answer.complete || answer.code !== null ? 0 : this.#unanswered + 1;
      if (answer.complete) {
        return answer.value.length === 0 ? { kind: 'none' } : { kind: 'bars', bars: answer.value };
      }
      if (this.#unanswered >= MOST_UNANSWERED) this.#fallSilent(UNANSWERED_MS, answer.why);
      return this.refused(answer.code, answer.why);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.begin();
    }
  }

  /**
   * What an error on a history means. Code 162 is three things, told apart by its text: too many questions, no bars,
   * or anything else.
   */
  refused(code: number | null, why: string): HistoryAnswer {
    if (code !== HISTORY_ERROR) return { kind: 'unknown', why };
    if (/no data/i.test(why)) return { kind: 'none' };
    if (/pacing/i.test(why)) {
      const paced = 'the broker counts too many questions for bars: none is asked for 10 minutes';
      this.#fallSilent(WINDOW_MS, paced);
      return { kind: 'unknown', why: paced };
    }
    return { kind: 'unknown', why };
  }

  /**
   * Waits until one more history of small bars may be asked for; false where that takes longer than `limitMs`, or the
   * wait was given up.
   */
  async small(limitMs: number, giveUp: AbortSignal): Promise<boolean> {
    const from = this.#timeline.now();
    for (;;) {
      const now = this.#timeline.now();
      while (this.#small[0] !== undefined && this.#small[0] <= now - WINDOW_MS) this.#small.shift();
      const [oldest] = this.#small;
      const free = this.#small.length < SMALL_PER_WINDOW ? now : (oldest ?? now) + WINDOW_MS;
      const waitMs = Math.max(free, this.#silentUntil) - now;
      if (waitMs <= 0) {
        this.#small.push(now);
        return true;
      }
      if (giveUp.aborted || now + waitMs > from + limitMs) return false;
      await pauseFor(this.#timeline, waitMs, giveUp);
    }
  }

  #fallSilent(ms: number, why: string): void {
    this.#silentUntil = this.#timeline.now() + ms;
    this.#why = why;
    this.#unanswered = 0;
    this.#onTrouble(why);
  }

  #turn(urgent: boolean): Promise<void> {
    const begin = (): void => {
      this.#running += 1;
    };
    if (this.#running < AT_ONCE) {
      begin();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const mine = {
        urgent,
        begin: (): void => {
          begin();
          resolve();
        },
      };
      const behind = urgent ? this.#waiting.findIndex((one) => !one.urgent) : -1;
      if (behind < 0) this.#waiting.push(mine);
      else this.#waiting.splice(behind, 0, mine);
    });
  }
}

function dailyHistory(
  what: string,
  contract: Contract,
  duration: string,
): Question<readonly Bar[]> {
  const bars: Bar[] = [];
  let isOver = false;
  return {
    what,
    send: (api, id) =>
      api.reqHistoricalData(
        id,
        contract,
        '',
        duration,
        BarSizeSetting.DAYS_ONE,
        WhatToShow.TRADES,
        1,
        1,
        false,
      ),
    hear: (name, args, id) => {
      if (name !== EventName.historicalData || args[0] !== id) return undefined;
      isOver = isEndOfHistory(args);
      if (isOver) return bars;
      bars.push(barOf(args, dayTime(args[1])));
      return undefined;
    },
    cancel: (api, id) => {
      if (!isOver) api.cancelHistoricalData(id);
    },
    remarks: REMARKS,
  };
}

/** The library ends a history by a bar whose date says so. */
export const isEndOfHistory = (args: readonly unknown[]): boolean =>
  String(args[1]).startsWith('finished');

/** The bar of a `historicalData` or `historicalDataUpdate` event. */
export const barOf = (
  [, , open, high, low, close, volume]: readonly unknown[],
  time: number,
): Bar => ({
  time,
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
  volume: Number(volume),
});

/** "20260305" as midnight UTC of that date; NaN for what is no date. */
function dayTime(date: unknown): number {
  const [, y, m, d] = /^(\d{4})(\d{2})(\d{2})$/.exec(String(date)) ?? [];
  return y === undefined ? Number.NaN : Date.UTC(Number(y), Number(m) - 1, Number(d));
}
