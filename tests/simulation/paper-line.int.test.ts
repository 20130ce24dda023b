import { describe, expect, it } from 'vitest';
import { readDaemonStatus } from '../../src/adapters/file/daemon-status-file.ts';
import { MINUTE_MS } from '../../src/domain/time.ts';
import { at, type PaperDesk, STEADY } from './paper-desk.ts';
import { alertsOf, expectSound, paperDesks } from './paper-desks.ts';

const open = paperDesks('09:28');

const linkStates = async (desk: PaperDesk): Promise<string[]> =>
  (await desk.of('link.changed')).map(({ to }) => to);

describe('a line that breaks', () => {
  it('is taken up again without a call while that takes seconds', async () => {
    const desk = await open();
    const cut = desk.when(at('10:00:20'), () => desk.tws.drop());
    await desk.daemon(at('10:10'));
    await cut;
    expect(await linkStates(desk)).toEqual(['ready', 'connecting', 'reconciling', 'ready']);
    expect(await alertsOf(desk)).toEqual([]);
    await expectSound(desk);
  });

  it('calls a person once where it stays down, and no scan begins before it is back', async () => {
    const desk = await open({ from: at('09:20') });
    const cut = desk.when(at('09:25'), () => desk.tws.restart(8 * MINUTE_MS));
    await desk.daemon(at('09:50'));
    await cut;
    expect(await alertsOf(desk)).toEqual(['LINK_DOWN']);
    const [missed] = await desk.of('slot.missed');
    expect(missed).toMatchObject({ slot: 'scan-open' });
    expect(missed?.cause).toContain('the line to the broker is connecting');
    expect((await linkStates(desk)).at(-1)).toBe('ready');
    expect(desk.tws.audit.messages).toEqual([]);
  });
});

describe('a window of the broker', () => {
  it('is no cause for a call while the broker is away as it said', async () => {
    const desk = await open({ from: at('00:05') });
    const away = desk.when(at('00:20'), () => desk.tws.restart(80 * MINUTE_MS));
    await desk.daemon(at('02:30'));
    await away;
    expect(await alertsOf(desk)).toEqual([]);
    expect((await linkStates(desk)).at(-1)).toBe('ready');
  });

  it('calls a person to log in ten minutes after it should be over', async () => {
    const desk = await open({ from: at('00:05') });
    const away = desk.when(at('00:20'), () => desk.tws.restart(150 * MINUTE_MS));
    await desk.daemon(at('03:30'));
    await away;
    const alerts = await desk.of('alert.raised');
    expect(alerts.map(({ code }) => code)).toEqual(['NEEDS_LOGIN']);
    expect(alerts[0]?.at).toBeLessThan(at('01:56'));
    expect((await linkStates(desk)).at(-1)).toBe('ready');
  });
});

describe('a stop that is gone in a window of the broker', () => {
  it('calls a person, is sent again once it is over, and nothing is sold for it', async () => {
    const yaml =
      'brokerWindows: [{ name: reset, kind: maintenance, days: [thu], from: "09:35", to: "09:38" }]\n';
    const desk = await open({ yaml });
    const running = desk.daemon(at('09:40'));
    await desk.when(at('09:35:10'), () => {
      for (const order of desk.tws.exchange.book.orders) {
        if (order.fields.orderRef?.includes('/stop/')) desk.tws.exchange.vanish(order);
      }
    });
    await running;
    expect(desk.tws.exchange.cover(STEADY)).toEqual({ held: 35, stops: 35 });
    expect(await alertsOf(desk)).toContain('UNPROTECTED');
    const legs = (await desk.of('order.submitted')).map(({ leg }) => leg);
    expect(legs).toEqual(['entry', 'stop', 'stop']);
  });
});

describe('a client id that another program took', () => {
  it('calls a person once, and is taken up again when it is free', async () => {
    const desk = await open();
    const taken = desk.when(at('09:40'), () => {
      desk.tws.faults.set('client-id-in-use', 3);
      desk.tws.drop();
    });
    await desk.daemon(at('10:30'));
    await taken;
    expect(await linkStates(desk)).toContain('refused');
    expect(await alertsOf(desk)).toEqual(['LINK_REFUSED']);
    expect((await linkStates(desk)).at(-1)).toBe('ready');
  });
});

describe('a gateway that answers slowly', () => {
  it('is waited for with signs of life: nobody takes the daemon for one that stands still', async () => {
    const desk = await open();
    const running = desk.daemon(at('09:38'));
    await desk.when(at('09:32'), () => {
      desk.tws.faults.set('slow-answers');
      desk.tws.drop();
    });
    const ages: number[] = [];
    while (desk.time.wallMs() < at('09:37')) {
      await desk.time.sleep(5_000);
      const { updatedAt = '' } = readDaemonStatus(desk.home) ?? {};
      ages.push(desk.time.wallMs() - Date.parse(updatedAt));
    }
    await running;
    // Once in half a minute it says that it lives.
    expect(Math.max(...ages)).toBeLessThan(35_000);
  });
});
