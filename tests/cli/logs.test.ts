import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../src/adapters/system/pino-log.ts';
import { followLogs } from '../../src/app/show-logs.ts';
import { handClock, MAIN, newHome } from '../adapters/log-home.ts';
import { run } from './fake-world.ts';

const RUN = '2026-03-05-143000Z-scan-open';

/** A home in which a daemon wrote for two days. */
async function homeWithLogs() {
  const home = newHome();
  const clock = handClock('2026-03-04T21:00:00.000Z');
  const log = await openLog({ home, level: 'debug', keepDays: 9, clock, secrets: [] });
  log.write('info', 'yesterday', { module: 'engine' });
  clock.set('2026-03-05T14:30:00.123Z');
  const ofRun = log.child({ module: 'pipeline', runId: RUN });
  ofRun.write('info', 'scan begins', { slot: 'scan open' });
  ofRun.write('debug', 'quote', { symbol: 'AAPL', ageMs: 12 });
  clock.set('2026-03-05T14:30:01.000Z');
  ofRun.write('warn', 'order waits', { orderRef: '2026-03-05/scan-open/AAPL/entry/1' });
  clock.set('2026-03-05T14:31:00.000Z');
  const cause = new Error('socket closed');
  log.failure('lost the broker', new TypeError('no \u001b[31manswer', { cause }), { requestId: 7 });
  return { home, clock, log };
}

const logs = (home: string, ...words: string[]) => run(['logs', '--home', home, ...words]);

async function messages(home: string, ...words: string[]): Promise<string[]> {
  const { stdout } = await logs(home, '--json', ...words);
  const { data } = JSON.parse(stdout) as { data: { lines: { msg: string }[] } };
  return data.lines.map(({ msg }) => msg);
}

describe('trade-labs logs', () => {
  it('shows lines of all files in the time of New York, errors below their line', async () => {
    const { home } = await homeWithLogs();
    const { exit, stdout } = await logs(home);
    expect(exit).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '2026-03-04 16:00:00.000  INFO   engine: yesterday',
      `2026-03-05 09:30:00.123  INFO   pipeline: scan begins  runId=${RUN}  slot="scan open"`,
      `2026-03-05 09:30:00.123  DEBUG  pipeline: quote  runId=${RUN}  symbol=AAPL  ageMs=12`,
      `2026-03-05 09:30:01.000  WARN   pipeline: order waits  runId=${RUN}  orderRef=2026-03-05/scan-open/AAPL/entry/1`,
      '2026-03-05 09:31:00.000  ERROR  lost the broker  requestId=7',
      '    TypeError: no \\x1b[31manswer',
      '    Error: socket closed',
      '',
    ]);
    expect((await logs(home, '-v')).stdout).toMatch(/ {4}.* at .*logs\.test\.ts/);
  });

  it('shows each line once though two files have it, also where a file is gone', async () => {
    const { home } = await homeWithLogs();
    expect(await messages(home, '--run', RUN)).toEqual(['scan begins', 'quote', 'order waits']);
    writeFileSync(join(home, MAIN), '');
    expect(await messages(home)).toEqual(['yesterday', 'scan begins', 'quote', 'order waits']);
  });

  it('shows two lines that are alike as two', async () => {
    const { home, log } = await homeWithLogs();
    const ofRun = log.child({ runId: 'r2' });
    for (let i = 0; i < 3; i += 1) ofRun.write('info', 'again');
    expect(await messages(home, '--run', 'r2')).toEqual(['again', 'again', 'again']);
  });

  it.each([
    [
      ['--level', 'warn'],
      ['order waits', 'lost the broker'],
    ],
    [
      ['--symbol', 'AAPL'],
      ['quote', 'order waits'],
    ],
    [['--symbol', 'APL'], []],
    [
      ['--last', '2'],
      ['order waits', 'lost the broker'],
    ],
    [['--run', RUN, '--level', 'info', '--last', '1'], ['order waits']],
  ] as const)('with %j shows %j', async (words, shown) => {
    const { home } = await homeWithLogs();
    expect(await messages(home, ...words)).toEqual(shown);
  });

  it('leaves out lines that are none, and says how many', async () => {
    const { home } = await homeWithLogs();
    appendFileSync(join(home, MAIN), '{"level":"info","time":"20\nnull\n{}\n');
    const { stdout, stderr } = await logs(home, '--last', '1');
    expect(stdout).toContain('lost the broker');
    expect(stderr).toContain('trade-labs.log: 3 lines are not log lines');
  });

  it('says what writes a log where there is none, and when only nothing matches', async () => {
    const empty = await logs(newHome());
    expect(empty).toMatchObject({ exit: 0 });
    expect(empty.stdout).toContain('the daemon, pipeline and demo write it');
    const { home } = await homeWithLogs();
    expect((await logs(home, '--run', 'x')).stdout).toBe('No lines match.\n');
  });

  it('refuses an unknown level, and a JSON document without end', async () => {
    const { home } = await homeWithLogs();
    expect((await logs(home, '--level', 'loud')).stderr).toContain('debug, info, warn, error');
    const endless = await logs(home, '-f', '--json');
    expect(endless.exit).toBe(2);
    expect(endless.stdout).toContain('tail -F');
  });
});

describe('following the log', () => {
  it('goes on with each line as it comes, in the next file too, until it is stopped', async () => {
    const { home, clock, log } = await homeWithLogs();
    const stop = new AbortController();
    const lines = followLogs(home, { last: 1 }, stop.signal);
    const next = async () => {
      const { value } = await lines.next();
      return value === undefined ? undefined : value.message;
    };
    expect(await next()).toBe('lost the broker');
    log.write('info', 'one');
    log.write('info', 'two');
    expect([await next(), await next()]).toEqual(['one', 'two']);
    log.write('info', 'last of the day');
    clock.set('2026-03-06T01:00:00.000Z');
    log.write('info', 'first of the next');
    expect([await next(), await next()]).toEqual(['last of the day', 'first of the next']);
    stop.abort();
    expect(await lines.next()).toEqual({ done: true, value: undefined });
  });

  it('begins with a log that is yet to be made', async () => {
    const home = newHome();
    const stop = new AbortController();
    const lines = followLogs(home, { last: 5, level: 'warn' }, stop.signal);
    const first = lines.next();
    const clock = handClock('2026-03-05T14:30:00.000Z');
    const log = await openLog({ home, level: 'info', keepDays: 9, clock, secrets: [] });
    log.write('info', 'quiet');
    log.write('warn', 'loud');
    expect((await first).value).toMatchObject({ level: 'warn', message: 'loud' });
    stop.abort();
    await lines.return(undefined);
  });

  it('ends in order with Ctrl-C', async () => {
    const { home } = await homeWithLogs();
    const interrupt = new AbortController();
    const ended = run(['logs', '-f', '--last', '1', '--home', home], {
      interrupt: interrupt.signal,
    });
    interrupt.abort();
    expect(await ended).toEqual({
      exit: 0,
      stdout: expect.stringContaining('lost the broker') as string,
      stderr: '',
    });
  });
});
