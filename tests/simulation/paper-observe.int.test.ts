import { describe, expect, it } from 'vitest';
import type { EpochMs } from '../../src/domain/time.ts';
import { at, type PaperDesk, STEADY } from './paper-desk.ts';
import { paperDesks } from './paper-desks.ts';

const open = paperDesks('09:29');

/** Runs a daemon that only looks on, until an instant; gives when it ended. */
async function observe(desk: PaperDesk, until: EpochMs): Promise<number> {
  await desk.daemon(until, { isArmed: false, observe: true });
  return desk.time.wallMs();
}

/** Has the market stand still, without a word, as the first order message arrives: the entry stays at work. */
function fillNothing({ tws }: PaperDesk): void {
  const { audit } = tws;
  const heard = audit.heard.bind(audit);
  audit.heard = (message) => {
    audit.heard = heard;
    tws.exchange.prices.halt(STEADY, true);
    heard(message);
  };
}

describe('a daemon that only looks on', () => {
  it('sends nothing, also where the environment arms it', async () => {
    const desk = await open();
    await desk.daemon(at('09:33'), { isArmed: true, observe: true });
    expect((await desk.of('run.completed')).map(({ counts }) => counts.sized > 0)).toContain(true);
    expect(desk.tws.audit.messages).toEqual([]);
    expect(await desk.of('order.submitted')).toEqual([]);
  });

  it('leaves an entry at work whose time is over, and lets time pass all the same', async () => {
    const desk = await open();
    fillNothing(desk);
    await desk.daemon(at('09:30:30'));
    const sent = desk.tws.audit.messages.length;
    expect(sent).toBe(2);
    const ended = await observe(desk, at('09:34'));
    expect(ended).toBeGreaterThanOrEqual(at('09:34'));
    expect(desk.tws.audit.messages).toHaveLength(sent);
    expect(await desk.of('order.cancelled')).toEqual([]);
  });
});
