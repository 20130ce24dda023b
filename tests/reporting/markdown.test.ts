import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_COUNTS } from '../../src/domain/run.ts';
import { documentMarkdown } from '../../src/reporting/document.ts';
import {
  amount,
  decimals,
  duration,
  money,
  multiple,
  percent,
} from '../../src/reporting/format.ts';
import { dailyDocument } from '../../src/reporting/markdown.ts';
import { refusalLines } from '../../src/reporting/markdown-operations.ts';
import { escapeMarkdown, markdownTable } from '../../src/reporting/markdown-text.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { brokenDay } from './days.ts';

describe('text of others in Markdown', () => {
  it('can be no HTML, no link, no cell and no line of its own', () => {
    expect(escapeMarkdown('<script>')).toBe('\\<script>');
    expect(escapeMarkdown('[a](http://x)')).toBe('\\[a\\](http\\://x)');
    expect(escapeMarkdown('a|b\nc')).toBe('a\\|b c');
    expect(escapeMarkdown('# title')).toBe('\\# title');
    expect(escapeMarkdown('&lt;b&gt;')).toBe('\\&lt;b\\&gt;');
    expect(escapeMarkdown('www.example.com me@example.com')).toBe(
      'www\\.example.com me\\@example.com',
    );
    expect(escapeMarkdown('\u202egnp.exe')).toBe(' gnp.exe');
  });

  it('of our own codes reads as it is', () => {
    expect(escapeMarkdown('min_activity 3 < 5, R > 1, S&P')).toBe('min_activity 3 < 5, R > 1, S&P');
    expect(escapeMarkdown('_under_ scores')).toBe('\\_under\\_ scores');
  });

  it('never opens a tag or a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeMarkdown(text);
        expect(escaped).not.toMatch(/[\r\n]/);
        expect(escaped).not.toMatch(/(?<!\\)<[A-Za-z/!?]/);
        expect(escaped.replace(/\\./g, '')).not.toMatch(/[|`[\]*]/);
      }),
    );
  });

  it('from a hostile broker stays text in a whole report', () => {
    const markdown = documentMarkdown(
      dailyDocument(buildDailyReport(brokenDay().input('2026-03-05'))),
    );
    expect(markdown).toContain('\\<script>alert("x")\\</script>');
    expect(markdown).not.toMatch(/(?<!\\)<script/);
    for (const line of markdown.split('\n').filter((text) => text.startsWith('|'))) {
      expect(line.endsWith('|')).toBe(true);
    }
  });
});

describe('a Markdown table', () => {
  it('lines up as raw text, numbers to the right', () => {
    const table = markdownTable(
      [{ title: 'Name' }, { title: 'USD', align: 'right' }],
      [
        ['a', '1.00'],
        ['longer', '-1,000.00'],
      ],
    );
    expect(table.split('\n')).toEqual([
      '| Name   |       USD |',
      '|--------|----------:|',
      '| a      |      1.00 |',
      '| longer | -1,000.00 |',
    ]);
  });
});

describe('numbers for readers', () => {
  it('carry a sign where they are a change, and never a negative zero', () => {
    expect([money(56.75), money(-3), money(0), money(null)]).toEqual([
      '+$56.75',
      '-$3.00',
      '$0.00',
      'n/a',
    ]);
    expect(money(-0.004)).not.toMatch(/^-/);
    expect([percent(0.0011), percent(-0.018), percent(0.00001), percent(-0.00001)]).toEqual([
      '+0.11 %',
      '-1.80 %',
      '0.00 %',
      '0.00 %',
    ]);
    expect([multiple(1.418), multiple(-1.05), multiple(0.001)]).toEqual(['+1.42', '-1.05', '0.00']);
    expect(amount(1234567.891)).toBe('$1,234,567.89');
    expect(decimals(-0.001)).toBe('0.00');
  });

  it('say how long something took', () => {
    expect([0, 350, 2_100, 65_000, 3_605_000, 63_000_000].map(duration)).toEqual([
      '0 ms',
      '350 ms',
      '2.1 s',
      '1 min 05 s',
      '1 h 00 min',
      '17 h 30 min',
    ]);
  });
});

describe('candidates that were not approved', () => {
  const counts = { ...NO_COUNTS, selected: 12, sized: 6, denied: 4, approved: 2 };

  it('are all accounted for: without a place, and denied by reason', () => {
    expect(refusalLines(counts, { OPEN_RISK: 3, MIN_NOTIONAL: 1 })).toEqual([
      'Not sized: slots_full 6.',
      'Denied: OPEN_RISK 3, MIN_NOTIONAL 1.',
    ]);
    expect(refusalLines({ ...counts, selected: 6 }, { OPEN_RISK: 4 })).toEqual([
      'Denied: OPEN_RISK 4.',
    ]);
  });

  it('may be denied for more than one reason, and then it says so', () => {
    expect(refusalLines(counts, { OPEN_RISK: 4, MIN_NOTIONAL: 2 })[1]).toBe(
      'Denied, some for more than one reason: OPEN_RISK 4, MIN_NOTIONAL 2.',
    );
  });
});
