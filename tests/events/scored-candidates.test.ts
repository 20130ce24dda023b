import { expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { epochMs } from '../../src/domain/time.ts';
import { decodeLine, GENESIS, sealStep } from '../../src/events/chain.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { type ScoredCandidate, scoredCandidates } from '../../src/events/scored-candidates.ts';
import { sym } from '../pipeline/builders.ts';

const candidate = (name: string, rank: number): ScoredCandidate => ({
  symbol: sym(name),
  scanRank: rank * 2,
  rank,
  activity: 12_345_678.5,
  score: 71.25,
  components: { trend: 0.75, near_high: 0.9 },
  signalReason: 'momentum_trend',
  strength: 0.7125,
  referencePrice: usd(230.01),
  atr: usd(4.5),
  fate: rank === 1 ? 'approved' : 'not_selected',
});
const CANDIDATES = [candidate('AAPL', 1), candidate('MSFT', 2)];
const base = { at: epochMs(Date.UTC(2026, 2, 5, 14, 30)), runId: 'R1' };

/** What a journal with these events says, read back from its lines. */
const read = (drafts: readonly EventDraft[]): ScoredCandidate[] =>
  sealStep(drafts, GENESIS, { check: true }).lines.flatMap((line) => {
    const event = decodeLine(line.trimEnd());
    if (!event.ok) throw new Error(event.error.message);
    return scoredCandidates(event.value);
  });

it('candidates read the same from one event of all and from one event each', () => {
  const together = read([{ ...base, type: 'candidates.scored', candidates: CANDIDATES }]);
  const apart = read(
    CANDIDATES.map((one): EventDraft => ({ ...base, type: 'candidate.scored', ...one })),
  );
  expect(together).toEqual(CANDIDATES);
  expect(apart).toMatchObject(CANDIDATES);
  expect(
    read([{ ...base, type: 'daemon.state_changed', from: null, to: 'running', cause: '' }]),
  ).toEqual([]);
});
