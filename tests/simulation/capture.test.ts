import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { type Capture, type CaptureRequest, captureData } from '../../src/app/capture-data.ts';
import { openSource } from '../../src/app/compose.ts';
import { keptBarsOf } from '../../src/app/kept-bars.ts';
import { compareParity } from '../../src/app/parity.ts';
import { playSession } from '../../src/app/play-session.ts';
import { seenOf } from '../../src/bars/seen.ts';
import { lowerBound, type Symbol, sliceColumns } from '../../src/domain/market.ts';
import { assertExists } from '../../src/domain/result.ts';
import { DAY_MS, epochMs, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';
import { symbolInputs } from '../../src/reporting/parity-inputs.ts';
import { run } from '../cli/fake-world.ts';
import { sessionOn, snapshotOf } from '../pipeline/builders.ts';
import { type DeskHome, FakeTime, inHome } from './daemon-world.ts';

const DAY = '2026-03-05';
const HOME = `data: { synthetic: { seed: 1, symbols: 12 } }
schedule:
  - { name: scan-open,   job: scan, at: "09:30", top: 5 }
  - { name: scan-midday, job: scan, at: "12:00", top: 3 }
`;

const captured = async (home: DeskHome, changes: Partial<CaptureRequest> = {}): Promise<Capture> =>
  captureData({
    home: home.dir,
    loaded: await home.config(),
    now: epochMs(Date.UTC(2026, 2, 7)),
    from: sessionDate(DAY),
    to: sessionDate(DAY),
    everyMs: 60 * MINUTE_MS,
    ...changes,
  });

const cli = (home: DeskHome, ...argv: string[]) =>
  run([...argv, '--home', home.dir], { cwd: home.dir });

describe('a captured session', () => {
  it('shows every decision the bars that its source showed', () =>
    inHome(HOME, async (home) => {
      const { dir } = await captured(home);
      const own = openSource({ home: home.dir, loaded: await home.config() });
      const copy = barFolderSource(openBarFolder(dir));
      for (const minutes of [0, 1, 150]) {
        const [a, b] = [await snapshotOf(own, DAY, minutes), await snapshotOf(copy, DAY, minutes)];
        const inputs = [...symbolInputs(seenOf(a), seenOf(b)).values()];
        expect(inputs).toHaveLength(12);
        expect(inputs.filter(({ inA, inB, differs }) => !inA || !inB || differs)).toEqual([]);
      }
    }));

  it('tells nothing of what came after it', () =>
    inHome(HOME, async (home) => {
      const { dir } = await captured(home);
      const copy = barFolderSource(openBarFolder(dir));
      await copy.prepare(sessionOn('2026-03-06'), copy.symbols);
      const last = copy.symbols.map((symbol) => copy.daily(symbol).time.at(-1));
      expect(new Set(last)).toEqual(new Set([Date.parse(DAY)]));
      const actions = copy.symbols.flatMap((symbol) => copy.actions(symbol));
      expect(actions.filter(({ exDate }) => exDate > DAY)).toEqual([]);
    }));

  it('has a quote of every symbol at each look, marked as what it is', () =>
    inHome(HOME, async (home) => {
      const { dir, quotes, modelledQuotes } = await captured(home);
      const text = gunzipSync(readFileSync(join(dir, 'quotes', `${DAY}.csv.gz`))).toString();
      const [head, ...lines] = text.trimEnd().split('\n');
      expect(head).toBe('time,symbol,bid,ask,last,quoted_at,kind');
      // From 10:30 to 15:30, hour by hour.
      expect([lines.length, quotes, modelledQuotes]).toEqual([6 * 12, 6 * 12, true]);
      for (const line of lines) {
        const [, , bid, ask, last, , kind] = line.split(',');
        expect(Number(bid)).toBeLessThan(Number(last));
        expect(Number(ask)).toBeGreaterThan(Number(last));
        expect(kind).toBe('modelled');
      }
    }));

  it('is played by the schedule to the decisions and fills that were traded on its source', () =>
    inHome(HOME, async (home) => {
      const { dir } = await captured(home);
      await home.simulate(DAY, DAY);
      home.configure(
        `${HOME.replace('data: {', `data: { sectors: ${dir}/reference/sectors.csv,`)}`,
      );
      const played = await playSession({
        home: home.dir,
        loaded: await home.config(),
        version: '0',
        session: sessionDate(DAY),
        dataDir: dir,
        speed: 100_000,
        interrupt: new AbortController().signal,
        observer: {},
        onEvents: () => {},
        time: new FakeTime(epochMs(0)),
      });
      const found = await compareParity({
        home: home.dir,
        cwd: home.dir,
        loaded: await home.config(),
        a: DAY,
        b: played.runDir,
        dataDir: dir,
      });
      expect([played.complete, found.equal, found.alike]).toEqual([true, true, true]);
      expect(found.outcomes.length).toBeGreaterThan(0);
    }));

  it('stops between two instants when it is asked to', () =>
    inHome(HOME, async (home) => {
      const { dir } = await captured(home);
      const stop = new AbortController();
      const scans: string[] = [];
      const played = await playSession({
        home: home.dir,
        loaded: await home.config(),
        version: '0',
        session: sessionDate(DAY),
        dataDir: dir,
        speed: 100_000,
        interrupt: stop.signal,
        observer: {
          onScan: (_, slot) => {
            scans.push(slot);
            stop.abort();
          },
        },
        onEvents: () => {},
        time: new FakeTime(epochMs(0)),
      });
      expect([played.complete, scans]).toEqual([false, ['scan-open']]);
      expect(existsSync(join(played.runDir, 'runs.json'))).toBe(true);
    }));
});

describe('a session of a broker', () => {
  /** A home that traded a day and kept the bars of it, as one of mode paper does. */
  async function kept(home: DeskHome): Promise<readonly Symbol[]> {
    await home.simulate(DAY, DAY);
    const source = openSource({ home: home.dir, loaded: await home.config() });
    await source.prepare(sessionOn('2026-03-06'), source.symbols);
    for (const [i, symbol] of source.symbols.entries()) {
      const all = source.daily(symbol);
      const past = lowerBound(all.time, Date.parse(DAY) + (i === 0 ? 0 : DAY_MS));
      keptBarsOf(home.dir).write(symbol, sliceColumns(all, 0, past));
    }
    home.configure('mode: paper\nbroker: sim\n');
    return source.symbols;
  }

  it('is captured from the bars that the home kept of it, and the quotes of its recordings', () =>
    inHome(HOME, async (home) => {
      const symbols = await kept(home);
      const capture = await captured(home);
      expect(capture).toMatchObject({ symbols: 12, intraday: null, lacking: [symbols[0]] });
      const copy = barFolderSource(openBarFolder(capture.dir));
      expect([copy.symbols, copy.adjustment]).toEqual([symbols, 'split']);
      await copy.prepare(sessionOn(DAY), copy.symbols);
      for (const symbol of symbols) {
        expect(copy.daily(symbol)).toEqual(keptBarsOf(home.dir).read(symbol));
      }
      // The recorded scans at the open and at noon, a quote of each symbol in both.
      expect(capture.quotes).toBe(24);
      const quotes = gunzipSync(readFileSync(join(capture.dir, 'quotes', `${DAY}.csv.gz`)));
      const instants = quotes.toString().trimEnd().split('\n').slice(1);
      expect(new Set(instants.map((line) => line.split(',')[0]))).toEqual(
        new Set([`${DAY}T14:30:00.000Z`, `${DAY}T17:00:00.000Z`]),
      );
      const asked = ['data', 'capture', '--from', DAY, '--to', DAY, '--out', 'again'];
      const at = { cwd: home.dir, now: '2026-03-06T14:00:00Z' };
      const { exit, stderr } = await run([...asked, '--home', home.dir], at);
      expect([exit, stderr]).toEqual([
        0,
        expect.stringContaining(`no bar of ${DAY}: ${symbols[0]}`),
      ]);
    }));

  it('leaves out kept bars that are damaged, and says of which symbols', () =>
    inHome(HOME, async (home) => {
      const symbols = await kept(home);
      const folder = join(home.dir, 'data', 'state', 'ib-bars');
      const file = join(folder, assertExists(readdirSync(folder).sort()[3], 'twelve were kept'));
      writeFileSync(file, readFileSync(file).subarray(0, -1));
      const asked = ['data', 'capture', '--from', DAY, '--to', DAY, '--json', '--home', home.dir];
      const { stdout } = await run(asked, { cwd: home.dir, now: '2026-03-06T14:00:00Z' });
      const { data, warnings } = JSON.parse(stdout);
      expect(data.symbols).toBe(11);
      expect(warnings[0]).toMatch(new RegExp(`damaged and left out: ${symbols[3]};`));
    }));

  it('has no quotes of a recording that is damaged, and says so', () =>
    inHome(HOME, async (home) => {
      await kept(home);
      const folder = join(home.dir, 'data', 'recordings', DAY);
      const open = assertExists(
        readdirSync(folder).find((name) => name.includes('scan-open')),
        'the scan at the open is recorded',
      );
      writeFileSync(join(folder, open), 'not what was written');
      const { quotes, warnings } = await captured(home);
      expect(quotes).toBe(12);
      expect(warnings).toEqual([expect.stringMatching(new RegExp(`^no quotes of .*${open}: .`))]);
    }));

  it('is refused where the home kept nothing of it', () =>
    inHome('mode: paper\nbroker: sim\n', async (home) => {
      await expect(captured(home)).rejects.toThrow('no bars of Interactive Brokers are kept');
      expect(existsSync(join(home.dir, 'data', 'captures'))).toBe(false);
    }));
});

describe('trade-labs data capture', () => {
  it('writes only what is asked for, and says what it is', () =>
    inHome(HOME, async (home) => {
      const [first = '', second = ''] = openSource({
        home: home.dir,
        loaded: await home.config(),
      }).symbols;
      const options = ['--from', '2026-03-03', '--to', '2026-03-04', '--every', '60'];
      const asked = ['data', 'capture', ...options, '--symbols', `${second},${first}`];
      const { exit, stdout } = await cli(home, ...asked, '--out', 'mine');
      expect(exit).toBe(0);
      expect(stdout).toContain('Captured 2 sessions of 2 symbols from synthetic market, seed 1');
      // Two symbols, two sessions of 390 minutes; a minute without a trade has no bar.
      expect(stdout).toMatch(/ {2}15[0-9]{2} 1m bars, 24 quotes \(modelled from bars\)/);
      const names = readdirSync(join(home.dir, 'mine')).filter((name) => name.endsWith('.csv'));
      const bars = names.filter((name) => name !== 'actions.csv');
      expect(bars).toEqual([first, second].flatMap((name) => [`${name}_1d.csv`, `${name}_1m.csv`]));
      expect((await cli(home, 'data', 'check', 'mine')).exit).toBe(0);
      expect((await cli(home, ...asked, '--out', 'mine')).exit).toBe(73);
    }));

  it.each([
    [['--from', '2026-03-07', '--to', '2026-03-08'], 'no session from'],
    [['--from', '2040-01-03', '--to', '2040-01-03'], 'outside the NYSE calendar'],
    [['--from', DAY], 'has not closed yet'],
    [['--from', '2026-03-04', '--to', '2026-03-03'], 'is after'],
    [['--from', '2026-03-04', '--symbols', 'NOBODY'], 'no data of NOBODY'],
    [['--from', '2026-03-04', '--every', '0'], '--every takes'],
  ])('refuses %j', (options, message) =>
    inHome(HOME, async (home) => {
      const { exit, stderr } = await cli(home, 'data', 'capture', ...options);
      expect([exit, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(existsSync(join(home.dir, 'data', 'captures'))).toBe(false);
    }),
  );

  it('leaves a folder without meta.json when it is stopped', () =>
    inHome(HOME, async (home) => {
      const stop = new AbortController();
      const capture = await captured(home, {
        from: sessionDate('2026-03-04'),
        interrupt: stop.signal,
        // As a signal is heard: between turns of the event loop.
        onSession: () => setImmediate(() => stop.abort()),
      });
      expect([capture.complete, capture.sessions]).toEqual([false, ['2026-03-04']]);
      expect(existsSync(join(capture.dir, 'meta.json'))).toBe(false);
    }));
});
