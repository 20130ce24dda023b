import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Standing } from '../../src/adapters/ib/ib-standing.ts';
import type { LinkStanding } from '../../src/ports/broker-link.ts';

const acts = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('begin' as const) }),
    fc.record({ kind: fc.constant('confirm' as const), behind: fc.integer({ min: -1, max: 2 }) }),
    fc.record({
      kind: fc.constant('become' as const),
      state: fc.constantFrom('connecting', 'degraded', 'refused'),
    }),
  ),
);

describe('the standing of a line', () => {
  it('is ready after the confirmation of the running comparison, and never otherwise', () => {
    fc.assert(
      fc.property(acts, (happening) => {
        const changes: LinkStanding[] = [];
        const standing = new Standing(() => changes.push(standing.now));
        for (const act of happening) {
          const before = standing.now;
          if (act.kind === 'begin') standing.begin('news');
          else if (act.kind === 'become') standing.become(act.state, 'news');
          else standing.confirm(before.episode - act.behind);
          const { state, episode } = standing.now;
          const confirmed =
            act.kind === 'confirm' && act.behind === 0 && before.state === 'reconciling';
          expect(state === 'ready').toBe(
            confirmed || (act.kind === 'confirm' && before.state === 'ready'),
          );
          expect(episode).toBe(before.episode + (act.kind === 'begin' ? 1 : 0));
        }
        // Told of each other standing, and of nothing else.
        const told = [{ state: 'connecting', cause: 'not started', episode: 0 }, ...changes];
        const texts = told.map((one) => JSON.stringify(one));
        expect(texts.every((one, i) => i === 0 || one !== texts[i - 1])).toBe(true);
        expect(told.at(-1)).toEqual(standing.now);
      }),
    );
  });
});
