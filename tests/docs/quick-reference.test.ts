import { describe, expect, it } from 'vitest';
import { newYorkTime, sessionOf } from '../../src/calendar/nyse.ts';
import { parseTrigger, triggerInstants } from '../../src/calendar/trigger.ts';
import { GLOBAL_FLAGS } from '../../src/cli/globals.ts';
import { COMMANDS, GROUPS } from '../../src/cli/program.ts';
import { NO_ENVIRONMENT, readEnvironment } from '../../src/config/environment.ts';
import { meaningOf, variableOf } from '../../src/config/keys.ts';
import { DEFAULT_SCHEDULE } from '../../src/config/schedule-schema.ts';
import { SECRET_NAMES } from '../../src/config/secrets.ts';
import { EXIT, EXIT_MEANINGS, FAILURES } from '../../src/domain/failure.ts';
import { assertExists } from '../../src/domain/result.ts';
import { type Session, sessionDate } from '../../src/domain/time.ts';
import { inFolder } from '../cli/homes.ts';
import { readText } from '../tidy/source.ts';
import { firstColumn, table, withPrinted } from './page.ts';

const PAGE = 'QUICK_REFERENCE.md';
const FULL_DAY = sessionOn('2026-11-25');
const HALF_DAY = sessionOn('2026-11-27');

/** The defaults that decide how much is risked, when, and how it is left. */
const DEFAULTS = [
  'mode',
  'capital.startingCashUsd',
  'scan.rule',
  'scan.rows',
  'scan.minPriceUsd',
  'scan.minActivityUsd',
  'sizing.perTradeFraction',
  'sizing.maxPositionFraction',
  'sizing.minNotionalUsd',
  'sizing.stop',
  'entry.type',
  'entry.ttlMs',
  'entry.collarFraction',
  'entry.noEntryLastMinutes',
  'exits.trail',
  'exits.target',
  'exits.maxHoldingSessions',
  'risk.maxGrossFraction',
  'risk.maxOpenRiskFraction',
  'risk.maxPositions',
  'risk.maxEntriesPerDay',
  'risk.dailyLossFraction',
  'risk.hardDailyLossFraction',
  'risk.maxDrawdownFraction',
  'risk.cooldownSessionsAfterStop',
  'costs.commission',
  'costs.slippageBps',
];

describe('QUICK_REFERENCE.md', () => {
  it('says what the program knows', async () => {
    const page = withPrinted(PAGE, {
      commands: GROUPS.map(commandsOf)
        .filter((part) => part !== '')
        .join('\n\n'),
      flags: table(
        ['Flag', 'What it does'],
        GLOBAL_FLAGS.map(({ flags, does }) => [`\`${flags}\``, does]),
      ),
      'exit codes': table(
        ['Code', 'Name', 'Meaning'],
        Object.entries(EXIT).map(([name, code]) => [
          String(code),
          name,
          EXIT_MEANINGS[name as keyof typeof EXIT],
        ]),
      ),
      failures: failuresByExit(),
      defaults: table(['Key', 'Default', 'Meaning'], DEFAULTS.map(defaultRow)),
      schedule: table(
        ['Slot', 'Trigger', 'Full day', 'Half day to 13:00', 'Cron text of the full day'],
        DEFAULT_SCHEDULE.map(({ name, at }) => scheduleRow(name, at)),
      ),
    });
    await expect(page).toMatchFileSnapshot(`../../${PAGE}`);
  });

  it('names every variable that is read beside the keys, and no other', async () => {
    const switches = Object.keys(NO_ENVIRONMENT.switches).map(variableOf);
    const named = firstColumn(readText(PAGE), '## Environment');
    const special = ['TRADE_LABS_HOME', 'TRADE_LABS_SECTION__KEY'];
    expect(named.toSorted()).toEqual([...special, ...switches, ...SECRET_NAMES].toSorted());
    await inFolder(async (home) => {
      const set = [...switches, ...SECRET_NAMES, 'TRADE_LABS_HOME'].map((name) => [name, '1']);
      expect(readEnvironment(home, Object.fromEntries(set)).problems).toEqual([]);
    });
  });

  it('gives an example of a variable for a key that sets that key', () => {
    expect(readText(PAGE)).toContain(
      `\`${variableOf('risk.maxPositions')}\` sets \`risk.maxPositions\``,
    );
  });
});

function commandsOf(group: (typeof GROUPS)[number]): string {
  const rows = COMMANDS.filter((entry) => entry.group === group);
  if (rows.length === 0) return '';
  return table(
    [group, 'What it does'],
    rows.map(({ path, summary }) => [`\`${path}\``, summary]),
  );
}

function failuresByExit(): string {
  const codes = [...new Set(Object.values(FAILURES))].sort((a, b) => a - b);
  return table(
    ['Exit', 'Failures'],
    codes.map((exit) => [
      String(exit),
      Object.entries(FAILURES)
        .filter(([, code]) => code === exit)
        .map(([name]) => `\`${name}\``)
        .join(', '),
    ]),
  );
}

function defaultRow(key: string): string[] {
  const { description, unit, default: value } = assertExists(meaningOf(key), key);
  const shown = value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
  const text = shown.replace(/[{}"]/g, '').replaceAll(':', ': ').replaceAll(',', ', ');
  const measure = unit === null || unit === 'fraction' ? '' : `, ${unit}`;
  return [`\`${key}\``, text, `${description}${measure}`];
}

/** A row of the default schedule, with the cron text that fires at the same instant of a full day. */
function scheduleRow(name: string, at: string): string[] {
  const [full = ''] = timesOf(at, FULL_DAY);
  const [half = ''] = timesOf(at, HALF_DAY);
  const [hour, minute] = full.split(':').map(Number);
  const cron = `${minute} ${hour} * * 1-5`;
  expect(timesOf(cron, FULL_DAY)).toEqual([full]);
  return [name, `\`${at}\``, full, half, `\`${cron}\``];
}

function timesOf(at: string, session: Session): string[] {
  const trigger = parseTrigger(at);
  if (!trigger.ok) throw new Error(trigger.error);
  return triggerInstants(trigger.value, session).map((instant) => newYorkTime(instant).slice(0, 5));
}

function sessionOn(date: string): Session {
  return assertExists(sessionOf(sessionDate(date)), date);
}
