import type { Broken } from './broken-values.ts';

/** Schedules, lists and alternatives that are wrong in parts, and keys that contradict each other. */
export const BROKEN_SECTIONS: readonly Broken[] = [
  {
    name: 'another time zone',
    yaml: 'timezone: Europe/Berlin\n',
    says: [['1:11', 'timezone', '"Europe/Berlin" must be America/New_York']],
  },
  {
    name: 'a time zone that does not exist',
    yaml: 'timezone: Mars/Olympus\n',
    says: [['1:11', 'timezone', '"Mars/Olympus" must be America/New_York']],
  },
  {
    name: 'a time with one digit',
    yaml: 'schedule:\n  - { name: a, job: scan, at: "9:30" }\n',
    says: [['2:31', 'schedule[0].at', '"9:30" is not a time of day']],
  },
  {
    name: 'a time that no clock shows',
    yaml: 'schedule:\n  - { name: a, job: scan, at: "25:00" }\n',
    says: [['2:31', 'schedule[0].at', '"25:00" is not a time of day']],
  },
  {
    name: 'a trigger that is none',
    yaml: 'schedule:\n  - { name: a, job: scan, at: noon }\n',
    says: [['2:31', 'schedule[0].at', 'noon']],
  },
  {
    name: 'cron text with an hour too many',
    yaml: 'schedule:\n  - { name: a, job: scan, at: "30 24 * * 1-5" }\n',
    says: [['2:31', 'schedule[0].at', 'is not cron text']],
  },
  {
    name: 'a job that is none',
    yaml: 'schedule:\n  - { name: a, job: scn, at: open }\n',
    says: [
      [
        '2:21',
        'schedule[0].job',
        '"scn" is not one of scan, reconcile, report, backup, warm. Did you mean scan?',
      ],
    ],
  },
  {
    name: 'a slot without a time',
    yaml: 'schedule:\n  - { name: a, job: scan }\n',
    says: [['2:5', 'schedule[0].at', 'is missing']],
  },
  {
    name: 'a key of another job',
    yaml: 'schedule:\n  - { name: a, job: backup, at: close, top: 3 }\n',
    says: [['2:40', 'schedule[0].top', 'unknown key']],
  },
  {
    name: 'two slots of one name, one of them wrong besides',
    yaml: 'schedule:\n  - { name: a, job: scan, at: open }\n  - { name: a, job: scan, at: never }\n',
    says: [
      ['3:13', 'schedule[1].name', '"a" is the name of schedule[0] too'],
      ['3:31', 'schedule[1].at', 'never'],
    ],
  },
  {
    name: 'a schedule that is no list',
    yaml: 'schedule: { scan: "09:30" }\n',
    says: [['1:11', 'schedule', 'must be a list']],
  },
  {
    name: 'symbols that are none',
    yaml: 'scan: { deny: [AAPL, ../x, aapl, 3] }\n',
    says: [
      ['1:22', 'scan.deny[1]', '"../x" is not a symbol'],
      ['1:28', 'scan.deny[2]', '"aapl" is not a symbol'],
      ['1:34', 'scan.deny[3]', '3 must be text'],
    ],
  },
  {
    name: 'a symbol both allowed and denied',
    yaml: 'scan: { allow: [AAPL], deny: [MSFT, AAPL] }\n',
    says: [['1:37', 'scan.deny[1]', 'AAPL is on the allow list too']],
  },
  {
    name: 'a strategy with a name and a file',
    yaml: 'strategy: { name: momentum, file: mine.mjs }\n',
    says: [['1:35', 'strategy.file', 'and name are both set']],
  },
  {
    name: 'a stop of an unknown kind',
    yaml: 'sizing: { stop: { kind: art, multiple: 2 } }\n',
    says: [
      ['1:25', 'sizing.stop.kind', '"art" is not one of atr, percent, strategy. Did you mean atr?'],
    ],
  },
  {
    name: 'a stop without its distance',
    yaml: 'sizing: { stop: { kind: percent } }\n',
    says: [['1:17', 'sizing.stop.fraction', 'is missing']],
  },
  {
    name: 'a stop at no distance',
    yaml: 'sizing: { stop: { kind: atr, multiple: 0 } }\n',
    says: [['1:40', 'sizing.stop.multiple', '0 must be above 0']],
  },
  {
    name: 'a commission that is none',
    yaml: 'costs: { commission: { kind: percent } }\n',
    says: [['1:22', 'costs.commission', 'must be ibkr-fixed, ibkr-tiered, none, or']],
  },
  {
    name: 'a hard limit below the soft one',
    yaml: 'risk:\n  dailyLossFraction: 0.05\n  hardDailyLossFraction: 0.04\n',
    says: [['3:26', 'risk.hardDailyLossFraction', '0.04 must be at least dailyLossFraction, 0.05']],
  },
  {
    name: 'a soft limit above the default of the hard one',
    yaml: 'risk: { dailyLossFraction: 0.05 }\n',
    says: [['1:28', 'risk.hardDailyLossFraction', '0.03 must be at least dailyLossFraction, 0.05']],
  },
  {
    name: 'more risk a trade than in all',
    yaml: 'sizing: { perTradeFraction: 0.05 }\n',
    says: [['1:29', 'sizing.perTradeFraction', '0.05 is above risk.maxOpenRiskFraction, 0.03']],
  },
  {
    name: 'live with the simulated broker and a paper account',
    yaml: 'mode: live\nbroker: sim\n',
    says: [
      ['1:7', 'approval.mode', 'mode live takes two-person, was off'],
      ['1:7', 'ib.account', 'mode live takes a live account (U...), DU1234567 is a paper account'],
      ['2:9', 'broker', 'mode live takes broker ib, was sim'],
    ],
  },
  {
    name: 'paper on a live account',
    yaml: 'mode: paper\nbroker: ib\nib: { account: U1234567 }\n',
    says: [
      [
        '3:16',
        'ib.account',
        'mode paper takes a paper account (DU...), U1234567 is a live account',
      ],
    ],
  },
  {
    name: 'simulation with a real broker',
    yaml: 'broker: ib\n',
    says: [['1:9', 'broker', 'mode sim takes broker sim']],
  },
];
