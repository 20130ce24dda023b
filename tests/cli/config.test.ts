import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schemaText } from '../../src/config/keys.ts';
import { EXIT } from '../../src/domain/failure.ts';
import { run } from './fake-world.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'trade-labs-cli-'));
  mkdirSync(join(home, 'config'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const configure = (yaml: string): void =>
  writeFileSync(join(home, 'config', 'trade-labs.yaml'), yaml);
const here = (argv: string[], env: Record<string, string> = {}) => run(argv, { cwd: home, env });
const dataOf = async <T>(argv: string[], env: Record<string, string> = {}): Promise<T> => {
  const { stdout } = await here([...argv, '--json'], env);
  return (JSON.parse(stdout) as { data: T }).data;
};

describe('config show', () => {
  it('says that the defaults apply where there is no file', async () => {
    const { exit, stdout } = await here(['config', 'show']);
    expect(exit).toBe(EXIT.OK);
    expect(stdout).toContain(`No configuration file in ${home}: the defaults apply, mode sim.`);
    expect(stdout).toMatch(/\nrisk\.maxPositions +10\n/);
  });

  it('shows the value that counts and, with --origin, where it comes from', async () => {
    configure('risk:\n  maxPositions: 4\n');
    const { stdout } = await here(['config', 'show', '--origin'], { TRADE_LABS_SCAN__ROWS: '9' });
    expect(stdout).toMatch(/^Configuration config\/trade-labs\.yaml\n/);
    expect(stdout).toMatch(/\nrisk\.maxPositions +4 +config\/trade-labs\.yaml:2:17\n/);
    expect(stdout).toMatch(/\nscan\.rows +9 +env TRADE_LABS_SCAN__ROWS\n/);
    expect(stdout).toMatch(/\nmode +sim +default\n/);
    expect(stdout).toMatch(/\nschedule\[1\] +\{ name: scan-open, job: scan, at: 09:30, top: 5 \}/);
  });

  it('shows the line of each row of a list', async () => {
    const rows = ['warm, job: warm, at: open-15m', 'scan-open, job: scan, at: "09:30", top: 5'];
    configure(`schedule:\n${rows.map((row) => `  - { name: ${row} }\n`).join('')}`);
    const { stdout } = await here(['config', 'show', '--origin']);
    expect(stdout).toMatch(/\nschedule\[0\] .* config\/trade-labs\.yaml:2:5\n/);
    expect(stdout).toMatch(/\nschedule\[1\] .* config\/trade-labs\.yaml:3:5\n/);
    const { origins } = await dataOf<{ origins: object }>(['config', 'show']);
    expect(origins).toMatchObject({
      schedule: 'config/trade-labs.yaml:2:3',
      'schedule[1]': 'config/trade-labs.yaml:3:5',
    });
    const text = '[{ name: warm, job: warm, at: open-15m }]';
    const given = await here(['config', 'show', '--origin'], { TRADE_LABS_SCHEDULE: text });
    expect(given.stdout).toMatch(/\nschedule\[0\] .* env TRADE_LABS_SCHEDULE\n/);
  });

  it('never shows a secret', async () => {
    const env = { TELEGRAM_BOT_TOKEN: '12345:hush' };
    const text = await here(['config', 'show'], env);
    const json = await here(['config', 'show', '--json', '-v'], env);
    expect(text.stdout).toContain('TELEGRAM_BOT_TOKEN [redacted]');
    for (const { stdout, stderr } of [text, json]) expect(stdout + stderr).not.toContain('hush');
    expect(JSON.parse(json.stdout)).toMatchObject({
      data: { secrets: { TELEGRAM_BOT_TOKEN: '[redacted]' } },
    });
  });

  it('gives programs the values, their origins and the fingerprint', async () => {
    const data = await dataOf<Record<string, unknown>>(['config', 'show']);
    expect(data).toMatchObject({
      home,
      file: null,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      config: { mode: 'sim' },
      origins: { 'risk.maxPositions': 'default' },
      switches: { armed: false },
    });
  });
});

describe('config validate', () => {
  it('lists all problems and exits 78', async () => {
    configure('mode: papper\nrisk:\n  maxPositonPct: 3\n');
    const { exit, stdout, stderr } = await here(['config', 'validate']);
    expect({ exit, stdout }).toEqual({ exit: EXIT.CONFIG, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      'error: 2 problems in the configuration; nothing was started or changed  [CONFIG_INVALID]',
      '  config/trade-labs.yaml:1:7  mode                "papper" is not one of sim, paper, live. Did you mean paper?',
      '  config/trade-labs.yaml:3:3  risk.maxPositonPct  unknown key. Did you mean maxPositions?',
      '  Try: trade-labs config explain KEY says what a key takes',
      '',
    ]);
  });

  it('checks one file by itself, without environment and .env', async () => {
    writeFileSync(join(home, 'draft.yaml'), 'mode: sim\n');
    const wrong = { TRADE_LABS_MODE: 'nonsense' };
    expect(await here(['config', 'validate', 'draft.yaml'], wrong)).toEqual({
      exit: EXIT.OK,
      stdout: 'draft.yaml is valid: mode sim, broker sim, 8 slots scheduled.\n',
      stderr: '',
    });
    expect((await here(['config', 'validate'], wrong)).exit).toBe(EXIT.CONFIG);
  });

  it('takes --config, and says when that file is not there', async () => {
    writeFileSync(join(home, 'other.yaml'), 'mode: papper\n');
    expect((await here(['config', 'validate', '-c', 'other.yaml'])).stderr).toContain(
      'other.yaml:1:7',
    );
    const gone = await here(['config', 'validate', '--config', 'gone.yaml']);
    expect(gone.exit).toBe(EXIT.CONFIG);
    expect(gone.stderr).toContain('[CONFIG_MISSING]');
  });
});

describe('config schema', () => {
  it('prints the schema, or writes it', async () => {
    expect((await here(['config', 'schema'])).stdout).toBe(schemaText());
    expect((await here(['config', 'schema', '--write', 'config/s.json'])).exit).toBe(EXIT.OK);
    expect(readFileSync(join(home, 'config', 's.json'), 'utf8')).toBe(schemaText());
  });

  it('exits 73 where it cannot write, and leaves nothing behind', async () => {
    const { exit, stderr } = await here(['config', 'schema', '--write', 'nowhere/s.json']);
    expect(exit).toBe(EXIT.CANTCREAT);
    expect(stderr).toContain('[CANNOT_WRITE]');
    expect(existsSync(join(home, 'nowhere'))).toBe(false);
  });
});

describe('config explain', () => {
  it('tells meaning, range, unit, default and variable of a key, even of a broken home', async () => {
    configure('mode: papper\n');
    expect((await here(['config', 'explain', 'risk.dailyLossFraction'])).stdout).toBe(
      [
        'risk.dailyLossFraction',
        '  Loss of a day after which there are no entries.',
        '  Takes     a number from 0 to 1',
        '  Unit      fraction',
        '  Default   0.02',
        '  Variable  TRADE_LABS_RISK__DAILY_LOSS_FRACTION',
        '',
      ].join('\n'),
    );
  });

  it('takes the key as a problem names it', async () => {
    const { stdout } = await here(['config', 'explain', 'schedule[3].at']);
    expect(stdout).toContain('schedule[].at\n');
    expect(stdout).toContain('cron');
  });

  it('lists the keys of a section and of everything', async () => {
    const section = await dataOf<{ keys: { key: string }[] }>(['config', 'explain', 'sim']);
    expect(section.keys.map(({ key }) => key)).toEqual(['sim.account']);
    const all = await dataOf<{ keys: unknown[] }>(['config', 'explain']);
    expect(all.keys.length).toBeGreaterThan(60);
  });

  it('suggests the key that was meant', async () => {
    const { exit, stderr } = await here(['config', 'explain', 'risk.maxPositons']);
    expect(exit).toBe(EXIT.USAGE);
    expect(stderr).toContain('Did you mean risk.maxPositions?');
  });
});

describe('version', () => {
  it('tells the fingerprint of the configuration where it is valid', async () => {
    const shown = await dataOf<{ hash: string }>(['config', 'show']);
    expect(await dataOf(['version'])).toMatchObject({
      node: process.versions.node,
      configHash: shown.hash,
    });
    configure('mode: papper\n');
    expect(await dataOf(['version'])).toMatchObject({ configHash: null });
  });
});
