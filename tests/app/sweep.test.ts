import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { runBacktest } from '../../src/app/backtest.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { measureSpan, type TrialResult } from '../../src/ledger/trials.ts';
import { sessionSpan } from '../../src/reporting/report.ts';
import { contents } from '../cli/homes.ts';
import { inThisThread, questionOf, refusal, sweepHome, sweeping } from './sweep-world.ts';

let world: ReturnType<typeof sweepHome>;
beforeAll(() => {
  world = sweepHome();
});
afterAll(() => world.remove());

let folders = 0;
/** A folder that no other test sweeps in. */
const folder = (): string => {
  folders += 1;
  return join(world.home, `sweep-${folders}`);
};

/** What of a folder is the answer: not the lock, and not the lines in the order in which trials ended. */
const answer = (dir: string): Map<string, string> =>
  new Map([...contents(dir)].filter(([name]) => !/^data\/|^trials\.jsonl$/.test(name)));

/** A backtest with these settings that shares nothing with any sweep. */
async function backtestAlone(flags: Record<string, string>, from = '', to = '') {
  const loaded = await loadConfig({ home: world.home, cwd: world.home, env: {}, flags });
  return runBacktest({
    home: world.home,
    loaded,
    version: '0.0.0',
    source: barFolderSource(openBarFolder(join(world.home, 'bars'))),
    from: sessionDate(from),
    to: sessionDate(to),
  });
}

describe('a sweep', () => {
  it('ranks every combination by the part that was not set aside', async () => {
    const dir = folder();
    const { report, run, reused } = await sweeping({
      home: world.home,
      dir,
      question: questionOf(world.home),
    });
    expect([run, reused]).toEqual([4, 0]);
    expect(report.split).not.toBeNull();
    const ranked = report.ranking?.trials ?? [];
    expect(ranked.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    const sharpes = ranked.map(({ trial: { result } }) =>
      result.outcome === 'done' ? result.inSample.metrics.sharpe : null,
    );
    expect(sharpes).toEqual(sharpes.toSorted((a, b) => (b ?? 0) - (a ?? 0)));
    for (const { trial } of ranked) {
      if (trial.result.outcome !== 'done') throw new Error('every trial is done');
      const { inSample, outOfSample } = trial.result;
      expect(inSample.sessions + (outOfSample?.sessions ?? 0)).toBe(report.sessions);
      expect(inSample.closed).toBeGreaterThan(0);
    }
    expect(report.ranking?.tried).toBe(4);
  });

  it('gives the same files in one and in several workers', async () => {
    const [one, three] = [folder(), folder()];
    const question = questionOf(world.home, { walkForward: { train: 60, test: 40 } });
    await sweeping({ home: world.home, dir: one, question });
    await sweeping({ home: world.home, dir: three, question, workers: 3 });
    expect([...answer(three)]).toEqual([...answer(one)]);
    expect([...answer(one).keys()]).toContain('walk-forward.csv');
  });

  it('gives the numbers that a backtest by itself gives', async () => {
    const dir = folder();
    const question = questionOf(world.home, { split: 'off' });
    const { report } = await sweeping({ home: world.home, dir, question });
    const flags = { 'strategy.params.bars': '10', 'sizing.stop.multiple': '3' };
    const alone = await backtestAlone(flags, question.from, question.to);
    const last = report.ranking?.trials.find(({ trial }) => trial.number === 4)?.trial;
    expect(last?.values).toEqual(flags);
    const { equity, trades, decisionHash } = alone;
    expect(last?.result).toEqual({
      outcome: 'done',
      haltedOn: null,
      inSample: measureSpan(equity, trades, sessionSpan),
      outOfSample: null,
      decisionHash,
    });
  });

  it('chooses in each window and judges on the sessions after it', async () => {
    const { report } = await sweeping({
      home: world.home,
      dir: folder(),
      question: questionOf(world.home, { walkForward: { train: 60, test: 30 } }),
    });
    const windows = report.windows ?? [];
    expect(windows.length).toBeGreaterThan(1);
    for (const { ranking, chosen, judged, test, train } of windows) {
      expect(ranking.trials[0]?.trial.number).toBe(chosen);
      expect(judged?.outcome === 'done' ? judged.returns?.length : null).toBe(test.length);
      expect(train.to < (test[0] ?? '')).toBe(true);
    }
    const [first] = windows;
    const values = first?.trials.find(({ number }) => number === first.chosen)?.values ?? {};
    const alone = await backtestAlone(values, first?.test[0], first?.test.at(-1));
    expect(first?.judged).toMatchObject({ decisionHash: alone.decisionHash });
    expect(report.joined?.measure.sessions).toBe(report.sessions - 60);
    const growth = windows
      .flatMap(({ judged }) => (judged?.outcome === 'done' ? (judged.returns ?? []) : []))
      .reduce((level, value) => level * (1 + value), 1);
    expect(report.joined?.measure.metrics.totalReturn).toBeCloseTo(growth - 1, 12);
  });
});

describe('a sweep that was stopped', () => {
  it('goes on with what is left, and ends with the files of one that was not', async () => {
    const [whole, stopped] = [folder(), folder()];
    const question = questionOf(world.home, { walkForward: { train: 60, test: 40 } });
    await sweeping({ home: world.home, dir: whole, question });
    const stop = new AbortController();
    let results = 0;
    const first = await sweeping({
      home: world.home,
      dir: stopped,
      question,
      interrupt: stop.signal,
      onProgress: (done) => {
        results = done;
        if (done === 5) stop.abort();
      },
    });
    expect(first.interrupted).toBe(true);
    expect(first.report.warnings.join()).toMatch(/stopped before its end/);
    expect(results).toBe(5);
    const second = await sweeping({ home: world.home, dir: stopped, question: null });
    expect(second).toMatchObject({ interrupted: false, reused: 5 });
    expect([...answer(stopped)]).toEqual([...answer(whole)]);
  });

  it('in the middle of a line runs that trial again, and no other', async () => {
    const dir = folder();
    await sweeping({ home: world.home, dir, question: questionOf(world.home) });
    const before = answer(dir);
    const file = join(dir, 'trials.jsonl');
    truncateSync(file, readFileSync(file).length - 20);
    const again = await sweeping({ home: world.home, dir, question: null });
    expect(again).toMatchObject({ run: 1, reused: 3 });
    expect([...answer(dir)]).toEqual([...before]);
  });

  it('runs a trial again whose line is damaged, and says so', async () => {
    const dir = folder();
    await sweeping({ home: world.home, dir, question: questionOf(world.home) });
    const file = join(dir, 'trials.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"sharpe":', '"sharpe":1'));
    const again = await sweeping({ home: world.home, dir, question: null });
    expect(again).toMatchObject({ run: 1, reused: 3 });
    expect(again.report.warnings.join()).toContain(
      'trials.jsonl has 1 damaged line: what was lost was run again',
    );
  });

  it('is not gone on with over other bars, settings or strategies', async () => {
    const own = sweepHome();
    try {
      const dir = join(own.home, 'sweep');
      await sweeping({ home: own.home, dir, question: questionOf(own.home) });
      const resume = () => refusal(sweeping({ home: own.home, dir, question: null }));
      const config = join(own.home, 'config', 'trade-labs.yaml');
      const text = readFileSync(config, 'utf8');

      writeFileSync(config, `${text}risk: { maxPositions: 3 }\n`);
      expect((await resume()).details.join()).toMatch(/^the configuration, or a file .* changed/);
      writeFileSync(config, text);
      await sweeping({ home: own.home, dir, question: null });

      appendFileSync(join(own.home, 'rising.mjs'), '// other\n');
      expect((await resume()).details.join()).toMatch(/^the configuration, or a file .* changed/);
      writeFileSync(
        join(own.home, 'rising.mjs'),
        readFileSync(join(own.home, 'rising.mjs'), 'utf8').replace('// other\n', ''),
      );

      const other = await refusal(
        sweeping({ home: own.home, dir, question: null, code: 'another program' }),
      );
      expect(other.details.join()).toMatch(/^the program changed/);

      const file = readdirSync(join(own.home, 'bars')).find((name) => name.endsWith('.csv'));
      const bars = join(own.home, 'bars', file ?? '');
      const rows = readFileSync(bars, 'utf8').split('\n');
      writeFileSync(bars, [...rows.slice(0, 50), ...rows.slice(51)].join('\n'));
      const failure = await resume();
      expect(failure.code).toBe('DATA_REFUSED');
      expect(failure.details.join()).toMatch(/^the bars changed/);
    } finally {
      own.remove();
    }
  });

  it('is neither begun again in its folder, nor gone on with where there is none', async () => {
    const dir = folder();
    const question = questionOf(world.home, { grid: ['sizing.stop.multiple=2'] });
    await sweeping({ home: world.home, dir, question });
    expect((await refusal(sweeping({ home: world.home, dir, question }))).hint).toMatch(/--resume/);
    rmSync(join(dir, 'sweep.json'));
    // Results of nobody knows what are not taken for one's own.
    expect((await refusal(sweeping({ home: world.home, dir, question }))).code).toBe(
      'CANNOT_WRITE',
    );
    const none = await refusal(sweeping({ home: world.home, dir: folder(), question: null }));
    expect(none.code).toBe('INPUT_MISSING');
  });
});

