import type { Price } from './prices.ts';
import { isBuy, priceOf, type WorkingOrder } from './working-order.ts';

/** The price an order fills at where the market stands so, or null. A stop notes that it was triggered, or follows. */
export function fillPrice(order: WorkingOrder, price: Price): number | null {
  const at = isBuy(order) ? price.ask : price.bid;
  switch (order.fields.orderType) {
    case 'MKT':
      return at;
    case 'LMT':
      return isWithin(order, at) ? at : null;
    case 'STP':
      return isTriggered(order, price.last, priceOf(order, 'auxPrice')) ? at : null;
    case 'STP LMT':
      return isTriggered(order, price.last, priceOf(order, 'auxPrice')) && isWithin(order, at)
        ? at
        : null;
    case 'TRAIL':
      return isTriggered(order, price.last, trailingStop(order, price.last)) ? at : null;
    default:
      return null;
  }
}

function isWithin(order: WorkingOrder, price: number): boolean {
  const limit = priceOf(order, 'lmtPrice');
  return isBuy(order) ? price <= limit : price >= limit;
}

function isTriggered(order: WorkingOrder, last: number, stop: number): boolean {
  const reached = isBuy(order) ? last >= stop : last <= stop;
  if (reached) order.triggered = true;
  return order.triggered;
}

function trailingStop(order: WorkingOrder, last: number): number {
  const buys = isBuy(order);
  if (Number.isNaN(order.best)) order.best = last;
  order.best = buys ? Math.min(order.best, last) : Math.max(order.best, last);
  const percent = Number(order.fields.trailingPercent || Number.NaN);
  const amount = Number.isNaN(percent) ? priceOf(order, 'auxPrice') : (order.best * percent) / 100;
  return buys ? order.best + amount : order.best - amount;
}
