import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serverTime } from '../../src/adapters/ib/ib-questions.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { FaultName } from '../../src/testing/fake-tws/faults.ts';
import { closeDesks, gatewayDesk, NEVER, orderSent, PATIENCE, until } from './ib-gateway-desk.ts';

afterEach(closeDesks);

/** What may happen to a connection, each for a while. */
const BREAKS = [
  'mute',
  'no-version',
  'no-next-id',
  'no-accounts',
  'late-next-id',
  'other-account',
  'client-id-in-use',
  'garbage-length',
  'long-length',
  'unknown-message',
  'drop-mid-frame',
  'byte-by-byte',
  'slow-answers',
] as const satisfies readonly FaultName[];
const ONCE: ReadonlySet<FaultName> = new Set([
  'garbage-length',
  'long-length',
  'unknown-message',
  'drop-mid-frame',
]);
const CODES = [1_100, 1_101, 1_102, 1_300, 2_103, 2_104, 2_110, 10_197] as const;

const actions = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('fault' as const), name: fc.constantFrom(...BREAKS) }),
    fc.record({ kind: fc.constant('said' as const), code: fc.constantFrom(...CODES) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
    fc.record({ kind: fc.constantFrom('drop', 'restart', 'mend', 'confirm', 'order', 'ask') }),
  ),
  { minLength: 3, maxLength: 25 },
);

describe('a gateway to which anything may happen', () => {
  it('takes orders only while compared, comes back by itself, and leaves no socket', async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (happening) => {
        const desk = await gatewayDesk();
        const { gateway, server, timeline } = desk;
        const episodes = [0];
        gateway.link.onNews(() => episodes.push(gateway.link.standing.episode));
        void gateway.link.start();
        for (const action of happening) {
          if ('name' in action) server.faults.set(action.name, ONCE.has(action.name) ? 1 : 1e9);
          else if ('code' in action) server.announce(action.code, 'said:usfarm');
          else if ('ms' in action) await timeline.reach(epochMs(timeline.now() + action.ms), NEVER);
          else if (action.kind === 'drop') server.drop();
          else if (action.kind === 'restart') await server.restart(5_000);
          else if (action.kind === 'mend') server.faults.clear();
          else if (action.kind === 'confirm') gateway.link.confirm(gateway.link.standing.episode);
          else if (action.kind === 'ask') await gateway.ask(serverTime(), 5_000);
          else {
            const { state } = gateway.link.standing;
            const sent = await orderSent(desk);
            expect(sent && state !== 'ready').toBe(false);
          }
          expect(server.connections).toBeLessThanOrEqual(2);
        }
        server.faults.clear();
        server.announce(1_102, 'restored');
        await timeline.reach(epochMs(timeline.now() + 300_000), NEVER);
        await until(desk, () => gateway.link.standing.state === 'reconciling');
        gateway.link.confirm(gateway.link.standing.episode);
        expect(await orderSent(desk)).toBe(true);
        expect(await gateway.ask(serverTime())).toMatchObject({ complete: true });
        expect(episodes).toEqual([...episodes].sort((a, b) => a - b));
        expect(server.connections).toBe(1);
        expect(new Set(server.record.clientIds)).toEqual(new Set([17]));
        expect(server.record.fastestPerSecond).toBeLessThanOrEqual(45);
        expect(server.record.problems).toEqual([]);
        await gateway.close();
        await vi.waitUntil(() => server.connections === 0, { ...PATIENCE, interval: 1 });
        await closeDesks();
      }),
      { numRuns: 30, seed: 1990_01_02 },
    );
  });
});
