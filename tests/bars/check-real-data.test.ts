import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBarFolder } from '../../src/app/check-bars.ts';
import { utcMsToDate } from '../../src/domain/time.ts';

const data = process.env.TRADE_LABS_TEST_DATA;

describe.skipIf(!data)('checking five years of 443 stocks', () => {
  const dir = join(data ?? '', 'bars_daily');
  const known = () =>
    readFileSync(join(data ?? '', 'bars_daily_anomalies.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([symbol, date, type = '']) => ({ key: `${symbol} ${date}`, type }));
  const keysOf = (...types: readonly string[]) =>
    known()
      .filter(({ type }) => types.includes(type))
      .map(({ key }) => key)
      .sort();

  it('finds exactly the known inconsistent rows and missing sessions', async () => {
    const { files, refused } = await checkBarFolder(dir);
    const bad = files.flatMap(({ symbol, badRows }) =>
      badRows.map(({ time }) => `${symbol} ${utcMsToDate(time ?? 0)}`),
    );
    const missing = files.flatMap(({ symbol, missingSessions }) =>
      missingSessions.map((date) => `${symbol} ${date}`),
    );
    expect(refused).toEqual([]);
    expect(files).toHaveLength(443);
    expect(bad.sort()).toEqual(keysOf('ohlc_inconsistent_kept'));
    expect(missing.sort()).toEqual(keysOf('missing_session_in_source', 'null_field_row_dropped'));
  });

  it('finds no row off the calendar, no duplicate and no bar without volume', async () => {
    const { files } = await checkBarFolder(dir);
    const reasons = new Set(files.flatMap(({ badRows }) => badRows.map(({ reason }) => reason)));
    expect([...reasons].sort()).toEqual(['close_outside_range', 'open_outside_range']);
    expect(files.flatMap(({ zeroVolumes }) => zeroVolumes)).toEqual([]);
  });
});

describe.skipIf(!data)('checking real intraday bars', () => {
  const shortOf = async (folder: string) => {
    const { files } = await checkBarFolder(join(data ?? '', 'bars_intraday', folder));
    expect(files.flatMap(({ badRows }) => badRows)).toEqual([]);
    return files.flatMap(({ symbol, shortSessions }) =>
      shortSessions.map(({ session, bars, expected }) => [symbol, session, bars, expected]),
    );
  };

  it('finds half days whole and the two bars that COST lacks', async () => {
    const short = await shortOf('polygon_2023_2025');
    expect(short.map(([symbol, , bars]) => [symbol, bars])).toEqual([
      ['COST', 77],
      ['COST', 77],
    ]);
  });

  it('finds the one partial day of nine symbols', async () => {
    const short = await shortOf('tda_2022_2023');
    expect(new Set(short.map(([, session]) => session))).toEqual(new Set(['2022-11-23']));
    expect(short).toHaveLength(9);
  });
});

describe.skipIf(!data)('checking the VIX from 1990', () => {
  it('finds its 47 inconsistent rows and 33 days on which the NYSE was closed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'vix-'));
    try {
      copyFileSync(join(data ?? '', 'samples', 'VIX_1d_cboe_pddl.csv'), join(dir, 'VIX_1d.csv'));
      const { files } = await checkBarFolder(dir);
      const reasons = files.flatMap(({ badRows }) => badRows.map(({ reason }) => reason));
      expect(reasons.filter((reason) => reason === 'off_calendar')).toHaveLength(33);
      expect(reasons.filter((reason) => reason !== 'off_calendar')).toHaveLength(47);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
