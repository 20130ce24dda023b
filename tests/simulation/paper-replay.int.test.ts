import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { captureData } from '../../src/app/capture-data.ts';
import { type ReplayReport, replayRecordings } from '../../src/app/replay.ts';
import { epochMs, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';
import { at, DATE, type DeskOptions, type PaperDesk, STEADY } from './paper-desk.ts';
import { paperDesks } from './paper-desks.ts';

const nextDay = sessionDate('2026-03-06');
const openQuietly = paperDesks('09:28');
const open = ({ yaml = '', ...options }: DeskOptions = {}): Promise<PaperDesk> =>
  openQuietly({ ...options, yaml: `recordings: { enabled: true }\n${yaml}` });

const replayOf = async (desk: PaperDesk): Promise<ReplayReport> =>
  replayRecordings({
    home: desk.home,
    loaded: await desk.config(),
    rules: 'today',
    data: 'recorded',
  });

const ordersOf = ({ runs }: ReplayReport) =>
  runs.flatMap(({ orders }) => orders.map(({ leg, filled, class: kind }) => [leg, filled, kind]));

describe('a session at a real broker', () => {
  it('is decided again the same from what was recorded of it, quotes and fills included', async () => {
    const desk = await open();
    await desk.daemon(at('09:40'));
    const report = await replayOf(desk);
    expect(report).toMatchObject({ same: true, damaged: [] });
    expect(report.runs.map(({ notes }) => notes)).toEqual([[]]);
    expect(ordersOf(report)).toEqual([
      ['entry', 35, 'same'],
      ['stop', 0, 'same'],
    ]);
  });

  it('can be captured when the bars of its day are known', async () => {
    const desk = await open();
    await desk.daemon(at('09:40'));
    const capture = async () =>
      captureData({
        home: desk.home,
        loaded: await desk.config(),
        now: epochMs(desk.time.wallMs()),
        from: DATE,
        to: DATE,
        everyMs: MINUTE_MS,
      });
    await expect(capture()).rejects.toThrow(/has not closed yet/);
    await desk.skipTo(at('09:15', nextDay));
    await desk.daemon(at('09:20', nextDay));
    const found = await capture();
    expect(found).toMatchObject({ complete: true, modelledQuotes: false, lacking: [] });
    expect(found.quotes).toBeGreaterThan(0);
    expect(existsSync(`${found.dir}/${STEADY}_1d.csv`)).toBe(true);
  });
});
