import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../src/adapters/system/pino-log.ts';
import { scrubberFor } from '../../src/adapters/system/scrub.ts';
import { handClock, linesIn, MAIN, newHome, textIn } from './log-home.ts';

const TOKEN = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw8';
const clock = handClock('2026-03-05T17:00:00.000Z');

const logWith = async (secrets: readonly string[]) => {
  const home = newHome();
  return { home, log: await openLog({ home, level: 'info', keepDays: 1, clock, secrets }) };
};

describe('a secret', () => {
  it('is in no line: not in the message, a field, its name, or an error and its causes', async () => {
    const secret = 'correct horse battery';
    const { home, log } = await logWith([secret]);
    log.write('info', `login with ${secret}.`, { [secret]: 1, header: `Bearer ${secret}` });
    const cause = Object.assign(new Error(`GET /?token=${encodeURIComponent(secret)}`), {
      code: secret,
    });
    log.failure(`failed: ${secret}`, new Error(JSON.stringify({ secret }), { cause }), {
      runId: secret,
    });
    const text = textIn(home, MAIN);
    expect(text).not.toMatch(/correct.{1,3}horse/);
    expect(linesIn(home, MAIN)).toMatchObject([
      { msg: 'login with [redacted].', '[redacted]': 1, header: 'Bearer [redacted]' },
      { msg: 'failed: [redacted]', runId: '[redacted]', err: { cause: { code: '[redacted]' } } },
    ]);
  });

  it('that looks like a part of the line leaves the line JSON', async () => {
    const { home, log } = await logWith(['"level', '20260305', '1234567', 'nabcdef', 'module']);
    log.write('info', 'a "level\nabcdef', { module: 'x', at: 20260305, n: -1234567.5 });
    expect(linesIn(home, MAIN)).toMatchObject([
      { msg: 'a [redacted]\nabcdef', '[redacted]': 'x', at: '[redacted]', n: '-[redacted].5' },
    ]);
  });

  it('shorter than six characters is not looked for', () => {
    expect(scrubberFor(['', 'info', 'hello']).text('info: hello')).toBe('info: hello');
  });

  it('that is an address hides its password alone too', () => {
    const { text } = scrubberFor(['smtp://desk:p%40ssw0rd@mail.example:587']);
    expect(text('535 rejected p@ssw0rd and p%40ssw0rd')).toBe(
      '535 rejected [redacted] and [redacted]',
    );
  });

  it('within a longer secret leaves nothing of the longer one', () => {
    expect(scrubberFor(['abcdef', 'abcdefgh']).text('abcdefgh')).toBe('[redacted]');
  });

  it('of any text is gone from every line that holds it, which stays the same JSON', () => {
    const secret = fc.string({ minLength: 6, maxLength: 30, unit: 'binary' });
    const lineWith = fc.tuple(secret, fc.string(), fc.string(), fc.boolean());
    fc.assert(
      fc.property(lineWith, ([hidden, before, after, nested]) => {
        const inner = before + hidden + after;
        const value = nested ? JSON.stringify({ deep: inner }) : inner;
        const line = JSON.stringify({ level: 'x', list: [{ value }] });
        const clean = scrubberFor([hidden]).line(line);
        const shown = JSON.parse(clean) as { list: [{ value: string }] };
        expect(shown.list[0].value).toContain('[redacted]');
        fc.pre(!'{"deep":"[redacted]"}'.includes(hidden));
        expect(shown.list[0].value.replaceAll('[redacted]', '')).not.toContain(hidden);
      }),
    );
  });
});

describe("a Telegram bot's token", () => {
  it.each([
    [
      `https://api.telegram.org/bot${TOKEN}/getUpdates`,
      'https://api.telegram.org/[redacted]/getUpdates',
    ],
    [`call to 'bot${TOKEN}' failed`, "call to '[redacted]' failed"],
    [`token=${TOKEN}&x=1`, 'token=[redacted]&x=1'],
    [`bot${TOKEN.replace(':', '%3A')}`, '[redacted]'],
  ])('is taken out of %s without being known', (text, clean) => {
    expect(scrubberFor([]).text(text)).toBe(clean);
  });

  it.each([
    '2026-03-05T14:30:00.000Z',
    'robot at 127.0.0.1:4002',
    'order 2026-03-05/scan-open/AAPL/entry/1 filled 71 at 140.25',
    `hash ${'a'.repeat(64)}`,
    '{"pid":123456,"msg":"ok"}',
  ])('is not seen in %s', (text) => {
    expect(scrubberFor([]).text(text)).toBe(text);
  });
});
