import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/domain/failure.ts';
import { run } from './fake-world.ts';
import { inFolder, put } from './homes.ts';

/** A week day at 10:00 in New York: the session is half an hour old. */
const AS_OF = '2026-03-05T15:00:00Z';
/** A small market whose candidates the default limits let pass. */
const MARKET = 'data: { synthetic: { seed: 1, symbols: 40 } }\n';

interface Told {
  readonly denials: Readonly<Record<string, number>>;
  readonly approved: number;
  /** Of the candidates, best first. */
  readonly symbols: readonly string[];
}

/** What a run says of its candidates under a configuration and further files of its home. */
const decided = (yaml: string, files: Readonly<Record<string, string>> = {}): Promise<Told> =>
  inFolder(async (home) => {
    put(home, { 'config/trade-labs.yaml': yaml, ...files });
    const line = `pipeline --dry-run --as-of ${AS_OF} --candidates 10 --json`;
    const { exit, stdout, stderr } = await run(line.split(' '), { cwd: home });
    expect(exit, stderr).toBe(0);
    const { data } = JSON.parse(stdout) as {
      data: {
        denials: Told['denials'];
        counts: { approved: number };
        candidates: { symbol: string }[];
      };
    };
    const { denials, counts, candidates } = data;
    return { denials, approved: counts.approved, symbols: candidates.map(({ symbol }) => symbol) };
  });

const plain = await decided(MARKET);

describe('a limit of the configuration', () => {
  it('that is not set denies nothing here', () => {
    expect(plain.approved).toBeGreaterThan(2);
    expect(plain.denials).toEqual({});
  });

  it.each([
    ['entry: { noEntryFirstMinutes: 31 }', 'SESSION_EARLY'],
    ['risk: { minScore: 100 }', 'MIN_SCORE'],
    ['risk: { minAtrFraction: 0.5 }', 'VOLATILITY_BAND'],
    ['risk: { maxAtrFraction: 0.001 }', 'VOLATILITY_BAND'],
    ['risk: { maxOrderNotionalUsd: 1000 }', 'MIN_NOTIONAL'],
    [
      'risk: { minRewardOverCosts: 100 }\nexits: { target: { kind: r, multiple: 0.1 } }',
      'REWARD_TOO_SMALL',
    ],
    ['risk: { maxJumpAtr: 0.000001 }', 'PRICE_JUMP'],
  ])('%s denies every candidate for %s', async (yaml, code) => {
    const { approved, denials } = await decided(`${MARKET}${yaml}\n`);
    expect(approved).toBe(0);
    expect(denials[code]).toBeGreaterThan(0);
  });

  it('on working orders, day trades and likeness lets some pass and no more', async () => {
    for (const limit of ['maxWorkingOrders: 2', 'maxDayTrades: 1', 'maxCorrelation: 0']) {
      const { approved, denials } = await decided(`${MARKET}risk: { ${limit} }\n`);
      expect(approved, limit).toBeGreaterThan(0);
      expect(approved, limit).toBeLessThan(plain.approved);
      expect(Object.keys(denials), limit).toHaveLength(1);
    }
  });

  it('on a sector holds the sectors of the file', async () => {
    const rules = `data: { sectors: my.csv, synthetic: { seed: 1, symbols: 40 } }
risk: { maxSectorFraction: 0.1 }
`;
    const file = (sectorOf: (symbol: string) => string) => ({
      'my.csv': ['symbol,sector', ...plain.symbols.map((s) => `${s},${sectorOf(s)}`)].join('\n'),
    });
    const apart = await decided(
      rules,
      file((symbol) => `Sector ${symbol}`),
    );
    expect(apart).toEqual(plain);
    const together = await decided(
      rules,
      file(() => 'Technology'),
    );
    expect(together.approved).toBeLessThan(plain.approved);
    expect(Object.keys(together.denials)).toContain('SECTOR_EXPOSURE');
  });

  it('is refused with its place where its sector file is bad', async () => {
    await inFolder(async (home) => {
      const yaml = 'data: { sectors: my.csv }\n';
      put(home, { 'config/trade-labs.yaml': yaml, 'my.csv': 'symbol,sector\nAAPL,"Tech"\n' });
      const { exit, stderr } = await run(['pipeline', '--as-of', AS_OF], { cwd: home });
      expect(exit).toBe(EXIT.CONFIG);
      expect(stderr).toContain('my.csv:2:6: ');
      expect(stderr).toContain('is not 1 to 40 letters');
    });
  });
});
