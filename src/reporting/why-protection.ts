import { isoUtc } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { Step } from './why-orders.ts';

const ACTION_TEXT: Readonly<Record<EventOf<'protection.breached'>['action'], string>> = {
  query: 'the broker is asked',
  wait: 'what was sent is waited for',
  end_entry: 'the entry that still buys is ended',
  new_stop: 'a new stop is sent',
  resize_stop: 'the stop is changed to the right size',
  cancel_excess: 'what would sell too much is withdrawn',
  sell: 'the shares are sold',
  buy_back: 'the short position is bought back',
  alert: 'a person is called',
};

/** Where the shares of a trade were not protected as they should be, what was done, and how long it lasted. */
export function protectionSteps(events: readonly JournalEvent[], trade: TradeRecord): Step[] {
  const steps: Step[] = [];
  let isBreached = false;
  for (const event of events) {
    if (event.type !== 'protection.breached' && event.type !== 'protection.restored') continue;
    const at = isoUtc(event.at);
    const isWithin = at >= trade.entryAt && (trade.exitAt === null || at <= trade.exitAt);
    // A breach may outlast the trade.
    if (event.symbol !== trade.symbol || !(isWithin || isBreached)) continue;
    isBreached = event.type === 'protection.breached';
    const { seq, owned, cover, sellable } = event;
    const shares = `cover ${cover} of ${owned} owned, sells up to ${sellable}`;
    const text =
      event.type === 'protection.breached'
        ? `not protected (${event.state}): ${shares}; ${ACTION_TEXT[event.action]}`
        : `protected again: ${shares}; ${secondsText(event.uncoveredMs)} without a working stop`;
    steps.push({ seq, at, event: event.type, orderRef: null, leg: null, text });
  }
  return steps;
}

const secondsText = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
