/** A behaviour of Interactive Brokers that a client has to be safe against, and what holds ours to it. */
export interface Requirement {
  readonly words: string;
  /** Where it is done, in src/. */
  readonly code: readonly string[];
  /** Files in tests/, and titles of tests in them. */
  readonly tests: readonly (readonly [file: string, title: string])[];
  /** What of it is not done, or done otherwise, and why. */
  readonly not?: string;
}

const GATEWAY = 'adapters/ib-gateway.int.test.ts';
const ATTEMPTS = 'adapters/ib-gateway-attempts.int.test.ts';
const BREAKS = 'adapters/ib-gateway-breaks.int.test.ts';
const LINE = 'adapters/ib-gateway-line.int.test.ts';
const STATEMENT = 'adapters/ib-broker-statement.int.test.ts';
const ORDER_FAULTS = 'adapters/ib-broker-faults.int.test.ts';
const FILLS = 'adapters/ib-broker-fills.int.test.ts';
const BROKER_LINE = 'adapters/ib-broker-line.int.test.ts';
const WIRE = 'adapters/ib-broker-wire.int.test.ts';
const ORDERS = 'adapters/ib-orders.test.ts';
const EXECUTIONS = 'adapters/ib-executions.test.ts';
const ENCODING = 'adapters/ib-order-encoding.test.ts';
const BARS = 'adapters/ib-bars.int.test.ts';
const CONTRACTS = 'adapters/ib-contracts.int.test.ts';
const QUOTES = 'adapters/ib-quotes.int.test.ts';
const SCANNER = 'adapters/ib-scanner.int.test.ts';
const ACCOUNT = 'adapters/ib-account-questions.test.ts';
const FAULTS = 'simulation/paper-faults.int.test.ts';
const AROUND = 'leaves books that agree, and no share naked: %s, %i times';

