import { describe, expect, it } from 'vitest';
import { sessionDate } from '../../src/domain/time.ts';
import { run } from '../cli/fake-world.ts';
import { paperFindings } from './paper-audit.ts';
import { at, STEADY } from './paper-desk.ts';
import { paperDesks } from './paper-desks.ts';

const open = paperDesks('09:10');

const scanAt = (time: string): string =>
  `schedule:\n  - { name: scan-only, job: scan, at: "${time}", top: 3 }\n`;

describe('outside the session', () => {
  it.each([
    ['before the open', '09:00', '08:58', '09:05'],
    ['after the close', '16:30', '16:28', '16:35'],
  ])('no order leaves: %s', async (_when, scan, from, until) => {
    const desk = await open({ from: at(from), yaml: scanAt(scan) });
    await desk.daemon(at(until));
    expect(desk.tws.audit.messages).toEqual([]);
    const [completed] = await desk.of('run.completed');
    expect(completed?.denials).toMatchObject({ MARKET_CLOSED: 1 });
  });

  it('nothing is scanned on a day without a session', async () => {
    const saturday = sessionDate('2026-03-07');
    const desk = await open({ from: at('09:58', saturday), yaml: scanAt('10:00') });
    await desk.daemon(at('10:05', saturday));
    expect(desk.tws.audit.messages).toEqual([]);
    expect(await desk.of('slot.claimed')).toEqual([]);
  });

  it('no order leaves in the last minutes before the close', async () => {
    const desk = await open({ from: at('15:39'), yaml: scanAt('15:40') });
    await desk.daemon(at('15:45'));
    expect(desk.tws.audit.messages).toEqual([]);
    const [completed] = await desk.of('run.completed');
    expect(completed?.denials).toEqual({ SESSION_LATE: 1 });
  });

  it('every order of a day and its evening left in the session, but for stops that follow', async () => {
    const desk = await open({ from: at('15:19'), yaml: scanAt('15:20') });
    await desk.daemon(at('16:40'));
    const placed = desk.tws.audit.messages.filter(({ kind }) => kind === 'place');
    expect(placed.length).toBeGreaterThan(0);
    expect(placed.filter(({ inSession }) => !inSession)).toEqual([]);
    const later = desk.tws.audit.messages.filter(({ inSession }) => !inSession);
    expect(
      later.filter(({ kind, orderRef }) => kind !== 'modify' || !orderRef.includes('/stop/')),
    ).toEqual([]);
    expect(desk.tws.exchange.cover(STEADY)).toEqual({ held: 35, stops: 35 });
    expect(await paperFindings(desk.tws, desk.home, await desk.events())).toEqual([]);
  });
});

describe('a warm-up before the open', () => {
  it('asks for universe, contracts and bars, so that the scan need not', async () => {
    const yaml = `schedule:
  - { name: warm,      job: warm, at: "09:20" }
  - { name: scan-open, job: scan, at: "09:30", top: 3 }
`;
    const desk = await open({ from: at('09:19'), yaml });
    const asked: string[] = [];
    const handle = desk.tws.handle.bind(desk.tws);
    desk.tws.handle = (session, request) => {
      const when = desk.time.wallMs() < at('09:30') ? 'before' : 'after';
      if (request.kind === 'contractDetails') asked.push(`contract ${when}`);
      if (request.kind === 'history' && request.barSize === '1 day') asked.push(`days ${when}`);
      handle(session, request);
    };
    await desk.daemon(at('09:32'));
    expect([...new Set(asked)].sort()).toEqual(['contract before', 'days before']);
    expect(desk.tws.exchange.cover(STEADY)).toEqual({ held: 35, stops: 35 });
  });
});

describe('no option sets the clock of what reaches the broker', () => {
  it.each([
    [
      'a daemon that plays dates',
      ['daemon', '--simulate', '--from', '2026-03-05', '--to', '2026-03-05'],
    ],
    ['a scan as of an instant', ['pipeline', '--as-of', '2026-03-05T14:30:00Z']],
  ])('%s connects to nobody', async (_what, argv) => {
    const desk = await open({
      from: at('09:29'),
      yaml: 'data: { synthetic: { seed: 1, symbols: 12 } }\n',
    });
    const { exit, stderr } = await run([...argv, '--home', desk.home], { cwd: desk.home });
    expect(exit, stderr).toBe(0);
    expect(desk.tws.record.clientIds).toEqual([]);
    expect(desk.tws.audit.messages).toEqual([]);
  });
});
