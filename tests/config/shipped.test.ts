import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseTrigger, triggerInstants } from '../../src/calendar/trigger.ts';
import { parseEnvText } from '../../src/config/env-file.ts';
import {
  allKeys,
  meaningOf,
  pathOfVariable,
  schemaText,
  variableOf,
} from '../../src/config/keys.ts';
import { loadConfig } from '../../src/config/load.ts';
import { assertExists } from '../../src/domain/result.ts';
import { epochMs, type Session, sessionDate } from '../../src/domain/time.ts';
import { load } from './homes.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const shippedYaml = read('config', 'trade-labs.yaml');

describe('the shipped configuration', () => {
  it('is exactly the defaults', async () => {
    const shipped = await load({ yaml: shippedYaml });
    const defaults = await load({});
    expect(shipped.config).toEqual(defaults.config);
    expect(shipped.hash).toBe(defaults.hash);
    expect(parse(shippedYaml)).toEqual(defaults.config);
  });

  it('names its schema in the first line and mentions every key', () => {
    expect(shippedYaml.split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./trade-labs.schema.json',
    );
    for (const key of allKeys()) {
      const name = key.split(/[.[\]]+/).at(-1) as string;
      expect(shippedYaml, key).toMatch(new RegExp(`\\b${name}:`));
    }
  });

  it('shows beside each slot the cron text that fires at the same instants', () => {
    // Thursday 2026-03-05, 09:30 to 16:00 in New York (UTC-5).
    const session: Session = {
      date: sessionDate('2026-03-05'),
      openAt: epochMs(Date.UTC(2026, 2, 5, 14, 30)),
      closeAt: epochMs(Date.UTC(2026, 2, 5, 21, 0)),
      earlyClose: false,
    };
    const instants = (text: string) => {
      const trigger = parseTrigger(text);
      if (!trigger.ok) throw new Error(trigger.error);
      return triggerInstants(trigger.value, session);
    };
    const rows = [...shippedYaml.matchAll(/at: "?([^",}]+?)"?(?:,| \}).*# cron: (.*)$/gm)];
    expect(rows).toHaveLength(8);
    for (const [, at, cron] of rows) {
      expect(instants(assertExists(at, 'a time'))).toEqual(
        instants(assertExists(cron, 'cron text')),
      );
      expect(instants(assertExists(at, 'a time'))).toHaveLength(1);
    }
  });

  it('stays valid when every commented alternative is put in force', async () => {
    const optional = shippedYaml
      .replace(/^( +)# (\w+: .*)$/gm, '$1$2')
      .replace('  name: momentum', '  ');
    const { config } = await load({ yaml: optional });
    expect(config).toMatchObject({
      capital: { maxUsd: 50_000 },
      scan: { universe: 'config/universe.txt' },
      strategy: { file: 'strategies/mine.mjs' },
      exits: { target: { kind: 'r', multiple: 2 }, breakEven: { atR: 1 } },
      costs: { participationFraction: 0.05 },
    });
  });

  it('comes with the schema that the program would write today', () => {
    expect(read('config', 'trade-labs.schema.json')).toBe(schemaText());
  });
});

describe('the shipped .env.example', () => {
  it('sets nothing as it stands, and is right when its lines are put in force', async () => {
    const example = read('.env.example');
    expect(parseEnvText(example)).toEqual({ entries: new Map(), problems: [] });
    const inForce = example.replace(/^#([A-Z_]+=)/gm, '$1');
    const { switches } = await load({ dotenv: inForce });
    expect(switches).toMatchObject({ armed: false, dryRun: true, killSwitch: true });
  });
});

describe('every key', () => {
  it.each(allKeys())('%s says what it means, takes and is by default', (key) => {
    const meaning = assertExists(meaningOf(key), `a meaning of ${key}`);
    expect(meaning.description).toMatch(/^[A-Z"].{7,}[^.]$/);
    expect(meaning.takes).not.toContain('any value');
    expect(/(Fraction|fraction)$/.test(key), key).toBe(
      meaning.unit === 'fraction' && !['intensity.floor', 'intensity.deadBand'].includes(key),
    );
    if (key.endsWith('Usd')) expect(meaning.unit).toBe('USD');
    if (key.endsWith('Bps')) expect(meaning.unit).toBe('basis points');
    if (key.endsWith('Ms')) expect(meaning.unit).toBe('ms');
    if (/Sessions/.test(key)) expect(meaning.unit).toBe('sessions');
  });

  it.each(allKeys().filter((key) => !key.includes('[]')))('%s has a variable of its own', (key) => {
    expect(pathOfVariable(variableOf(key))?.join('.')).toBe(key);
  });
});

describe('the home of this repository', () => {
  it('is a valid home', async () => {
    const { file } = await loadConfig({ home: root, cwd: root, env: {} });
    expect(file).toBe(join(root, 'config', 'trade-labs.yaml'));
  });
});
