import type { Broken } from './broken-values.ts';

/** Texts that are no configuration, and environments and .env files that are wrong. */
export const BROKEN_SOURCES: readonly Broken[] = [
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
    says: [
      ['env TRADE_LABS_MODE', 'approval.mode', 'mode live takes two-person, was off'],
      ['env TRADE_LABS_MODE', 'broker', 'mode live takes broker ib, was sim'],
    ],
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
