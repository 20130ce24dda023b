import { describe, expect, it } from 'vitest';
import { INELIGIBLE_REASONS } from '../../src/domain/reason.ts';
import { INDICATOR_LIST } from '../../src/indicators/registry.ts';
import { run } from '../cli/fake-world.ts';
import { inFolder, put } from '../cli/homes.ts';
import { readText } from '../tidy/source.ts';
import { table, withPrinted } from './page.ts';

const PAGE = 'docs/STRATEGIES.md';

const [, FILE = '', CODE = ''] =
  /<!-- file: (\S+) -->\n```js\n([\s\S]*?)```/.exec(readText(PAGE)) ?? [];
const CONFIG = /```yaml\n(strategy:\n[\s\S]*?)```/.exec(readText(PAGE))?.[1] ?? '';

/** What one run at a past open says, decided by the strategy of the page. */
const decide = (config: string) =>
  inFolder(async (home) => {
    put(home, { [FILE]: CODE, 'config/trade-labs.yaml': config });
    const line = 'pipeline --dry-run --as-of 2026-03-05 --candidates 20 --json';
    const { exit, stdout } = await run(line.split(' '), { cwd: home });
    return { exit, document: JSON.parse(stdout) as Document };
  });

interface Document {
  readonly data?: {
    readonly candidates: readonly { signalReason: string; components: object; score: number }[];
  };
  readonly error?: { readonly message: string };
}

describe('docs/STRATEGIES.md', () => {
  it('lists the indicators there are', async () => {
    const page = withPrinted(PAGE, {
      indicators: table(
        ['Example', 'What it is'],
        INDICATOR_LIST.map(({ example, description }) => [`\`${example}\``, description]),
      ),
    });
    await expect(page).toMatchFileSnapshot(`../../${PAGE}`);
  });

  it('shows a strategy that scores candidates', async () => {
    const { exit, document } = await decide(CONFIG);
    expect(exit, document.error?.message).toBe(0);
    const candidates = document.data?.candidates ?? [];
    expect(candidates.length).toBeGreaterThan(0);
    for (const { signalReason, components, score } of candidates) {
      expect(signalReason).toBe('breakout');
      expect(Object.keys(components)).toEqual(['break', 'stretch']);
      expect(score).toBeGreaterThan(0);
    }
  });

  it('shows parameters that the strategy checks', async () => {
    const { exit, document } = await decide(CONFIG.replace('days: 10', 'days: 1'));
    expect(exit).toBe(78);
    expect(document.error?.message).toBe('strategy breakout refuses its parameters');
  });

  it('names only reasons that exist', () => {
    const reasons = /not a candidate: (.*?) *\|/.exec(readText(PAGE))?.[1]?.split(', ') ?? [];
    expect(reasons).toHaveLength(4);
    for (const reason of reasons) expect(INELIGIBLE_REASONS).toContain(reason.replaceAll('`', ''));
  });
});
