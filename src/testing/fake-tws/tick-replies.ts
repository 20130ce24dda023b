import type { Message } from './frame.ts';

/** Kinds of ticks; a delayed feed sends those of `delayed`. */
export const TICKS = {
  live: { bid: 1, ask: 2, last: 4, volume: 8, open: 14, tradedAt: 45 },
  delayed: { bid: 66, ask: 67, last: 68, volume: 74, open: 76, tradedAt: 88 },
} as const;

export const tickPrice = (reqId: number, kind: number, price: number, size: number): Message => [
  1,
  6,
  reqId,
  kind,
  price,
  size,
  0,
];
export const tickSize = (reqId: number, kind: number, size: number): Message => [
  2,
  6,
  reqId,
  kind,
  size,
];
export const tickText = (reqId: number, kind: number, text: string): Message => [
  46,
  6,
  reqId,
  kind,
  text,
];
/** 49 says whether trading is halted: 0 no, 1 for all, 2 by volatility. */
export const tickHalted = (reqId: number, halted: number): Message => [45, 6, reqId, 49, halted];
export const tickRequestParameters = (reqId: number, minTick: number): Message => [
  81,
  reqId,
  minTick,
  'ISLAND',
  3,
];
export const snapshotEnd = (reqId: number): Message => [57, 1, reqId];
/** 1 live, 2 frozen, 3 delayed, 4 delayed and frozen. */
export const marketDataType = (reqId: number, type: number): Message => [58, 1, reqId, type];
