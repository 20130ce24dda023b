import { chmodSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogWriter } from '../../src/adapters/system/log-writer.ts';
import { openLog } from '../../src/adapters/system/pino-log.ts';
import { Failure } from '../../src/domain/failure.ts';
import { handClock, linesIn, MAIN, namesIn, newHome, PIPELINE, textIn } from './log-home.ts';

const NOON = '2026-03-05T17:00:00.000Z';

async function newLog(options: Partial<Parameters<typeof openLog>[0]> = {}) {
  const home = newHome();
  const clock = handClock(NOON);
  const settings = { home, level: 'info', keepDays: 14, clock, secrets: [] } as const;
  return { home, clock, log: await openLog({ ...settings, ...options }) };
}

describe('a line of the log', () => {
  it('is on disk when write returns, with level, time, fields and message', async () => {
    const { home, log } = await newLog();
    log.write('warn', 'the quote is old', { module: 'pipeline', symbol: 'AAPL', ageMs: 6200 });
    expect(linesIn(home, MAIN)).toEqual([
      {
        level: 'warn',
        time: NOON,
        pid: process.pid,
        module: 'pipeline',
        symbol: 'AAPL',
        ageMs: 6200,
        msg: 'the quote is old',
      },
    ]);
  });

  it('stays one line whatever the message holds', async () => {
    const { home, log } = await newLog();
    const message = 'a\nb "c" \u001b[31m %s %d \u2028 { } \\';
    log.write('info', message, { note: 'x\ny' });
    expect(textIn(home, MAIN).split('\n')).toHaveLength(2);
    expect(linesIn(home, MAIN)).toMatchObject([{ msg: message, note: 'x\ny' }]);
  });

  it('is left out below the level', async () => {
    const { home, log } = await newLog({ level: 'warn' });
    log.write('debug', 'a');
    log.write('info', 'b');
    log.write('error', 'c');
    expect(linesIn(home, MAIN).map(({ msg }) => msg)).toEqual(['c']);
  });

  it('carries what its child was given, each field once, the nearer value winning', async () => {
    const { home, log } = await newLog();
    const ofRun = log.child({ module: 'pipeline', runId: 'run-1' });
    ofRun.child({ module: 'broker' }).write('info', 'sent', { orderRef: 'ref-1' });
    expect(linesIn(home, MAIN)).toMatchObject([
      { module: 'broker', runId: 'run-1', orderRef: 'ref-1' },
    ]);
    expect(textIn(home, MAIN).match(/"module"/g)).toHaveLength(1);
  });

  it('keeps its own level and time beside fields of those names', async () => {
    const { home, log } = await newLog();
    log.write('info', 'm', { level: 'loud', time: 'late', msg: 'other' });
    expect(linesIn(home, MAIN)).toMatchObject([
      { level: 'info', time: NOON, msg: 'm', level_: 'loud', time_: 'late', msg_: 'other' },
    ]);
  });

  it('goes to the pipeline log too when it is of a run', async () => {
    const { home, log } = await newLog();
    log.write('info', 'started');
    log.write('info', 'says "runId":"no" in a text', { note: '{"runId":"no"}' });
    log.child({ runId: 'run-1' }).write('info', 'scanned');
    expect(linesIn(home, MAIN)).toHaveLength(3);
    expect(linesIn(home, PIPELINE).map(({ msg }) => msg)).toEqual(['scanned']);
  });
});

describe('an error in the log', () => {
  it('has its stack, code, details and causes, and nothing else that hangs on it', async () => {
    const { home, log } = await newLog();
    const cause = Object.assign(new TypeError('no route'), { code: 'EHOSTUNREACH', request: {} });
    const details = ['is the gateway up?'];
    const error = new Failure('BROKER_UNREACHABLE', 'no broker', { details, cause });
    log.failure('cannot connect', error, { requestId: 7 });
    const [line] = linesIn(home, MAIN) as { err: Record<string, unknown> }[];
    expect(line).toMatchObject({ level: 'error', msg: 'cannot connect', requestId: 7 });
    expect(line?.err).toMatchObject({
      type: 'Failure',
      code: 'BROKER_UNREACHABLE',
      message: 'no broker',
      details,
      cause: { type: 'TypeError', code: 'EHOSTUNREACH', message: 'no route' },
    });
    expect(line?.err.stack).toContain('pino-log.test.ts');
    expect(line?.err.cause).not.toHaveProperty('request');
  });

  it('may be anything that was thrown, and may be its own cause', async () => {
    const { home, log } = await newLog();
    const circle = new Error('round');
    circle.cause = circle;
    log.failure('a', circle);
    log.failure('b', 'only text');
    log.failure('c', undefined);
    log.failure('d', new AggregateError([new Error('one'), 'two'], 'both'));
    expect(linesIn(home, MAIN)).toMatchObject([
      { err: { message: 'round' } },
      { err: { type: 'string', message: 'only text' } },
      { err: { type: 'undefined' } },
      { err: { errors: [{ message: 'one' }, { message: 'two' }] } },
    ]);
  });
});

