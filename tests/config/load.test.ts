import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/config/secrets.ts';
import { Failure } from '../../src/domain/failure.ts';
import { inHome, load } from './homes.ts';

const failure = async (promise: Promise<unknown>): Promise<Failure> => {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof Failure) return thrown;
  throw new Error('expected a Failure');
};

describe('a home without a configuration', () => {
  it('trades with the simulated broker on safe limits', async () => {
    const { config, file, origins, switches, warnings } = await load({});
    expect(config).toMatchObject({ mode: 'sim', broker: 'sim', risk: { dailyLossFraction: 0.02 } });
    expect(file).toBeUndefined();
    expect(new Set(origins.values())).toEqual(new Set(['default']));
    expect(switches).toEqual({
      armed: false,
      dryRun: false,
      killSwitch: false,
      liveAck: undefined,
    });
    expect(warnings).toEqual([]);
  });

  it('warns of a file that stands where it is not read', async () => {
    await inHome({}, async (source) => {
      writeFileSync(join(source.home, 'trade-labs.yaml'), 'mode: paper\n');
      const { config, warnings } = await loadConfig(source);
      expect(config.mode).toBe('sim');
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/^trade-labs\.yaml is not read; .*config\/trade-labs\.yaml$/);
    });
  });
});

describe('a value', () => {
  const key = 'risk.maxPositions';
  const yaml = 'risk:\n  maxPositions: 1\n';
  const dotenv = 'TRADE_LABS_RISK__MAX_POSITIONS=2\n';
  const env = { TRADE_LABS_RISK__MAX_POSITIONS: '3' };
  const flags = { [key]: '4' };

  it.each([
    ['the default', {}, 10, 'default'],
    ['the file', { yaml }, 1, 'config/trade-labs.yaml:2:17'],
    ['.env', { yaml, dotenv }, 2, '.env TRADE_LABS_RISK__MAX_POSITIONS'],
    ['the environment', { yaml, dotenv, env }, 3, 'env TRADE_LABS_RISK__MAX_POSITIONS'],
    ['a flag', { yaml, dotenv, env, flags }, 4, 'flag'],
    [
      '.env where the variable is empty',
      { yaml, dotenv, env: { TRADE_LABS_RISK__MAX_POSITIONS: '' } },
      2,
      '.env TRADE_LABS_RISK__MAX_POSITIONS',
    ],
  ])('of %s is stronger than all before it', async (_name, files, value, origin) => {
    const loaded = await load(files);
    expect(loaded.config.risk.maxPositions).toBe(value);
    expect(loaded.origins.get(key)).toBe(origin);
  });

  it.each([
    ['TRADE_LABS_MODE', 'SIM', 'mode', 'sim'],
    ['TRADE_LABS_IB__CLIENT_ID', '42', 'ib.clientId', 42],
    ['TRADE_LABS_IB__ACCOUNT', 'DU7654321', 'ib.account', 'DU7654321'],
    ['TRADE_LABS_INTENSITY__ENABLED', 'no', 'intensity.enabled', false],
    ['TRADE_LABS_SCAN__DENY', 'GME, BRK.B', 'scan.deny', ['GME', 'BRK.B']],
    ['TRADE_LABS_SCAN__DENY', '[GME]', 'scan.deny', ['GME']],
    ['TRADE_LABS_EXITS__BREAK_EVEN__AT_R', '1.5', 'exits.breakEven.atR', 1.5],
    ['TRADE_LABS_SIZING__STOP', '{kind: percent, fraction: 0.04}', 'sizing.stop.fraction', 0.04],
    ['TRADE_LABS_COSTS__COMMISSION', 'none', 'costs.commission', 'none'],
    ['TRADE_LABS_STRATEGY__PARAMS__FAST_LENGTH', '21', 'strategy.params.fastLength', 21],
  ])('of %s=%s is that of %s', async (name, text, path, value) => {
    const { config } = await load({ env: { [name]: text } });
    const found = path
      .split('.')
      .reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], config);
    expect(found).toEqual(value);
  });

  it('in JSON is read like YAML', async () => {
    const { config } = await load({ yaml: '{"risk": {"maxPositions": 7}}' });
    expect(config.risk.maxPositions).toBe(7);
  });

  it('cannot be changed afterwards, however deep', async () => {
    const { config } = await load({});
    expect(Object.isFrozen(config.schedule[0])).toBe(true);
    expect(() => {
      (config.data.synthetic as { seed: number }).seed = 2;
    }).toThrow(TypeError);
  });
});

