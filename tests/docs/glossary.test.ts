import { describe, expect, it } from 'vitest';
import { EXIT_REASONS, LEGS, ORDER_STATUSES } from '../../src/domain/order.ts';
import { FATES, INELIGIBLE_REASONS, SCAN_EXCLUSIONS } from '../../src/domain/reason.ts';
import { JOBS, MODES, RUN_STATUSES } from '../../src/domain/run.ts';
import { readText } from '../tidy/source.ts';

const page = readText('docs/GLOSSARY.md');

/** The words of the table that follows a line. */
function wordsBelow(line: string): string[] {
  const rows = page
    .slice(page.indexOf(`\n${line}\n`))
    .split('\n')
    .slice(5);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end).map((row) => /`(\w+)`/.exec(row)?.[1] ?? row);
}

describe('docs/GLOSSARY.md', () => {
  it.each([
    ['Modes:', MODES],
    ['Jobs:', JOBS],
    ['How a run stands:', RUN_STATUSES],
    ['Why a symbol did not get past the scan:', SCAN_EXCLUSIONS],
    ['Why a candidate was not ranked:', INELIGIBLE_REASONS],
    ['Fates of a candidate:', FATES],
    ['How an order stands:', ORDER_STATUSES],
    ['Why a position was left:', EXIT_REASONS],
  ])('under "%s" has the words the code has', (line, words) => {
    expect(wordsBelow(line).toSorted()).toEqual([...words].toSorted());
  });

  it('names every leg of a bracket', () => {
    const legs = /\*\*Leg\*\*: ([^.]*)\./.exec(page)?.[1] ?? '';
    expect(legs.match(/`\w+`/g)).toEqual(LEGS.map((leg) => `\`${leg}\``));
  });

  it('gives no word two meanings', () => {
    const words = [...page.matchAll(/\*\*([^*]+)\*\*/g)].map(([, word = '']) => word.toLowerCase());
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([]);
  });
});