export const REQUIREMENTS: readonly Requirement[] = [
  {
    words: 'no order before account, next id, the right account and a comparison of books',
    code: ['adapters/ib/ib-supervisor.ts', 'adapters/ib/ib-standing.ts', 'app/take-up-line.ts'],
    tests: [
      [GATEWAY, 'is compared before it takes orders'],
      ['testing/fake-tws/audit.int.test.ts', 'sees an order of a client that did not look first'],
    ],
  },
  {
    words: 'a limit for each step of a connection; attempts 2.5 s apart at least, then further',
    code: ['adapters/ib/ib-link.ts', 'adapters/ib/ib-attempts.ts'],
    tests: [[BREAKS, 'waits at least 2.5 s before each attempt, and longer each time']],
  },
  {
    words: 'a connection that is given up has its socket closed',
    code: ['adapters/ib/ib-link.ts'],
    tests: [[ATTEMPTS, 'has every socket closed that was opened while it was given up']],
  },
  {
    words: 'a heartbeat finds a gateway that fell silent',
    code: ['adapters/ib/ib-heartbeat.ts'],
    tests: [
      [BREAKS, 'is given up once it does not answer'],
      [
        FAULTS,
        'is given up where the other side fell silent, and what was sold meanwhile is booked',
      ],
    ],
  },
  {
    words: 'no instance of the library is used twice; what was on its way is unknown',
    code: ['adapters/ib/ib-instance.ts', 'adapters/ib/ib-order-placing.ts'],
    tests: [
      [BREAKS, 'sends nothing on the next connection that was meant for the last'],
      [
        BROKER_LINE,
        'before anything arrived leaves it unknown, and nothing is sent again by itself',
      ],
    ],
  },
  {
    words: 'the configured account is among those of the login, and of the kind of the mode',
    code: ['adapters/ib/ib-admission.ts'],
    tests: [
      [ATTEMPTS, 'is of the wrong kind for mode %s'],
      [FAULTS, 'does not start at a gateway that is wrong: %s'],
    ],
  },
  {
    words: 'a client id in use (326) is told, and never answered by another id',
    code: ['adapters/ib/ib-supervisor.ts'],
    tests: [
      [ATTEMPTS, 'is left to the other program of the same client id, which goes on'],
      [FAULTS, 'does not start beside another one: neither in its home, nor under its client id'],
    ],
  },
  {
    words: '1100, 1101, 1102, 1300, 2110, farms: nothing is sent over a broken line, all is heard',
    code: ['adapters/ib/ib-connectivity.ts', 'app/link-watch.ts'],
    tests: [
      [LINE, 'holds orders back while it is lost, and hears what comes late'],
      [FAULTS, 'is waited for, and a stop that sold meanwhile is booked: %i, then %i'],
      [FAULTS, 'is made anew where its port is changed (1300)'],
    ],
  },
  {
    words: 'errors of the library itself end connections, never the process',
    code: ['adapters/ib/ib-messages.ts', 'adapters/ib/ib-instance.ts'],
    tests: [[BREAKS, 'ends the connection and not the process: %s']],
  },
  {
    words: 'times at which the broker is away are no failures; a login that is due is called for',
    code: ['app/broker-session.ts', 'app/link-watch.ts'],
    tests: [
      [ATTEMPTS, 'is tried rarely and without a word while it is away by its timetable'],
      [
        'simulation/paper-session.int.test.ts',
        'calls a person to log in ten minutes after it should be over',
      ],
    ],
  },
  {
    words: 'no order in a restart; ids that were forgotten are not used again',
    code: ['adapters/ib/ib-order-ids.ts', 'adapters/file/order-id-file.ts'],
    tests: [[FAULTS, 'may forget the ids it gave out: none is used twice']],
  },
  {
    words: 'what cannot be decoded ends the connection alone',
    code: ['adapters/ib/ib-instance.ts'],
    tests: [
      [BREAKS, 'loses no rejection whose text for machines is no JSON'],
      [
        'simulation/paper-fuzz.int.test.ts',
        'ends no daemon, and makes it send nothing it did not decide: %o',
      ],
    ],
  },
  {
    words: 'a read-only interface (321) is a setting to change, not an order to repeat',
    code: ['adapters/ib/ib-supervisor.ts', 'adapters/ib/ib-order-errors.ts'],
    tests: [
      [ATTEMPTS, 'takes no orders where its interface is read-only, and still answers'],
      [ORDER_FAULTS, 'of the whole interface refuses, and is remarked for what it is'],
    ],
  },
  {
    words: 'order ids above all that were written down, told or seen; written before use',
    code: ['adapters/ib/ib-order-ids.ts'],
    tests: [
      [
        'adapters/ib-order-ids.test.ts',
        'never repeat, whatever the gateway says and however often the process starts anew',
      ],
    ],
  },
  {
    words: 'ids of requests are apart from those of orders',
    code: ['adapters/ib/ib-link.ts'],
    tests: [['adapters/ib-order-ids.test.ts', 'stay apart from those of requests']],
  },
  {
    words: 'each order carries a unique orderRef, in the journal before it is sent',
    code: ['domain/order.ts', 'app/gated-broker.ts'],
    tests: [
      [FAULTS, AROUND],
      ['app/gated-broker.test.ts', 'stops what was not written down'],
    ],
    not: 'how long a reference may be is not confirmed; one that comes back shortened is noticed',
  },
  {
    words: 'sent again only where complete look-ups show that it never arrived',
    code: ['adapters/ib/ib-order-placing.ts', 'app/recover.ts'],
    tests: [
      [STATEMENT, 'does not send again what ended before it began'],
      [BROKER_LINE, 'is none to a question either, and the late one is taken for no other'],
    ],
    not: 'nothing is sent a second time by itself: the next scan decides anew',
  },
  {
    words: 'permId is the lasting name, and may be 0 at first; orders of others are left alone',
    code: ['adapters/ib/ib-orders.ts', 'adapters/ib/ib-statement.ts'],
    tests: [
      [
        STATEMENT,
        'shows orders of others under names that none of ours has, and leaves them alone',
      ],
      [
        FAULTS,
        'leaves orders of others alone, and enters nothing before a person has looked at them',
      ],
    ],
  },
  {
    words: 'two living orders under one reference are seen',
    code: ['adapters/ib/ib-orders.ts', 'adapters/ib/ib-statement.ts'],
    tests: [[STATEMENT, 'never hides an order that lives twice under one name']],
  },
  {
    words: 'after every connection, 1101 and 1102, and every five minutes: all is asked, compared',
    code: ['app/link-watch.ts', 'adapters/ib/ib-broker.ts'],
    tests: [
      [LINE, 'is compared anew once it is back, over the same connection'],
      [FAULTS, 'is waited for, and a stop that sold meanwhile is booked: %i, then %i'],
    ],
  },
  {
    words: 'an answer that does not come makes an order unknown, not rejected',
    code: ['adapters/ib/ib-order-placing.ts'],
    tests: [[BROKER_LINE, 'is unknown and not refused, until the order is shown']],
  },
  {
    words: 'statuses that are doubled, missing or out of order move nothing backwards',
    code: ['adapters/ib/ib-orders.ts'],
    tests: [
      [ORDERS, 'is the same when every message is told twice'],
      [ORDERS, 'is that of the recorded sequence of a market order, whose status is told twice'],
    ],
  },
  {
    words: 'being cancelled can still fill; inactive is neither working nor over',
    code: ['adapters/ib/ib-orders.ts'],
    tests: [
      [ORDERS, 'of being cancelled is not that it is: it can fill'],
      [ORDERS, 'of being inactive holds an order, which may wake up'],
    ],
  },
  {
    words: 'executions count once by their ids; corrections take the place of what they correct',
    code: ['adapters/ib/ib-executions.ts'],
    tests: [
      [FILLS, 'are told once each (%s)'],
      [EXECUTIONS, 'are in force as corrected last, in whatever order corrections come'],
    ],
  },
  {
    words: 'a commission comes later, or never, or without a value',
    code: ['adapters/ib/ib-executions.ts'],
    tests: [[FILLS, 'wait for a commission that is never told, or has no value']],
  },
  {
    words: 'protection follows what was bought, also where the rest is cancelled',
    code: ['adapters/ib/ib-chain-care.ts', 'app/protector.ts'],
    tests: [
      [FILLS, 'has its stop and target cut down to what it bought'],
      [
        FAULTS,
        'covers what was bought where children work at the %s fill, and the rest is withdrawn: %s',
      ],
    ],
  },
  {
    words: 'a code is not a state: 399, 404, 10349 and others are remarks on orders that work',
    code: ['adapters/ib/ib-order-errors.ts'],
    tests: [
      [ORDER_FAULTS, 'changes nothing but what is remarked'],
      [ORDERS, 'that is in no table concludes nothing, and has the broker asked'],
    ],
  },
  {
    words: 'a cancel that is refused (161, 10147, 10148) is settled by facts',
    code: ['adapters/ib/ib-order-amending.ts'],
    tests: [
      [ORDER_FAULTS, 'that is not taken (%s) leaves the order to work, and says so'],
      [FAULTS, 'tries a cancel that is refused again, and not without a pause'],
    ],
  },
  {
    words: 'a change is the whole order again; the survivor of a chain names no parent (135)',
    code: ['adapters/ib/ib-order-amending.ts'],
    tests: [
      [WIRE, 'sends a change as the whole order again, under its id'],
      [WIRE, 'names the entry of a stop in a change while that lives, and nobody afterwards'],
    ],
  },
  {
    words: 'a chain is released by its last order, every field is said; half a chain is withdrawn',
    code: ['adapters/ib/ib-order-encoding.ts', 'adapters/ib/ib-chain-care.ts'],
    tests: [
      [WIRE, 'is released by its last order, and each child names its entry'],
      [BROKER_LINE, 'between an entry and its stop has the entry withdrawn'],
    ],
  },
  {
    words: 'a protective stop is good till cancelled; one that a preset made a day order is seen',
    code: ['adapters/ib/ib-order-encoding.ts', 'adapters/ib/ib-orders.ts'],
    tests: [
      [
        ORDER_FAULTS,
        'of a preset that makes day orders of standing ones is remarked, and the statement has it',
      ],
      [FAULTS, AROUND],
    ],
  },
  {
    words: 'children end with an entry that was rejected or cancelled',
    code: ['adapters/ib/ib-chain-care.ts'],
    tests: [[ORDER_FAULTS, 'is the answer, and no order is left of the chain (%s)']],
  },
  {
    words: 'a standing order that the broker cancelled is noticed before the open',
    code: ['app/recover.ts', 'app/protector.ts'],
    tests: [[FAULTS, 'after which a stop is gone is followed by another before the open']],
  },
  {
    words: 'stops trigger in regular hours only',
    code: ['adapters/ib/ib-order-encoding.ts'],
    tests: [[ENCODING, 'says what it is in so many words, and what it never is']],
    not: 'which price triggers is left to the broker',
  },
  {
    words: 'an exit joins the group of the stop: never two sells that could both fill',
    code: ['adapters/ib/ib-order-encoding.ts', 'app/gated-broker.ts'],
    tests: [
      [ENCODING, 'has its group reduce share by share, one of them at an exchange at a time'],
      [
        'testing/fake-tws/audit.int.test.ts',
        'sees two sells where one is owned, and a short position',
      ],
    ],
  },
  {
    words: 'about twenty working orders for each contract and side',
    code: ['risk/guards.ts'],
    tests: [],
    not: 'no counter of its own: one position has a stop and at most one target and one exit; risk.maxWorkingOrdersPerSymbol is there for more',
  },
  {
    words: 'waiting for a parent or a trigger is normal',
    code: ['adapters/ib/ib-orders.ts'],
    tests: [[ORDERS, 'of a child is that it waits, and that it works once its entry has shares']],
  },
  {
    words: 'a contract is looked up once, by id from then on; an ambiguous one is refused',
    code: ['adapters/ib/ib-contracts.ts'],
    tests: [
      [CONTRACTS, 'are looked up once, and go by their id from then on'],
      [CONTRACTS, 'that are ambiguous are refused, by name'],
    ],
  },
  {
    words: 'price steps are those of the market rule of the route',
    code: ['adapters/ib/ib-contracts.ts'],
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
    ],
  },
  {
    words: 'trading halts',
    code: ['adapters/ib/ib-ticks.ts'],
    tests: [],
    not: 'a halt that a quote tells keeps its symbol from being entered; the scanner is not asked for halts, and the daemon was not tried against one',
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
    words: 'a rejection is kept with its whole text',
    code: ['adapters/ib/ib-orders.ts'],
    tests: [[FAULTS, AROUND]],
    not: 'settled cash of a cash account is left to the broker, which has the last word',
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
    words: 'what-if orders are never taken for orders',
    code: ['adapters/ib/ib-preview.ts', 'adapters/ib/ib-orders.ts'],
    tests: [[STATEMENT, 'says margin and costs, and places nothing']],
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
