import { describe, expect, it } from 'vitest';
import { writeKillFile } from '../../src/adapters/file/kill-file.ts';
import { at, type PaperDesk, STEADY } from './paper-desk.ts';
import { expectSound, paperDesks } from './paper-desks.ts';

const open = paperDesks('09:29');

/** Puts the kill file there at an instant, as a person does. */
function killAt(desk: PaperDesk, time: string, positions: 'keep' | 'flatten'): Promise<void> {
  const order = { by: 'somebody', via: 'file', positions, cause: 'drill', at: at(time) } as const;
  return desk.when(at(time), () => writeKillFile(desk.home, order));
}

const sent = ({ tws }: PaperDesk, kind: 'place' | 'cancel'): number =>
  tws.audit.messages.filter((message) => message.kind === kind).length;

describe('a kill at a broker that refuses', () => {
  it.each(['cancel-not-found', 'cancel-impossible'] as const)(
    'withdraws the entry again and again, but not at once: %s',
    async (fault) => {
      const desk = await open();
      const { audit, exchange, faults } = desk.tws;
      const heard = audit.heard.bind(audit);
      audit.heard = (message) => {
        audit.heard = heard;
        exchange.prices.halt(STEADY, true);
        heard(message);
      };
      faults.set(fault);
      const killed = killAt(desk, '09:30:20', 'keep');
      await desk.daemon(at('09:34'));
      await killed;
      expect(faults.wasDone(fault)).toBe(true);
      expect(sent(desk, 'cancel')).toBeGreaterThan(5);
      expect(sent(desk, 'cancel')).toBeLessThan(60);
    },
  );

  it('asks for a sale again each minute until it is taken', async () => {
    const desk = await open();
    const killed = killAt(desk, '09:31:20', 'flatten');
    const refuses = desk.when(at('09:31:10'), () => desk.tws.faults.set('reject'));
    const takes = desk.when(at('09:34:30'), () => desk.tws.faults.clear('reject'));
    await desk.daemon(at('09:37'));
    await Promise.all([killed, refuses, takes]);
    const sales = sent(desk, 'place') - 2;
    expect(sales).toBeGreaterThanOrEqual(4);
    expect(sales).toBeLessThan(8);
    expect(desk.tws.exchange.cover(STEADY)).toEqual({ held: 0, stops: 0 });
    await expectSound(desk);
  });

  it('sells as soon as the line is back', async () => {
    const desk = await open();
    const lost = desk.when(at('09:31:10'), () => desk.tws.announce(1100, 'connectivity was lost'));
    const killed = killAt(desk, '09:31:20', 'flatten');
    const back = desk.when(at('09:34:20'), () => desk.tws.announce(1102, 'it was restored'));
    await desk.daemon(at('09:37'));
    await Promise.all([lost, killed, back]);
    const [closed] = await desk.of('trade.closed');
    expect(closed).toMatchObject({ exitReason: 'kill' });
    expect((closed?.at ?? 0) - at('09:34:20')).toBeLessThan(5_000);
    await expectSound(desk);
  });
});
