import { newYorkTime } from '../calendar/nyse.ts';
import { formatUsd, type Micros, subtract, timesQuantity, toUsd } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';

/**
 * Turns journal events into the lines of a running account of the day: what was found, bought, sold, moved. Remembers
 * only what later lines need to name.
 */
export class Narrator {
  readonly #write: (line: string) => void;
  readonly #orders = new Map<string, EventOf<'order.submitted'>>();
  readonly #references = new Map<string, Micros>();
  readonly #lastFill = new Map<string, EventOf<'fill.recorded'>>();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  hear(events: readonly JournalEvent[]): void {
    for (const event of events) this.#tell(event);
  }

  #tell(event: JournalEvent): void {
    switch (event.type) {
      case 'order.submitted':
        this.#orders.set(event.orderRef, event);
        return;
      case 'intent.approved':
        this.#references.set(event.entryRef, event.referencePrice);
        return;
      case 'fill.recorded':
        this.#lastFill.set(event.symbol, event);
        if (event.side === 'buy') this.#bought(event);
        return;
      case 'trade.closed':
        this.#closed(event);
        return;
      case 'order.cancelled':
      case 'order.expired':
        this.#ended(event);
        return;
      case 'order.rejected':
        this.#line(event.at, 'rejected', `${event.orderRef}: ${event.message}`);
        return;
      case 'stop.moved':
        this.#line(
          event.at,
          'stop',
          `${event.symbol} ${price(event.old)} -> ${price(event.new)} (${event.cause === 'trail' ? 'trails the close' : 'break-even'})`,
        );
        return;
      default:
        return;
    }
  }

  #bought(fill: EventOf<'fill.recorded'>): void {
    const reference = this.#references.get(fill.orderRef);
    const bps = reference === undefined ? null : ((fill.price - reference) / reference) * 10_000;
    const stop = [...this.#orders.values()].find(
      (order) => order.parentRef === fill.orderRef && order.leg === 'stop',
    );
    const risk =
      stop?.stopPrice === undefined || stop.stopPrice === null
        ? ''
        : `   stop live at ${price(stop.stopPrice)}, risk ${formatUsd(timesQuantity(subtract(fill.price, stop.stopPrice), fill.quantity))}`;
    const against = bps === null ? '' : ` (${signed(bps, 1)} bps to the reference)`;
    this.#line(
      fill.filledAt,
      'bought',
      `${fill.quantity} ${fill.symbol} at ${price(fill.price)}${against}${risk}`,
    );
  }

  #closed(event: EventOf<'trade.closed'>): void {
    const fill = this.#lastFill.get(event.symbol);
    const net = event.netPnl === null ? 'net unknown' : formatUsd(event.netPnl, { sign: true });
    const r = event.rMultiple === null ? '' : `  ${signed(event.rMultiple, 2)} R`;
    const at = fill === undefined ? '' : ` at ${price(fill.price)}`;
    this.#line(
      event.at,
      'sold',
      `${fill?.quantity ?? ''} ${event.symbol}${at}  ${event.exitReason}  ${net}${r}`,
    );
  }

  /** Children end with their parents and partners; only entries that bought nothing are worth a line. */
  #ended(event: EventOf<'order.cancelled'> | EventOf<'order.expired'>): void {
    const order = this.#orders.get(event.orderRef);
    if (order?.leg !== 'entry') return;
    this.#line(event.at, 'no fill', `${order.symbol}: entry ended (${endCause(event)})`);
  }

  #line(at: EpochMs, what: string, text: string): void {
    this.#write(`${newYorkTime(at).slice(0, 5)} ET  ${what.padEnd(9)} ${text}`);
  }
}

const price = (amount: Micros): string => toUsd(amount).toFixed(2);

const signed = (value: number, decimals: number): string =>
  `${value >= 0 ? '+' : ''}${value.toFixed(decimals)}`;

/** What ended an entry, in words. */
export function endCause(
  end: EventOf<'order.cancelled'> | EventOf<'order.expired'> | EventOf<'order.rejected'>,
): string {
  if (end.type === 'order.rejected') return `rejected: ${end.message}`;
  if (end.cause === 'ttl') return 'its time was over';
  if (end.cause === 'gap') return 'opened too far from the reference';
  if (end.cause === 'limit') return 'opened above the limit';
  if (end.cause === 'no_bar') return 'no trading at the open';
  return end.cause;
}
