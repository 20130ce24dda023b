import { afterEach, beforeAll, expect } from 'vitest';
import { paperFindings } from './paper-audit.ts';
import { at, type DeskOptions, loadAll, PaperDesk } from './paper-desk.ts';

/** Opens desks for the tests of a file, at a time of day unless another is asked for; each is closed after its test. */
export function paperDesks(from: string): (options?: DeskOptions) => Promise<PaperDesk> {
  const desks: PaperDesk[] = [];
  beforeAll(loadAll);
  afterEach(async () => {
    for (const desk of desks.splice(0)) await desk.close();
  });
  return async (options = {}) => {
    const desk = await PaperDesk.open({ from: at(from), ...options });
    desks.push(desk);
    return desk;
  };
}

/** Both books agree, nothing was naked, sent twice, too fast or too early, and the journal is whole. */
export async function expectSound(desk: PaperDesk): Promise<void> {
  expect(await paperFindings(desk.tws, desk.home, await desk.events())).toEqual([]);
}

/** What a person was called for. */
export const alertsOf = async (desk: PaperDesk): Promise<string[]> =>
  (await desk.of('alert.raised')).map(({ code }) => code);
