import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { epochMs } from '../../src/domain/time.ts';
import { MemoryQuotes } from '../../src/testing/memory-quotes.ts';
import { keepsQuotes } from '../contract/quotes.ts';
import { WireTime } from '../simulation/wire-time.ts';

keepsQuotes(() => {
  const time = new WireTime(epochMs(Date.UTC(2026, 2, 5, 15, 0)));
  const now = () => epochMs(time.wallMs());
  const quotes = new MemoryQuotes({ now, pause: (ms) => time.sleep(ms) });
  const halted = new Set<Symbol>();
  return Promise.resolve({
    quotes,
    now,
    trade: (symbol, price) => {
      const open = quotes.quote(symbol)?.open ?? usd(price);
      quotes.put(symbol, {
        bid: usd(Math.round(price * 100 - 1) / 100),
        ask: usd(Math.round(price * 100 + 1) / 100),
        last: usd(price),
        at: now(),
        kind: 'live',
        hasOpened: true,
        halted: halted.has(symbol),
        open,
        volume: 1_000,
      });
    },
    halt: (symbol) => halted.add(symbol),
    pass: (ms) => time.sleep(ms),
  });
});
