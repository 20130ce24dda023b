import { unanswered } from '../../domain/account.ts';
import type { Broker, SendOutcome } from '../../ports/broker.ts';
import type { BrokerLink, LinkStanding } from '../../ports/broker-link.ts';
import type { Quotes } from '../../ports/quotes.ts';

const STANDING: LinkStanding = { state: 'closed', cause: 'the line was not opened', episode: 0 };
const NOT_SENT: SendOutcome = { outcome: 'not_sent', message: STANDING.cause };

/** A line that nobody opened: for what is done with the journal alone. */
export const closedLink: BrokerLink = {
  standing: STANDING,
  start: () => Promise.resolve(STANDING),
  confirm: () => {},
  onNews: () => () => {},
  expectAway: () => {},
  close: () => Promise.resolve(),
};

/** The broker beyond it: nothing reaches it, and it says nothing. */
export const closedBroker = (account: string): Broker => ({
  account,
  simulated: false,
  capabilities: {
    orderTypes: [],
    timesInForce: [],
    ocaReduces: false,
    showsCompletedOrders: false,
    remembersDays: 1,
    settleMs: 0,
  },
  submit: () => Promise.resolve(NOT_SENT),
  submitOrder: () => Promise.resolve(NOT_SENT),
  modify: () => Promise.resolve(NOT_SENT),
  cancel: () => Promise.resolve(NOT_SENT),
  statement: (fillsSince) => Promise.resolve(unanswered(account, fillsSince)),
  drain: () => [],
});

/** The prices beyond it: none. */
export const closedQuotes: Quotes = {
  prepare: () => Promise.resolve(),
  quote: () => null,
  follow: () => {},
  silentSince: null,
};
