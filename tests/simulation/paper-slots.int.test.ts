import { describe, expect, it } from 'vitest';
import { sessionDate } from '../../src/domain/time.ts';
import { at, type PaperDesk } from './paper-desk.ts';
import { expectSound, paperDesks } from './paper-desks.ts';

const open = paperDesks('09:29');
const NEXT = sessionDate('2026-03-06');

/** What became of the slots of the next session, as far as the daemon came. */
async function nextSlots(desk: PaperDesk): Promise<string[]> {
  const events = [...(await desk.of('slot.claimed')), ...(await desk.of('slot.missed'))];
  return events
    .filter(({ session }) => session === NEXT)
    .map(({ type, slot }) => `${slot} ${type === 'slot.claimed' ? 'begun' : 'missed'}`)
    .sort();
}

describe('a daemon that was not there at the close before', () => {
  it('begins a scan that is late by less than its law allows, after it valued that close', async () => {
    const desk = await open();
    await desk.daemon(at('09:36'));
    await desk.skipTo(at('09:31', NEXT));
    await desk.daemon(at('09:33', NEXT));
    expect(await nextSlots(desk)).toEqual(['scan-open begun', 'warm missed']);
    const [, scan] = (await desk.of('run.started')).filter(({ job }) => job === 'scan');
    const close = (await desk.of('account.marked')).find(({ cause }) => cause === 'close');
    expect(scan?.seq).toBeGreaterThan(close?.seq ?? 0);
    await expectSound(desk);
  });

  it('writes down what it missed of the session it begins in', async () => {
    const desk = await open();
    await desk.daemon(at('09:36'));
    await desk.skipTo(at('09:45', NEXT));
    await desk.daemon(at('09:46', NEXT));
    expect(await nextSlots(desk)).toEqual(['scan-open missed', 'warm missed']);
    await expectSound(desk);
  });
});
