import type { Requirement } from './ibkr-requirements.ts';
import {
  ACCOUNT,
  AROUND,
  BARS,
  BREAKS,
  CONTRACTS,
  FAULTS,
  MARGIN,
  QUOTES,
  SCANNER,
  STATEMENT,
  WIRE,
} from './ibkr-tests.ts';

/** R38 to R60: contracts, prices, the account, and what is left. */
export const MARKET: readonly Requirement[] = [
  {
    words: 'a contract is looked up once a day, and goes by its id; an ambiguous one is refused',
    code: ['adapters/ib/ib-contracts.ts'],
    tests: [
      [CONTRACTS, 'are looked up once in a day, and go by their id from then on'],
      [
        CONTRACTS,
        'are looked up again once in a day, with their price steps, and nobody waits for it',
      ],
      [CONTRACTS, 'that are ambiguous are refused, by name'],
    ],
  },
  {
    words: 'price steps are those of the market rule of the route',
    code: ['adapters/ib/ib-price-steps.ts'],
    tests: [
      [CONTRACTS, 'have the price steps of the exchange that orders are routed by, asked for once'],
      [CONTRACTS, 'with %s take our orders, or are refused'],
    ],
    not: 'orders are rounded to a cent, or 0.0001 below a dollar; a contract of other steps is refused',
  },
  {
    words: 'whole shares, as the contract takes them',
    code: ['adapters/ib/ib-contracts.ts'],
    tests: [[CONTRACTS, 'with %s take our orders, or are refused']],
  },
  {
    words: "the broker's trading hours check our calendar",
    code: ['adapters/ib/ib-hours.ts'],
    tests: [
      [
        'adapters/ib-hours.test.ts',
        'agree with our calendar on a full day, a half day, a holiday and a weekend',
      ],
      [
        CONTRACTS,
        'are checked for a closure that is announced later, until the broker agrees again',
      ],
    ],
  },
  {
    words: 'trading halts',
    code: ['adapters/ib/ib-ticks.ts'],
    tests: [[FAULTS, 'enters nothing in which trading is halted']],
    not: 'known from quotes; the scanner is not asked for halts',
  },
  {
    words: 'delayed prices say so and are never traded on',
    code: ['adapters/ib/ib-ticks.ts', 'adapters/ib/ib-quotes.ts'],
    tests: [
      [QUOTES, 'are delayed ones where that is all there is, and say so'],
      [FAULTS, 'keeps it from trading where data is missing: %s'],
    ],
  },
  {
    words: 'another session of the same user takes the prices away (10197)',
    code: ['adapters/ib/ib-quotes.ts', 'adapters/ib/ib-notices.ts'],
    tests: [[QUOTES, 'are none any more once another session of the user has them']],
  },
  {
    words: 'history within the limits of the broker; 162 has several meanings',
    code: ['adapters/ib/ib-history.ts'],
    tests: [
      ['adapters/ib-history.test.ts', 'are at most 58 in any ten minutes'],
      [BARS, 'by silence is unknown as well, and never an empty one'],
    ],
  },
  {
    words: 'a bar that is still being made is not taken for one that has ended',
    code: ['adapters/ib/ib-daily.ts', 'adapters/ib/ib-minutes.ts'],
    tests: [[BARS, 'are those of sessions that have ended: the day that goes on is cut off']],
  },
  {
    words: 'at most 45 messages in any second; cancels first',
    code: ['adapters/ib/ib-pacing.ts'],
    tests: [
      [
        'adapters/ib-pacing.test.ts',
        'never lets a second have more than 45 messages, and sends every chain once and whole',
      ],
      [FAULTS, AROUND],
    ],
  },
  {
    words: 'scans of at most fifty rows, never left open, filtered by kind of stock',
    code: ['adapters/ib/ib-scanner.ts'],
    tests: [
      [SCANNER, 'is never left open'],
      [SCANNER, 'leaves out what is no stock that is traded here, and says why'],
    ],
  },
  {
    words: 'lines of prices are given up again; no more than the user has',
    code: ['adapters/ib/ib-lines.ts'],
    tests: [[QUOTES, 'is given up when nobody has asked for it for a quarter of an hour']],
  },
  {
    words: 'real-time bars that end by themselves (10225)',
    code: ['adapters/ib/ib-minutes.ts'],
    tests: [],
    not: 'five-second bars are not used; one-minute histories are kept up to date instead',
  },
  {
    words: 'values of the account are read once each time, of this account, in its currency',
    code: ['adapters/ib/ib-account-questions.ts'],
    tests: [[ACCOUNT, 'are never another currency taken for dollars']],
  },
  {
    words: 'the rule for pattern day traders is data of the account',
    code: ['adapters/ib/ib-account-questions.ts'],
    tests: [[ACCOUNT, 'say how many day trades are left, unless they are not limited']],
    not: 'it is read and holds nothing back: the broker refuses what it does not allow',
  },
  {
    words: 'no more than the settled cash is sized by; a rejection is kept with its whole text',
    code: ['app/open-venue.ts', 'adapters/ib/ib-orders.ts'],
    tests: [[FAULTS, AROUND]],
    not: 'in a margin account too, which is stricter than the broker',
  },
  {
    words: 'positions of no shares and of other accounts are left out',
    code: ['adapters/ib/ib-statement.ts'],
    tests: [[STATEMENT, 'leaves out positions of no shares, and those of other accounts']],
  },
  {
    words: 'paper trading fills otherwise than live trading',
    code: [],
    tests: [],
    not: 'nothing can be done about it: results on paper are no evidence for live trading',
  },
  {
    words: 'a client id of its own, which is never 0',
    code: ['config/schema.ts'],
    tests: [[STATEMENT, 'leaves alone what another client id placed, and says so']],
  },
  {
    words: 'margin is asked for by what-if orders, which are never taken for orders; it sizes down',
    code: ['adapters/ib/ib-preview.ts', 'pipeline/margin.ts'],
    tests: [
      [STATEMENT, 'says margin and costs, and places nothing'],
      [MARGIN, 'is sized down to what the equity with loan still covers'],
    ],
  },
  {
    words: 'a kill cancels our own orders one by one, never all of the account',
    code: ['adapters/ib/ib-order-amending.ts', 'app/kill.ts'],
    tests: [[WIRE, 'cancels one order by its id, and never all of them']],
  },
  {
    words: 'a record of everything that went over the wire',
    code: ['adapters/system/wire-record.ts', 'adapters/ib/ib-supervisor.ts'],
    tests: [[BREAKS, 'records no more where the record fails, and trades on']],
  },
  {
    words: 'a first look at a real gateway that sends nothing',
    code: ['app/doctor-ib.ts'],
    tests: [],
    not: 'trade-labs doctor ib is there; no real gateway has been looked at',
  },
];