describe('a trial', () => {
  it('that contradicts itself is told and not run; the others are', async () => {
    const { report, run } = await sweeping({
      home: world.home,
      dir: folder(),
      question: questionOf(world.home, {
        grid: ['strategy.params.bars=3,30', 'strategy.params.slow=20,60'],
      }),
    });
    expect(run).toBe(3);
    const refused = report.ranking?.trials.at(-1);
    expect(refused?.rank).toBeNull();
    expect(refused?.trial.result).toMatchObject({ outcome: 'refused' });
    expect(report.warnings.join('\n')).toMatch(
      /1 of 4 trials contradict themselves and were not run, the first: .*bars must be below slow/,
    );
    expect(report.ranking?.tried).toBe(3);
  });

  it('whose strategy throws fails by itself, and is not run again', async () => {
    const dir = folder();
    const question = questionOf(world.home, { grid: ['strategy.params.breaks=false,true'] });
    const { report } = await sweeping({ home: world.home, dir, question });
    const failed = report.ranking?.trials.at(-1)?.trial.result as TrialResult;
    expect(failed).toMatchObject({ outcome: 'failed' });
    expect('reason' in failed ? failed.reason : '').toMatch(/told to/);
    expect(report.ranking?.trials[0]).toMatchObject({ rank: 1 });
    expect(await sweeping({ home: world.home, dir, question: null })).toMatchObject({ run: 0 });
  });

  it('that ends in a bug ends the sweep, and what was done is kept', async () => {
    const dir = folder();
    const question = questionOf(world.home);
    let runs = 0;
    await expect(
      sweeping({
        home: world.home,
        dir,
        question,
        openRunner: (setting) => {
          const runner = inThisThread(setting);
          return {
            ...runner,
            run: (task) => {
              runs += 1;
              if (runs === 3) throw new Error('a bug');
              return runner.run(task);
            },
          };
        },
      }),
    ).rejects.toThrow('a bug');
    const again = await sweeping({ home: world.home, dir, question: null });
    expect(again).toMatchObject({ run: 2, reused: 2 });
  });
});
