import { describe, expect, it } from 'vitest';
import { configReader } from '../../src/config/load.ts';
import { failureIn, inHome, load } from './homes.ts';

const topOf = (schedule: readonly { readonly name: string }[], name: string): unknown =>
  schedule.find((row) => row.name === name);

describe('a flag for a slot', () => {
  it('sets the key of the row of that name, in the default schedule too', async () => {
    const { config } = await load({ flags: { 'schedule.scan-midday.top': '7' } });
    expect(topOf(config.schedule, 'scan-midday')).toMatchObject({ top: 7, at: '12:00' });
    expect(topOf(config.schedule, 'scan-open')).toMatchObject({ top: 5 });
    const yaml = 'schedule:\n  - { name: only, job: scan, at: "10:00", top: 2 }\n';
    const own = await load({ yaml, flags: { 'schedule.only.at': 'open+5m' } });
    expect(own.config.schedule).toEqual([{ name: 'only', job: 'scan', at: 'open+5m', top: 2 }]);
  });

  it.each([
    [{ 'schedule.scan-opne.top': '3' }, /no slot "scan-opne".*Did you mean scan-open\?/],
    [{ 'schedule.scan-open.top': '0' }, /schedule\[1\]\.top.*0 must be at least 1/],
    [{ 'schedule.scan-open.tops': '3' }, /unknown key\. Did you mean top\?/],
  ])('%o is refused with its reason', async (flags, reason) => {
    const { code, details } = await failureIn({ flags });
    expect(code).toBe('CONFIG_INVALID');
    expect(details.join('\n')).toMatch(reason);
  });
});

describe('a flag', () => {
  it.each([
    [{ 'risk.perTradeFraction': '0.01' }, /unknown key\. Did you mean sizing\.perTradeFraction\?/],
    [{ 'mode.x': '1' }, /mode has no keys below it/],
    [{ '__proto__.polluted': '1' }, /is not a key such as/],
    [{ 'constructor.x': '1' }, /unknown key/],
    [{ 'risk..maxPositions': '1' }, /is not a key such as/],
    [{ '': '1' }, /is not a key such as/],
    [{ 'exits.trail': '{kind: atr' }, /is not a list or map/],
  ])('%o is refused with its reason, and changes nothing else', async (flags, reason) => {
    const { code, details } = await failureIn({ yaml: 'mode: sim\n', flags });
    expect(code).toBe('CONFIG_INVALID');
    expect(details.join('\n')).toMatch(reason);
    expect(details.join('\n')).toMatch(/^flag /);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('takes a map, and parameters of a strategy at any depth', async () => {
    const { config } = await load({
      flags: {
        'exits.trail': '{kind: percent, fraction: 0.1}',
        'strategy.params.trend.weight': '2',
      },
    });
    expect(config.exits.trail).toEqual({ kind: 'percent', fraction: 0.1 });
    expect(config.strategy.params).toEqual({ trend: { weight: 2 } });
  });
});

describe('a reader of configurations', () => {
  it('gives for each set of flags what loading with them gives', async () => {
    const yaml = 'risk: { maxPositions: 4 }\n';
    await inHome({ yaml }, async (source) => {
      const read = configReader(source);
      for (const flags of [{}, { 'risk.maxPositions': '6' }, { 'sizing.stop.multiple': '2' }]) {
        const { config, hash } = await load({ yaml, flags });
        expect(read(flags)).toMatchObject({ config, hash });
      }
      expect(read({}).config.risk.maxPositions).toBe(4);
    });
  });
});
