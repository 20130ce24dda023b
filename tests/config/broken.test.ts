import { describe, expect, it } from 'vitest';
import type { FailureCode } from '../../src/domain/failure.ts';
import { failureIn, type HomeFiles } from './homes.ts';

const FILE = 'config/trade-labs.yaml';

/** A broken home and every line that must be said of it: where, key, words of the message. */
interface Broken extends HomeFiles {
  readonly name: string;
  readonly code?: FailureCode;
  readonly says: readonly (readonly [where: string, key: string, message: string])[];
}

const CORPUS: readonly Broken[] = [
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
    name: 'infinite money',
    yaml: 'capital: { startingCashUsd: .inf }\n',
    says: [['1:29', 'capital.startingCashUsd', 'must be a number']],
  },
  {
    name: 'money that is not a number',
    yaml: 'capital: { startingCashUsd: .nan }\n',
    says: [['1:29', 'capital.startingCashUsd', 'must be a number']],
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
  {
    name: 'a quote that is not closed',
    yaml: 'mode: "sim\nrisk: {}\n',
    says: [['3:1', '', 'quote']],
  },
  {
    name: 'a file that is a list',
    yaml: '- mode: sim\n',
    says: [['1:1', '', 'must be keys with values']],
  },
  {
    name: 'a bomb of aliases',
    yaml: `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
    says: [['1:1', '', 'alias']],
  },
  {
    name: 'a tag that asks for code',
    yaml: 'strategy: !!js/function "function () { return 1 }"\n',
    says: [['1:11', '', 'tag']],
  },
  {
    name: 'two documents',
    yaml: 'mode: sim\n---\nmode: live\n',
    says: [['2:1', '', 'multiple documents']],
  },
  {
    name: 'a prototype for a key',
    yaml: '__proto__: { mode: live }\nmode: sim\n',
    says: [['1:1', '__proto__', 'unknown key']],
  },
  {
    name: 'problems in every section, the environment and .env: all at once',
    yaml: 'mode: papper\nrisk:\n  maxPositions: many\n  limits: 3\nscan: { rows: 0 }\n',
    dotenv: 'TRADE_LABS_ARMED=perhaps\n',
    env: { TRADE_LABS_IB__PORT: 'abc' },
    says: [
      ['1:7', 'mode', '"papper"'],
      ['3:17', 'risk.maxPositions', '"many" must be a number'],
      ['4:3', 'risk.limits', 'unknown key'],
      ['5:15', 'scan.rows', '0 must be at least 1'],
      ['.env:1:1', 'TRADE_LABS_ARMED', '"perhaps" must be 0 or 1'],
      ['env TRADE_LABS_IB__PORT', 'ib.port', '"abc" must be a number'],
    ],
  },
  {
    name: 'a variable that means nothing',
    code: 'ENV_INVALID',
    env: { TRADE_LABS_RISK__MAX_POSITONS: '3' },
    says: [
      [
        'env TRADE_LABS_RISK__MAX_POSITONS',
        'TRADE_LABS_RISK__MAX_POSITONS',
        'unknown variable. Did you mean TRADE_LABS_RISK__MAX_POSITIONS?',
      ],
    ],
  },
  {
    name: 'a variable with a percent',
    code: 'ENV_INVALID',
    env: { TRADE_LABS_RISK__DAILY_LOSS_FRACTION: '2' },
    says: [
      ['env TRADE_LABS_RISK__DAILY_LOSS_FRACTION', 'risk.dailyLossFraction', 'write 0.02 for 2 %'],
    ],
  },
  {
    name: 'a variable that leaves its map incomplete',
    code: 'ENV_INVALID',
    env: { TRADE_LABS_SIZING__STOP__FRACTION: '0.05' },
    says: [['env TRADE_LABS_SIZING__STOP__FRACTION', 'sizing.stop.kind', 'is missing']],
  },
  {
    name: 'a mode of the environment that does not fit the default',
    code: 'ENV_INVALID',
    yaml: 'ib: { account: U1234567 }\n',
    env: { TRADE_LABS_MODE: 'LIVE' },
    says: [['env TRADE_LABS_MODE', 'broker', 'mode live takes broker ib, was sim']],
  },
  {
    name: 'an .env with a duplicate key',
    code: 'ENV_INVALID',
    dotenv: '# switches\nTRADE_LABS_ARMED=0\n\nTRADE_LABS_ARMED=1\n',
    says: [['.env:4:1', 'TRADE_LABS_ARMED', 'stands twice, first on line 2; keep one']],
  },
  {
    name: 'an .env that others can read',
    code: 'ENV_INVALID',
    dotenv: 'TRADE_LABS_ARMED=0\n',
    dotenvMode: 0o644,
    says: [['.env', '', 'can be read by others (mode 0644): chmod 600 /']],
  },
  {
    name: 'an .env with lines that are none, an open quote, and a home',
    code: 'ENV_INVALID',
    dotenv: 'export A=1\nnot a line\n  B="open\nTRADE_LABS_HOME=/elsewhere\n',
    says: [
      ['.env:2:1', '', 'is not NAME=VALUE'],
      ['.env:3:3', 'B', 'has a quote that is not closed'],
      ['.env:4:1', 'TRADE_LABS_HOME', 'cannot stand here'],
    ],
  },
  {
    name: 'a secret given twice',
    code: 'ENV_INVALID',
    env: { TELEGRAM_BOT_TOKEN: 'a', TELEGRAM_BOT_TOKEN_FILE: '/dev/null' },
    says: [['env TELEGRAM_BOT_TOKEN_FILE', 'TELEGRAM_BOT_TOKEN_FILE', 'are both set']],
  },
  {
    name: 'a secret in a file that is not there',
    code: 'ENV_INVALID',
    env: { TELEGRAM_BOT_TOKEN_FILE: '/no/such/file' },
    says: [['env TELEGRAM_BOT_TOKEN_FILE', 'TELEGRAM_BOT_TOKEN_FILE', 'cannot be read (ENOENT)']],
  },
];

describe('a broken configuration', () => {
  it.each(CORPUS)('$name: says where, which key and why, all at once', async (broken) => {
    const failure = await failureIn(broken);
    expect(failure.code).toBe(broken.code ?? 'CONFIG_INVALID');
    expect(failure.exit).toBe(78);
    const said = failure.details.map((line) => line.split(/ {2,}/));
    expect(
      said.map((parts, i) => {
        const [where, key] = parts.length === 2 ? [parts[0], ''] : parts;
        const message = broken.says[i]?.[2] ?? '';
        return [where, key, parts.at(-1)?.includes(message) ? message : parts.at(-1)];
      }),
    ).toEqual(
      broken.says.map(([where, ...rest]) => [
        /^\d/.test(where) ? `${FILE}:${where}` : where,
        ...rest,
      ]),
    );
  });
});