describe('the fingerprint', () => {
  it('is that of the values, wherever they come from and however they are written', async () => {
    const { hash } = await load({});
    const same = await load({ yaml: '# a word\nrisk: {maxPositions: 10}\nmode: "sim"\n' });
    expect(same.hash).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with every value and with no secret or switch', async () => {
    const { hash } = await load({});
    expect((await load({ env: { TRADE_LABS_RISK__MAX_POSITIONS: '9' } })).hash).not.toBe(hash);
    const dressed = { TELEGRAM_BOT_TOKEN: 'x', TRADE_LABS_ARMED: '1', TRADE_LABS_DRY_RUN: 'true' };
    expect((await load({ env: dressed })).hash).toBe(hash);
  });
});

describe('switches and secrets', () => {
  it('come from the environment or .env', async () => {
    const { switches } = await load({
      dotenv: 'export TRADE_LABS_KILL_SWITCH="yes" # for now\nTRADE_LABS_ARMED=1\n',
      env: { TRADE_LABS_ARMED: '0', TRADE_LABS_LIVE_ACK: 'U1:abc' },
    });
    expect(switches).toEqual({
      armed: false,
      dryRun: false,
      killSwitch: true,
      liveAck: 'U1:abc',
    });
  });

  it('may stand in a file of their own', async () => {
    await inHome({}, async (source) => {
      const file = join(source.home, 'token');
      writeFileSync(file, 'hush\n');
      const env = { TELEGRAM_BOT_TOKEN_FILE: file };
      const { secrets } = await loadConfig({ ...source, env });
      expect(secrets.TELEGRAM_BOT_TOKEN?.reveal()).toBe('hush');
    });
  });

  it('never print a secret, by any way of printing', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{12,40}$/), (text) => {
        const secret = new Secret(text);
        const printed = [`${String(secret)}`, JSON.stringify({ secret }), inspect({ secret })];
        for (const line of printed) {
          expect(line).toContain('[redacted]');
          expect(line).not.toContain(text);
        }
      }),
    );
  });

  it('never show a value of .env in a problem of its line', async () => {
    const hush = 'hush-hush-hush';
    const { details } = await failure(
      load({ dotenv: `TOKEN="${hush}\n${hush}\nA=1\nA=${hush}\n` }),
    );
    expect(details).toHaveLength(3);
    expect(details.join('\n')).not.toContain(hush);
  });
});

describe('a file that cannot be a configuration', () => {
  it('is missing by name, or with its home', async () => {
    await inHome({}, async (source) => {
      const gone = await failure(
        loadConfig({ ...source, configFile: join(source.home, 'x.yaml') }),
      );
      expect([gone.code, gone.exit]).toEqual(['CONFIG_MISSING', 78]);
      const nowhere = await failure(loadConfig({ ...source, home: join(source.home, 'nowhere') }));
      expect(nowhere.code).toBe('CONFIG_MISSING');
      const file = join(source.home, 'file');
      writeFileSync(file, '');
      const noFolder = await failure(loadConfig({ ...source, home: file }));
      expect([noFolder.code, noFolder.message]).toEqual([
        'CONFIG_MISSING',
        `the home ${file} is not a folder`,
      ]);
    });
  });

  it('is a folder, or far too large', async () => {
    await inHome({}, async (source) => {
      const folder = join(source.home, 'folder.yaml');
      mkdirSync(folder);
      const asFolder = await failure(loadConfig({ ...source, configFile: folder }));
      expect(asFolder.details).toEqual([expect.stringContaining('folder.yaml:1:1')]);
      const large = join(source.home, 'large.yaml');
      writeFileSync(large, '');
      truncateSync(large, 1_000_000_000);
      const asLarge = await failure(loadConfig({ ...source, configFile: large }));
      expect(asLarge.details).toEqual([expect.stringContaining('is above 1 MiB')]);
    });
  });

  it('is refused with CONFIG_INVALID whatever its bytes are, or accepted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async (yaml) => {
        const outcome = await load({ yaml }).then(
          () => 'accepted',
          (error: unknown) => (error instanceof Failure ? error.code : error),
        );
        expect(['accepted', 'CONFIG_INVALID']).toContain(outcome);
      }),
      { numRuns: 60 },
    );
  });
});
