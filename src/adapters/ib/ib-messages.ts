/** What a message of the broker is about, where it is about no order. */
export type IbSubject = 'link' | 'data' | 'configuration' | 'info';

/**
 * What follows from a message.
 *
 * - `nothing`: it is worth knowing, and everything goes on.
 * - `line_lost`, `line_restored`, `data_lost`: the gateway's own line to the broker.
 * - `connection_ends`: this connection cannot be used any more.
 * - `farm_broken`, `farm_ok`, `farm_idle`: a group of servers for market data, history or contracts.
 * - `request_ends`: the request that it names ended without its answer, which says nothing about what was asked.
 * - `person`: nothing gets better until somebody changes a setting, a subscription or a login.
 */
export type IbConsequence =
  | 'nothing'
  | 'line_lost'
  | 'line_restored'
  | 'data_lost'
  | 'connection_ends'
  | 'farm_broken'
  | 'farm_ok'
  | 'farm_idle'
  | 'request_ends'
  | 'person';

export interface IbMessage {
  readonly about: IbSubject;
  readonly follows: IbConsequence;
}

const link = (follows: IbConsequence): IbMessage => ({ about: 'link', follows });
const data = (follows: IbConsequence): IbMessage => ({ about: 'data', follows });
const configuration: IbMessage = { about: 'configuration', follows: 'person' };

/**
 * Messages that are on no order: https://interactivebrokers.github.io/tws-api/message_codes.html; those from 501 to 507
 * are of the library on our side.
 */
const MESSAGES: ReadonlyMap<number, IbMessage> = new Map([
  [1_100, link('line_lost')], // connectivity between the broker and the gateway was lost
  [2_110, link('line_lost')], // connectivity between gateway and server is broken
  [1_101, link('data_lost')], // it was restored, and subscriptions have to be made again
  [1_102, link('line_restored')], // it was restored, and subscriptions live on
  [1_300, link('connection_ends')], // the port was changed, this connection is being dropped
  [100, link('nothing')], // more than 50 messages in a second; the third time it closes
  [501, link('nothing')], // already connected
  [502, link('nothing')], // could not connect: the attempt says so itself
  [504, link('nothing')], // not connected: the socket says so itself
  [505, link('connection_ends')], // a message that could not be decoded
  [507, link('connection_ends')], // a message whose length is impossible
  [326, configuration], // the client id is in use
  [503, configuration], // the gateway is out of date
  [506, configuration], // the version is not supported
  [321, configuration], // a request was not valid: among others where the interface is read-only
  [2_103, data('farm_broken')], // market data
  [2_105, data('farm_broken')], // history
  [2_157, data('farm_broken')], // contracts
  [2_104, data('farm_ok')],
  [2_106, data('farm_ok')],
  [2_158, data('farm_ok')],
  [2_107, data('farm_idle')],
  [2_108, data('farm_idle')],
  [2_119, data('nothing')], // a farm is being connected
  [2_174, data('nothing')], // times without a zone
  [2_176, data('nothing')], // fractions of shares were cut off
  [10_167, data('nothing')], // delayed prices are shown instead
  [10_090, data('nothing')], // part of the prices is not subscribed
  [162, data('request_ends')], // history: pacing, no data, or withdrawn
  [165, data('request_ends')], // history or scan: nothing found
  [200, data('request_ends')], // no such contract
  [300, data('request_ends')], // no such request: already withdrawn
  [322, data('request_ends')], // too many subscriptions, or an id twice
  [365, data('request_ends')], // no such scan
  [366, data('request_ends')], // no such history
  [420, data('request_ends')], // real-time bars: pacing or permission
  [10_197, data('request_ends')], // another session of the same user has the prices
  [10_225, data('request_ends')], // real-time bars have to be asked for again
  [101, data('person')], // all lines for prices are in use
  [354, data('person')], // the prices are not subscribed
  [10_089, data('person')], // the prices need another subscription
  [10_168, data('person')], // neither live nor delayed prices
  [10_186, data('person')],
]);
const UNKNOWN: IbMessage = { about: 'info', follows: 'nothing' };

/** What a message means that is on no order; one that nobody knows is a remark. */
export const ibMessage = (code: number): IbMessage => MESSAGES.get(code) ?? UNKNOWN;

/**
 * Messages that come many times in a second and say nothing of orders: ticks (1, 2, 45, 46), bars (17, 50, 90), depth
 * (12, 13). The first token of a message is its id.
 */
const PRICES: ReadonlySet<string> = new Set(['1', '2', '12', '13', '17', '45', '46', '50', '90']);

/** True for a message of the broker, as it came over the wire, that has nothing but prices. */
export const isPriceMessage = (
  direction: 'sent' | 'received',
  tokens: readonly unknown[],
): boolean => direction === 'received' && PRICES.has(String(tokens[0]));
