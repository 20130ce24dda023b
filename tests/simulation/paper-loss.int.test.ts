import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import type { PathPoint } from '../../src/testing/fake-tws/scripted-bars.ts';
import { at, IDLE, type PaperDesk } from './paper-desk.ts';
import { alertsOf, paperDesks } from './paper-desks.ts';

const open = paperDesks('09:20');

const [THEIRS = ''] = IDLE;
/** Worth 21,048 dollars where they closed the day before. */
const SHARES = 800;
const CLOSED_AT = 26.31;
const YAML = `capital: { maxUsd: 50000 }
schedule:
  - { name: scan-only, job: scan, at: "10:00", top: 1 }
`;

/** Goes to this part of its price between ten and twenty minutes after the open. */
const falling = (to: number): readonly PathPoint[] => [
  [0, 1],
  [10, 1],
  [20, to],
];

/** A desk in an account that holds shares which are not ours, and go this way. */
async function beside(path: readonly PathPoint[]): Promise<PaperDesk> {
  const desk = await open({ yaml: YAML, paths: { [THEIRS]: path } });
  const { book, holdings } = desk.tws.exchange;
  const contract = book.contracts.find(({ symbol }) => symbol === THEIRS);
  if (contract !== undefined) holdings.book(contract, SHARES, CLOSED_AT, 0);
  await desk.daemon(at('10:05'));
  return desk;
}

describe('an account with shares that are not ours', () => {
  it('enters nothing once it has lost its limit of the day by them', async () => {
    const desk = await beside(falling(0.8));
    const [before] = await desk.of('account.marked');
    expect(before).toMatchObject({ equity: usd(78_952), worth: usd(100_000) });
    const [denied] = await desk.of('intent.denied');
    expect(denied?.reasons.map(({ code }) => code)).toEqual(['DAILY_LOSS', 'LOSS_ROOM']);
    expect(await alertsOf(desk)).toContain('DAILY_LOSS');
    expect(await desk.of('order.submitted')).toEqual([]);
  });

  it('enters while they lose less than that', async () => {
    const desk = await beside(falling(0.99));
    expect(await desk.of('intent.denied')).toEqual([]);
    expect(await desk.of('order.submitted')).toHaveLength(2);
  });
});
