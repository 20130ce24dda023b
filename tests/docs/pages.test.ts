import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, ROOT, readText } from '../tidy/source.ts';
import { brokenLinks, hasTest, PAGES } from './page.ts';

interface Invariant {
  readonly says: string;
  readonly held: readonly { readonly file: string; readonly title: string }[];
}

const invariants: readonly Invariant[] = readText('docs/ARCHITECTURE.md')
  .split('\n\n')
  .filter((paragraph) => paragraph.startsWith('**Architecture invariant:**'))
  .map((paragraph) => ({
    says: paragraph.split('\n')[0] ?? '',
    held: [...paragraph.matchAll(/`(tests\/[^`]+)`\s+"([^"]+)"/g)].map(
      ([, file = '', title = '']) => ({ file, title: title.replace(/\s+/g, ' ') }),
    ),
  }));

describe('docs/ARCHITECTURE.md', () => {
  it('has invariants, each with a test that holds it', () => {
    expect(invariants.length).toBeGreaterThan(20);
    expect(invariants.filter(({ held }) => held.length === 0)).toEqual([]);
  });

  it('names only tests that exist', () => {
    const missing = invariants
      .flatMap(({ held }) => held)
      .filter(({ file, title }) => !hasTest(file, title));
    expect(missing).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    const named = [
      ...readText('docs/ARCHITECTURE.md').matchAll(/`((?:src|tests|config)\/[^`*]*)`/g),
    ];
    const missing = named
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  it('has every folder of src on its map', () => {
    const [, map = ''] =
      /```text\ntrade-labs\.ts([\s\S]*?)```/.exec(readText('docs/ARCHITECTURE.md')) ?? [];
    const folders = new Set(filesIn(['src'], ['.ts']).map((path) => path.split('/')[1] ?? ''));
    expect(
      [...folders].filter(
        (folder) => !map.includes(`\n  ${folder}/ `) && !map.includes(`\n  ${folder}/\n`),
      ),
    ).toEqual([]);
  });
});

describe('the decisions', () => {
  const decisions = filesIn(['docs/adr'], ['.md']);

  it('are numbered one after the other', () => {
    const numbers = decisions.map((path) => Number(/\/(\d{4})-/.exec(path)?.[1]));
    expect(numbers).toEqual(decisions.map((_, i) => i + 1));
  });

  it.each(decisions)('%s says context, decision and cost, under its number', (path) => {
    const text = readText(path);
    expect(text).toMatch(new RegExp(`^# ${/\/(\d{4})-/.exec(path)?.[1]}: `));
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Context', 'Decision', 'What it costs']);
  });
});

describe('every page', () => {
  it.each(PAGES)('%s links to what exists', (path) => {
    expect(brokenLinks(path)).toEqual([]);
  });
});
