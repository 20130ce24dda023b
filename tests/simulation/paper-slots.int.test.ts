import { describe, expect, it } from 'vitest';
import { resolveBreaks } from '../../src/app/reconcile-home.ts';
import { runSlotOnce } from '../../src/app/run-slot-once.ts';
import { epochMs, sessionDate } from '../../src/domain/time.ts';
import { at, DATE, NARROW, type PaperDesk, STEADY } from './paper-desk.ts';
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

describe('a scan that is run by hand', () => {
  const SCANS = `schedule:
  - { name: scan-open, job: scan, at: "09:30", top: 1 }
  - { name: scan-late, job: scan, at: "09:40", top: 1 }
`;

  it('begins where somebody took note of what book and broker differ in', async () => {
    const desk = await open({ yaml: SCANS, symbols: [NARROW, STEADY] });
    const given = desk.when(at('09:33'), () => {
      const contract = desk.tws.exchange.book.contracts.find(({ symbol }) => symbol === NARROW);
      if (contract !== undefined) desk.tws.exchange.holdings.book(contract, 5, 100, 1);
    });
    await desk.daemon(at('09:39'));
    await given;
    const request = async () => ({
      home: desk.home,
      loaded: await desk.config(),
      version: '0',
      now: epochMs(Math.floor(desk.time.wallMs())),
      time: desk.time,
    });
    const scan = async () => {
      const job = { job: 'scan-late', observer: {}, onEvents: () => {} };
      return runSlotOnce({ ...(await request()), ...job });
    };
    await desk.time.sleep(at('09:40:05') - desk.time.wallMs());
    expect(await scan()).toMatchObject({
      slot: null,
      why: expect.stringMatching(/^scan-late of .* does not begin: book and broker differ/),
    });
    await resolveBreaks(await request(), { key: 'all', note: 'a gift' });
    expect(await scan()).toMatchObject({ run: { status: 'completed' } });
  });
});

describe('a report that is run by hand', () => {
  const SOON = `schedule:
  - { name: scan-open, job: scan,   at: "09:30", top: 1 }
  - { name: report,    job: report, at: close+5m }
`;

  it('waits until the close can be valued, and is of all of the day then', async () => {
    const desk = await open({ yaml: SOON });
    await desk.daemon(at('09:36'));
    const report = async () =>
      runSlotOnce({
        home: desk.home,
        loaded: await desk.config(),
        version: '0',
        now: epochMs(Math.floor(desk.time.wallMs())),
        time: desk.time,
        job: 'report',
        observer: {},
        onEvents: () => {},
      });
    await desk.skipTo(at('16:06'));
    expect(await report()).toMatchObject({
      slot: null,
      why: expect.stringMatching(/^report of .* waits until 16:15 ET$/),
    });
    await desk.skipTo(at('16:16'));
    expect(await report()).toMatchObject({ run: { status: 'completed' } });
    const close = (await desk.of('account.marked')).at(-1);
    expect(close).toMatchObject({ session: DATE, cause: 'close' });
    expect((await desk.of('report.written'))[0]?.seq).toBeGreaterThan(close?.seq ?? 0);
  });
});
