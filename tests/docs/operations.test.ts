import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { ALERT_CODES } from '../../src/domain/alert.ts';
import { BREAKERS, RESTRICTION_SOURCES } from '../../src/domain/trading-state.ts';
import { readText } from '../tidy/source.ts';

const page = readText('docs/OPERATIONS.md');

/** The first cells of the table that follows a heading or sentence. */
function rowsAfter(text: string): string[] {
  const table = page
    .slice(page.indexOf(text))
    .split('\n\n')
    .find((part) => part.startsWith('|'));
  return [...(table ?? '').matchAll(/^\| `(\w+)` +\|/gm)].map(([, name = '']) => name);
}

describe('the page on operations', () => {
  it('has every alert code with what it means', () => {
    expect(rowsAfter('### Alerts').sort()).toEqual(Object.keys(ALERT_CODES).sort());
    for (const meaning of Object.values(ALERT_CODES)) expect(page).toContain(meaning);
  });

  it('has every circuit breaker, with the defaults that it says', () => {
    expect(rowsAfter('### Circuit breakers').sort()).toEqual([...BREAKERS].sort());
    const { breakers } = configSchema.parse({});
    expect(breakers).toMatchObject({
      slippageFraction: 0.01,
      dataSilenceMs: 30_000,
      rejections: 5,
      stopOuts: 5,
      equityJumpFraction: 0.1,
      clockSkewMs: 10_000,
      coolOffMs: 3_600_000,
    });
    for (const key of Object.keys(breakers)) expect(page).toContain(`breakers.${key}`);
  });

  it('has every source that restricts trading', () => {
    const at = page.indexOf('| Source ');
    const told = [...page.slice(at, page.indexOf('\n\n', at)).matchAll(/^\| `(\w+)` +\|/gm)];
    expect(told.map(([, name = '']) => name).sort()).toEqual([...RESTRICTION_SOURCES].sort());
  });
});
