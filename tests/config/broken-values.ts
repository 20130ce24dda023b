import type { FailureCode } from '../../src/domain/failure.ts';
import type { HomeFiles } from './homes.ts';

/** A broken home and every line that must be said of it: where, key, words of the message. */
export interface Broken extends HomeFiles {
  readonly name: string;
  readonly code?: FailureCode;
  readonly says: readonly (readonly [where: string, key: string, message: string])[];
}

/** Keys that do not exist and values that single keys refuse. */
export const BROKEN_VALUES: readonly Broken[] = [
  {
    name: 'approvals that this version does not hold',
    yaml: 'approval:\n  mode: two-person\n',
    says: [['2:9', 'approval.mode', 'only off is accepted outside live']],
  },
  {
    name: 'an unknown key',
    yaml: 'risk:\n  maxPositonPct: 3\n',
    says: [['2:3', 'risk.maxPositonPct', 'unknown key. Did you mean maxPositions?']],
  },
  {
    name: 'an unknown section',
    yaml: 'mode: sim\nriskk: {}\n',
    says: [['2:1', 'riskk', 'unknown key. Did you mean risk?']],
  },
  {
    name: 'an unknown key that resembles nothing',
    yaml: 'wibble: 1\n',
    says: [['1:1', 'wibble', 'unknown key']],
  },
  {
    name: 'a mode that is none',
    yaml: 'mode: papper\n',
    says: [['1:7', 'mode', '"papper" is not one of sim, paper, live. Did you mean paper?']],
  },
  {
    name: 'text where a number belongs',
    yaml: 'risk: { maxPositions: many }\n',
    says: [['1:23', 'risk.maxPositions', '"many" must be a number']],
  },
  {
    name: 'a number in quotes',
    yaml: 'risk:\n  maxPositions: "10"\n',
    says: [['2:17', 'risk.maxPositions', '"10" must be a number']],
  },
  {
    name: 'a fraction of a position',
    yaml: 'risk: { maxPositions: 2.5 }\n',
    says: [['1:23', 'risk.maxPositions', '2.5 must be a whole number']],
  },
  {
    name: 'a number where text belongs',
    yaml: 'identity: { name: 7 }\n',
    says: [['1:19', 'identity.name', '7 must be text']],
  },
  {
    name: 'text where yes or no belongs',
    yaml: 'intensity: { enabled: yes }\n',
    says: [['1:23', 'intensity.enabled', '"yes" must be true or false']],
  },
  {
    name: 'a section that is a number',
    yaml: 'risk: 5\n',
    says: [['1:7', 'risk', '5 must be keys with values']],
  },
  {
    name: 'a section that is a list',
    yaml: 'risk:\n  - maxPositions: 5\n',
    says: [['2:3', 'risk', 'must be keys with values']],
  },
  {
    name: 'an empty section',
    yaml: 'mode: sim\nrisk:\n',
    says: [['2:6', 'risk', 'is empty; write a value or remove the line']],
  },
  {
    name: 'percent where a fraction belongs',
    yaml: 'risk: { dailyLossFraction: 2 }\n',
    says: [
      [
        '1:28',
        'risk.dailyLossFraction',
        'is above 1; it is a fraction, not percent: write 0.02 for 2 %',
      ],
    ],
  },
  {
    name: 'a negative limit',
    yaml: 'risk: { maxOpenRiskFraction: -0.01 }\n',
    says: [['1:30', 'risk.maxOpenRiskFraction', '-0.01 must be at least 0']],
  },
  {
    name: 'a port out of range',
    yaml: 'ib: { port: 70000 }\n',
    says: [['1:13', 'ib.port', '70000 must be at most 65535']],
  },
  {
    name: 'the client id that takes over the orders of a person',
    yaml: 'ib: { clientId: 0 }\n',
    says: [['1:17', 'ib.clientId', '0 must be at least 1']],
  },
  {
    name: 'infinite money',
    yaml: 'capital: { startingCashUsd: .inf }\n',
    says: [['1:29', 'capital.startingCashUsd', 'Infinity must be a finite number']],
  },
  {
    name: 'money that is not a number',
    yaml: 'capital: { startingCashUsd: .nan }\n',
    says: [['1:29', 'capital.startingCashUsd', 'NaN must be a finite number']],
  },
  {
    name: 'money in fractions of a millionth',
    yaml: 'scan: { minPriceUsd: 5.1234567 }\n',
    says: [['1:22', 'scan.minPriceUsd', '5.1234567 has more than six decimals']],
  },
  {
    name: 'a duplicate key',
    yaml: 'risk:\n  maxPositions: 5\n  maxEntriesPerDay: 3\n  maxPositions: 50\n',
    says: [['4:3', 'risk.maxPositions', 'stands twice; keep one']],
  },
  {
    name: 'a duplicate section',
    yaml: 'mode: sim\nrisk: {}\nmode: sim\n',
    says: [['3:1', 'mode', 'stands twice; keep one']],
  },
];
