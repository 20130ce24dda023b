import type { EventType } from './event.ts';

export const TOPICS = [
  'market_data',
  'signals',
  'orders',
  'order_results',
  'alerts',
  'health',
] as const;
/** What an event is about, for those who follow only part of the journal. */
export type Topic = (typeof TOPICS)[number];

type NounOf<T> = T extends `${infer Noun}.${string}` ? Noun : never;

/** Most events of a noun have its topic. */
const TOPIC_OF_NOUN: Readonly<Record<NounOf<EventType>, Topic>> = {
  scan: 'market_data',
  split: 'market_data',
  candidate: 'signals',
  candidates: 'signals',
  intent: 'signals',
  order: 'order_results',
  stop: 'orders',
  fill: 'order_results',
  commission: 'order_results',
  cash: 'order_results',
  trade: 'order_results',
  account: 'order_results',
  alert: 'alerts',
  trading_state: 'alerts',
  kill: 'alerts',
  breaker: 'alerts',
  risk: 'signals',
  intensity: 'signals',
  command: 'health',
  protection: 'alerts',
  discrepancy: 'alerts',
  history: 'health',
  daemon: 'health',
  broker: 'health',
  link: 'health',
  config: 'health',
  slot: 'health',
  run: 'health',
  book: 'health',
  reconcile: 'health',
  report: 'health',
};

/** What we ask for, beside what becomes of it. */
const TOPIC_OF_TYPE: Readonly<Partial<Record<EventType, Topic>>> = {
  'order.submitted': 'orders',
  'order.modify_requested': 'orders',
  'order.modified': 'orders',
  'order.cancel_requested': 'orders',
};

/** The topic of an event type. */
export const topicOf = (type: EventType): Topic =>
  TOPIC_OF_TYPE[type] ?? TOPIC_OF_NOUN[type.slice(0, type.indexOf('.')) as NounOf<EventType>];
