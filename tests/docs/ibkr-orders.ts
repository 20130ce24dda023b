import type { Requirement } from './ibkr-requirements.ts';
import {
  AROUND,
  BROKER_LINE,
  ENCODING,
  EXECUTIONS,
  FAULTS,
  FILLS,
  ORDER_FAULTS,
  ORDERS,
  OUTAGES,
  WIRE,
} from './ibkr-tests.ts';

/** R22 to R37: states, fills, chains and stops. */
export const ORDER_STATES: readonly Requirement[] = [
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
      [FAULTS, 'tries a cancel that is refused again, and not without a pause: %s'],
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
    tests: [[OUTAGES, 'after which a stop is gone is followed by another before the open']],
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
];
