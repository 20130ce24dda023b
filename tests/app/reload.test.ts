import { describe, expect, it } from 'vitest';
import { assertReloadable } from '../../src/app/reload.ts';
import { NO_ENVIRONMENT } from '../../src/config/environment.ts';
import { liveAckOf } from '../../src/config/limits-hash.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';

type Values = Record<string, unknown>;

function loaded(values: Values, ack?: string): LoadedConfig {
  return {
    config: configSchema.parse(values),
    file: undefined,
    origins: new Map(),
    rowOrigins: new Map(),
    hash: '0'.repeat(64),
    switches: { ...NO_ENVIRONMENT.switches, liveAck: ack },
    secrets: NO_ENVIRONMENT.secrets,
    warnings: [],
  };
}

const LIVE = {
  mode: 'live',
  broker: 'ib',
  ib: { account: 'U1234567' },
  approval: { mode: 'two-person' },
};
const live = (more: Values = {}, ack?: string) => loaded({ ...LIVE, ...more }, ack);

describe('a configuration that a running process reads again', () => {
  it('is refused where it changes what the process is built on', () => {
    expect(() => assertReloadable(loaded({}), loaded({}), ['ib.port'])).toThrow('ib.port');
    expect(() => assertReloadable(loaded({}), loaded({}), ['risk.maxPositions'])).not.toThrow();
  });

  it('is refused on a line where it changes what prices were opened with, and taken in simulation', () => {
    const keys = ['scan.universe', 'scan.rule', 'entry.maxQuoteAgeMs'];
    const check = (values: Values) => () => assertReloadable(loaded(values), loaded(values), keys);
    const paper = { mode: 'paper', broker: 'ib', ib: { account: 'DU1234567' } };
    expect(check(paper)).toThrow(`${keys.join(', ')} cannot change while it runs`);
    expect(check({})).not.toThrow();
  });

  it('is refused in live where it loosens a limit, until that is acknowledged', () => {
    const looser = { risk: { maxPositions: 11 }, breakers: { slippageFraction: 0 } };
    const refusal = 'breakers.slippageFraction, risk.maxPositions would allow more than before';
    expect(() => assertReloadable(live(), live(looser), [])).toThrow(refusal);
    const old = liveAckOf(live().config).ack;
    expect(() => assertReloadable(live(), live(looser, old), [])).toThrow(refusal);
    const { ack } = liveAckOf(live(looser).config);
    expect(() => assertReloadable(live(), live(looser, ack), [])).not.toThrow();
  });

  it('is refused in live where it adds to positions, or enters earlier in a session', () => {
    const early = live({ entry: { noEntryFirstMinutes: 5 } });
    expect(() => assertReloadable(early, live(), [])).toThrow('entry.noEntryFirstMinutes');
    const adding = live({ entry: { scaleIn: { maxAdds: 1 } } });
    expect(() => assertReloadable(live(), adding, [])).toThrow('entry.scaleIn');
    const more = live({ entry: { scaleIn: { maxAdds: 2 } } });
    expect(() => assertReloadable(adding, more, [])).toThrow('entry.scaleIn');
    expect(() => assertReloadable(adding, live(), [])).not.toThrow();
    expect(() => assertReloadable(live(), early, [])).not.toThrow();
  });

  it('is taken in live where it only holds more back', () => {
    expect(() => assertReloadable(live(), live({ risk: { maxPositions: 9 } }), [])).not.toThrow();
    expect(() => assertReloadable(live(), live({ logs: { keepDays: 3 } }), [])).not.toThrow();
  });

  it('may loosen limits in simulation', () => {
    const looser = loaded({ risk: { maxPositions: 11 } });
    expect(() => assertReloadable(loaded({}), looser, ['risk.maxPositions'])).not.toThrow();
  });
});

describe('limits by their key', () => {
  const limits = (values: Values = {}) => liveAckOf(configSchema.parse(values)).limits;

  it('hold everything that says how much may be lost, and nothing that does not', () => {
    const keys = [...limits().keys()];
    for (const section of ['risk', 'breakers', 'sizing', 'intensity', 'approval', 'capital']) {
      expect(keys.some((key) => key.startsWith(`${section}.`))).toBe(true);
    }
    expect(keys).not.toContain('logs.keepDays');
    const { risk } = configSchema.parse({});
    for (const key of Object.keys(risk)) expect(keys).toContain(`risk.${key}`);
  });

  it('come in the same order however they were written', () => {
    const one = liveAckOf(configSchema.parse({ risk: { maxPositions: 3, maxOrdersPerDay: 9 } }));
    const other = liveAckOf(configSchema.parse({ risk: { maxOrdersPerDay: 9, maxPositions: 3 } }));
    expect(one.ack).toBe(other.ack);
  });
});
