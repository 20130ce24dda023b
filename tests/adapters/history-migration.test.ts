import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/adapters/file/file-history.ts';
import { backupFolder, listBackups } from '../../src/adapters/file/history-backup.ts';
import { backupBeforeMigration } from '../../src/adapters/file/history-migration.ts';
import { consecutive, type Migration, upgradeLine } from '../../src/events/migrations.ts';
import { fixedClock, HOME, SceneFold, tradeOpened } from '../history-scenes.ts';

const root = mkdtempSync(join(tmpdir(), 'history-migration-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Two steps that a journal might take: a member gets another name, then a unit. */
const MIGRATIONS: readonly Migration[] = [
  {
    to: 2,
    name: 'price becomes fill',
    migrate: ({ price, ...line }) => ({ ...line, fill: price }),
  },
  {
    to: 3,
    name: 'fill is in cents',
    migrate: (line) => ({ ...line, fill: Number(line.fill) * 100 }),
  },
];

describe('migrations', () => {
  it('bring a line of any earlier version to the current one, step by step', () => {
    const newest = { v: 3, fill: 1250 };
    expect(upgradeLine({ v: 1, price: 12.5 }, MIGRATIONS)).toEqual({ ok: true, value: newest });
    expect(upgradeLine({ v: 2, fill: 12.5 }, MIGRATIONS)).toEqual({ ok: true, value: newest });
    expect(upgradeLine(newest, MIGRATIONS)).toEqual({ ok: true, value: newest });
  });

  it('refuse a line that is newer than they are, or has no version', () => {
    expect(upgradeLine({ v: 4 }, MIGRATIONS)).toEqual({ ok: false, error: 'too_new' });
    for (const line of [{}, { v: 0 }, { v: '1' }, { v: 1.5 }]) {
      expect(upgradeLine(line, MIGRATIONS)).toEqual({ ok: false, error: 'no_version' });
    }
  });

  it('must lead from version to version without a gap, up to the current one', () => {
    const [first, second] = MIGRATIONS as [Migration, Migration];
    expect(consecutive(MIGRATIONS, 3)).toBe(MIGRATIONS);
    expect(() => consecutive([second], 2)).toThrow('leads to version 2');
    expect(() => consecutive([second, first], 3)).toThrow('leads to version 2');
    expect(() => consecutive(MIGRATIONS, 4)).toThrow('needs 3 migrations');
  });
});

describe('the first start of a newer version', () => {
  it('backs the history up before anything is written, and later ones do not', async () => {
    const options = { home: join(root, 'home'), ...HOME, clock: fixedClock() };
    const fold = new SceneFold();
    const history = await openHistory({ ...options, fold, newFold: () => new SceneFold() });
    await history.append([tradeOpened(1)]);
    await history.close();
    expect(await backupBeforeMigration(options, 1)).toBeNull();
    const backup = await backupBeforeMigration(options, 2);
    expect(backup?.manifest.head).toEqual(history.head);
    expect(listBackups(backupFolder(options.home))).toHaveLength(1);
    expect(await backupBeforeMigration({ ...options, home: join(root, 'empty') }, 2)).toBeNull();
  });
});
