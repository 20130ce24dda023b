import { describe, expect, it } from 'vitest';
import { acceptLosses } from '../../src/adapters/file/history-accept-loss.ts';
import { all, feePaid, tradeOpened } from '../history-scenes.ts';
import { FOLDER, openOn, runUntilDeath } from './crash-scenes.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import {
  APRIL,
  acceptingOn,
  closedHome,
  edited,
  joined,
  lines,
  MARCH,
  NEXT_MONTH,
  verify,
} from './tampering-scenes.ts';

describe('accepting a loss', () => {
  it.each([
    ['a fee in an old month', MARCH, edited(5, 'data', 'DATA'), [5, 5]],
    ['an opening that later events need', APRIL, edited(2, 'T3', 'T9'), [9, 9]],
    [
      'the end of the journal',
      APRIL,
      (content: Buffer) => joined(lines(content).slice(0, 2)),
      [10, 12],
    ],
    [
      'a whole step with garbage for it',
      APRIL,
      (content: Buffer) => joined(lines(content).map((text, i) => (i === 4 ? 'garbage' : text))),
      [12, 12],
    ],
  ] as const)(
    'names it in the journal for good and lets the home start again: %s',
    async (_, path, change, [from, to]) => {
      const disk = await closedHome();
      disk.tamper(path, change);
      const accepted = await acceptLosses(acceptingOn(disk));
      expect(accepted.losses.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([[from, to]]);
      const { history } = await openOn(disk);
      await history.append([tradeOpened(9, NEXT_MONTH)]);
      await history.close();
      const verified = await verify(disk);
      expect(verified.findings).toEqual([]);
      const events = await all(history.reader.events({ fromSeq: 1 }));
      expect(events.filter(({ type }) => type === 'history.loss_accepted')).toHaveLength(1);
      expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length);
      expect(events.at(-1)).toMatchObject({ tradeId: 'T9' });
    },
  );

  it('has nothing to do where nothing is lost', async () => {
    const disk = await closedHome();
    expect(await acceptLosses(acceptingOn(disk))).toEqual(expect.objectContaining({ losses: [] }));
  });

  it('does not cover damage that comes later', async () => {
    const disk = await closedHome();
    disk.tamper(MARCH, edited(5, 'data', 'DATA'));
    await acceptLosses(acceptingOn(disk));
    disk.tamper(MARCH, edited(3, 'T1', 'T9'));
    const { findings } = await verify(disk);
    expect(findings.filter((text) => text.startsWith('2026'))).toEqual([
      expect.stringContaining('2026-03.jsonl:3 (event 3)'),
    ]);
  });

  it('refuses to go on without the first event', async () => {
    const disk = await closedHome();
    disk.tamper(MARCH, edited(1, 'sim', 'SIM'));
    await expect(acceptLosses(acceptingOn(disk))).rejects.toMatchObject({
      code: 'HISTORY_DAMAGED',
    });
  });

  it.each([
    ['first', [3], [3, 3]],
    ['second', [4], [4, 4]],
    ['last', [5], [5, 5]],
    ['first and last', [3, 5], [3, 3]],
    ['every', [3, 4, 5], [3, 5]],
  ] as const)('goes on without the %s line of the last step', async (_, changed, [from, to]) => {
    const disk = new SimulatedDisk();
    await runUntilDeath(disk, [[feePaid(-1)], [feePaid(-2), feePaid(-3), feePaid(-4)]], 1_000);
    disk.tamper(`${FOLDER}/state/position.json`, () => null);
    for (const line of changed) disk.tamper(MARCH, edited(line, 'data feed', 'data food'));
    const { losses } = await acceptLosses(acceptingOn(disk));
    expect(losses.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toContainEqual([from, to]);
    const { history } = await openOn(disk);
    await history.append([feePaid(-9)]);
    await history.close();
    expect((await verify(disk)).findings).toEqual([]);
  });
});