describe('log files', () => {
  it('are readable by their owner only', async () => {
    const { home, log } = await newLog();
    log.write('info', 'x', { runId: 'r' });
    const modes = ['logs', join('logs', 'pipeline'), MAIN, PIPELINE].map(
      (path) => statSync(join(home, path)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
  });

  it('begin anew each day, and go after their time', async () => {
    const { home, clock, log } = await newLog({ keepDays: 2 });
    for (const day of ['05', '06', '07', '08']) {
      clock.set(`2026-03-${day}T12:00:00Z`);
      log.write('info', `of the ${day}`);
    }
    expect(namesIn(home, 'logs')).toEqual([
      'pipeline',
      'trade-labs.2026-03-06.1.log',
      'trade-labs.2026-03-07.1.log',
      'trade-labs.log',
    ]);
    expect(linesIn(home, join('logs', 'trade-labs.2026-03-07.1.log'))).toMatchObject([
      { msg: 'of the 07' },
    ]);
  });

  it('go on where an earlier process of the day ended, or begin anew on another day', async () => {
    const { home, clock, log } = await newLog();
    log.write('info', 'first');
    await log.close();
    const again = () => openLog({ home, level: 'info', keepDays: 9, clock, secrets: [] });
    (await again()).write('info', 'second');
    expect(linesIn(home, MAIN).map(({ msg }) => msg)).toEqual(['first', 'second']);
    clock.set('2026-03-06T12:00:00Z');
    (await again()).write('info', 'third');
    expect(linesIn(home, MAIN).map(({ msg }) => msg)).toEqual(['third']);
    expect(namesIn(home, 'logs')).toContain('trade-labs.2026-03-05.1.log');
  });

  it('keep files that are none of ours', async () => {
    const { home, clock, log } = await newLog({ keepDays: 1 });
    const strangers = ['notes.2020-01-01.1.log', 'trade-labs.2020-01-01.txt', 'trade-labs.old.log'];
    for (const name of strangers) writeFileSync(join(home, 'logs', name), '');
    log.write('info', 'x');
    clock.set('2026-03-09T12:00:00Z');
    log.write('info', 'y');
    expect(namesIn(home, 'logs')).toEqual(expect.arrayContaining(strangers));
  });

  it('are never a link to somewhere else', async () => {
    const home = newHome();
    const elsewhere = join(home, 'elsewhere');
    writeFileSync(elsewhere, 'mine');
    mkdirSync(join(home, 'logs'));
    symlinkSync(elsewhere, join(home, MAIN));
    const clock = handClock(NOON);
    const opening = openLog({ home, level: 'info', keepDays: 1, clock, secrets: [] });
    await expect(opening).rejects.toMatchObject({ code: 'CANNOT_WRITE' });
    expect(textIn(home, 'elsewhere')).toBe('mine');
  });
});

describe('a log writer', () => {
  const NOTE = `${JSON.stringify({ time: NOON, msg: 'x'.repeat(50) })}\n`;
  const writerIn = (home: string) =>
    new LogWriter(
      { folder: join(home, 'logs'), name: 'trade-labs' },
      { keepDays: 9, now: () => handClock(NOON).now(), maxBytes: 300 },
    );

  it('puts a full file aside and loses no line', () => {
    const home = newHome();
    const writer = writerIn(home);
    writer.open();
    for (let i = 0; i < 10; i += 1) writer.write(NOTE);
    const files = namesIn(home, 'logs');
    expect(files.length).toBeGreaterThan(2);
    const lines = files.map((name) => textIn(home, join('logs', name)));
    expect(lines.join('')).toBe(NOTE.repeat(10));
    for (const text of lines) expect(text.length).toBeLessThanOrEqual(300);
  });

  it('shares its file with another process that rotates it', () => {
    const home = newHome();
    const [one, two] = [writerIn(home), writerIn(home)];
    one.open();
    two.open();
    for (let i = 0; i < 8; i += 1) (i % 2 === 0 ? one : two).write(NOTE);
    renameSync(join(home, MAIN), join(home, 'logs', 'moved by hand'));
    two.write(NOTE);
    one.write(NOTE);
    const lines = namesIn(home, 'logs').map((name) => textIn(home, join('logs', name)));
    expect(lines.join('')).toBe(NOTE.repeat(10));
  });

  it('counts the lines it could not write, and says so when it can again', () => {
    const home = newHome();
    const writer = writerIn(home);
    writer.open();
    renameSync(join(home, MAIN), join(home, 'aside'));
    mkdirSync(join(home, MAIN));
    writer.write(NOTE);
    writer.write(NOTE);
    renameSync(join(home, MAIN), join(home, 'folder'));
    writer.write(NOTE);
    const [note, line] = linesIn(home, MAIN);
    expect(note).toMatchObject({ level: 'warn' });
    expect(note?.msg).toMatch(/^2 log lines /);
    expect(`${JSON.stringify(line)}\n`).toBe(NOTE);
  });

  it.skipIf(process.getuid?.() === 0)('says at once when it can never write', () => {
    const home = newHome();
    chmodSync(home, 0o500);
    expect(() => writerIn(home).open()).toThrow('EACCES');
  });
});
