import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lockFolder, lockHome } from '../../src/adapters/file/home-lock.ts';
import { OPEN_AT } from '../history-scenes.ts';

const root = mkdtempSync(join(tmpdir(), 'home-lock-'));
afterAll(() => rmSync(root, { recursive: true }));
let homes = 0;
const newHome = () => join(root, String(homes++));
const lock = (home: string, role = 'daemon') => lockHome({ home, role, now: OPEN_AT });

describe('the lock of a home', () => {
  it('is refused while another holds it, with the name of the holder', async () => {
    const home = newHome();
    const held = await lock(home);
    await expect(lock(home, 'pipeline')).rejects.toMatchObject({
      code: 'HOME_BUSY',
      exit: 75,
      details: [
        expect.stringMatching(/^held by daemon, process \d+ on .+, since 2026-03-05T14:30/),
      ],
    });
    await held.release();
  });

  it('is free again once it was released, and releasing twice does nothing', async () => {
    const home = newHome();
    const first = await lock(home);
    await first.release();
    await first.release();
    const second = await lock(home);
    expect(() => second.assertHeld()).not.toThrow();
    await second.release();
  });

  it('leaves other homes alone', async () => {
    const locks = [await lock(newHome()), await lock(newHome())];
    for (const one of locks) expect(() => one.assertHeld()).not.toThrow();
    for (const one of locks) await one.release();
  });

  it('is lost when the owner file is another one, and says so once', async () => {
    const home = newHome();
    const reasons: string[] = [];
    const held = await lockHome({
      home,
      role: 'daemon',
      now: OPEN_AT,
      onLost: (reason) => reasons.push(reason),
    });
    const owner = join(lockFolder(home), 'owner.json');
    rmSync(owner);
    writeFileSync(owner, '{}');
    for (let i = 0; i < 2; i += 1) {
      expect(() => held.assertHeld()).toThrow(/another process took the home over/);
    }
    expect(reasons).toHaveLength(1);
    await held.release();
    expect(statSync(owner).size).toBe(2);
  });

  it('is kept in files that nobody else may read', async () => {
    const home = newHome();
    const held = await lock(home);
    expect(statSync(lockFolder(home)).mode & 0o777).toBe(0o700);
    expect(statSync(join(lockFolder(home), 'owner.json')).mode & 0o777).toBe(0o600);
    await held.release();
  });
});
