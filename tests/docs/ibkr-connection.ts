import type { Requirement } from './ibkr-requirements.ts';
import {
  AROUND,
  ATTEMPTS,
  BREAKS,
  BROKER_LINE,
  FAULTS,
  GATEWAY,
  LINE,
  ORDER_FAULTS,
  OUTAGES,
  STATEMENT,
} from './ibkr-tests.ts';

/** R1 to R21: connections, ids, and what is asked after each. */
export const CONNECTION: readonly Requirement[] = [
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
        OUTAGES,
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
      [OUTAGES, 'is waited for, and a stop that sold meanwhile is booked: %i, then %i'],
      [OUTAGES, 'is made anew where its port is changed (1300)'],
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
        'simulation/paper-line.int.test.ts',
        'calls a person to log in ten minutes after it should be over',
      ],
    ],
  },
  {
    words: 'no order in a restart; ids that were forgotten are not used again',
    code: ['adapters/ib/ib-order-ids.ts', 'adapters/file/order-id-file.ts'],
    tests: [[OUTAGES, 'may forget the ids it gave out: none is used twice']],
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
      [OUTAGES, 'is waited for, and a stop that sold meanwhile is booked: %i, then %i'],
    ],
  },
  {
    words: 'an answer that does not come makes an order unknown, not rejected',
    code: ['adapters/ib/ib-order-placing.ts'],
    tests: [[BROKER_LINE, 'is unknown and not refused, until the order is shown']],
  },
];
