import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lockFolder, lockHome } from '../../src/adapters/file/home-lock.ts';
import {
  askOwner,
  NOBODY,
  serveOwner,
  throughOwner,
} from '../../src/adapters/file/owner-channel.ts';
import { Failure } from '../../src/domain/failure.ts';
import { OPEN_AT } from '../history-scenes.ts';

const root = mkdtempSync(join(tmpdir(), 'owner-'));
afterAll(() => rmSync(root, { recursive: true }));
let homes = 0;

/** A home that this process holds. */
async function heldHome(name = String(homes++)) {
  const home = join(root, name);
  const lock = await lockHome({ home, role: 'daemon', now: OPEN_AT });
  return { home, lock };
}

const request = { name: 'history.rebuild', args: { view: 'trades' } };

describe('asking the writer of a home', () => {
  it('finds nobody where nobody writes, also where a killed writer left its socket', async () => {
    const { home, lock } = await heldHome();
    expect(await askOwner(home, request)).toBe(NOBODY);
    writeFileSync(join(lockFolder(home), 'owner.sock'), '');
    expect(await askOwner(home, request)).toBe(NOBODY);
    await lock.release();
  });

  it('hands over the request and brings the answer back', async () => {
    const { home, lock } = await heldHome();
    const asked: unknown[] = [];
    const served = await serveOwner(home, async (what) => {
      asked.push(what);
      return { done: what.name };
    });
    const answers = await Promise.all([1, 2, 3].map(() => askOwner(home, request)));
    expect(answers).toEqual(answers.map(() => ({ done: 'history.rebuild' })));
    expect(asked).toEqual([request, request, request]);
    expect(statSync(join(lockFolder(home), 'owner.sock')).mode & 0o077).toBe(0);
    await served.close();
    expect(await askOwner(home, request)).toBe(NOBODY);
    await lock.release();
  });

  it('brings a refusal back as it was', async () => {
    const { home, lock } = await heldHome();
    const served = await serveOwner(home, async () => {
      throw new Failure('REFUSED_BY_GATE', 'not armed', { details: ['mode live'], hint: 'arm it' });
    });
    await expect(askOwner(home, request)).rejects.toMatchObject({
      code: 'REFUSED_BY_GATE',
      message: 'not armed',
      details: ['mode live'],
      hint: 'arm it',
    });
    await served.close();
    await lock.release();
  });

  it('does not guess when the writer ends without an answer', async () => {
    const { home, lock } = await heldHome();
    const dying = createServer((socket) => socket.destroy());
    await new Promise<void>((ready) => dying.listen(join(lockFolder(home), 'owner.sock'), ready));
    await expect(askOwner(home, request)).rejects.toMatchObject({
      code: 'HOME_BUSY',
      hint: expect.stringContaining('not known'),
    });
    await new Promise((closed) => dying.close(closed));
    await lock.release();
  });

  it('reaches a home whose path is longer than a socket may have', async () => {
    const { home, lock } = await heldHome('h'.repeat(120));
    const served = await serveOwner(home, async () => 'here');
    expect(await askOwner(home, request)).toBe('here');
    await served.close();
    await lock.release();
  });

  it('is done by whoever asks where nobody writes, and by a writer that came in between', async () => {
    const { home, lock } = await heldHome();
    const direct = async () => 'by myself';
    expect(await throughOwner(home, request, direct)).toBe('by myself');
    let served: { close(): Promise<void> } | null = null;
    const beaten = async () => {
      served = await serveOwner(home, async () => 'by the writer');
      throw new Failure('HOME_BUSY', 'another was faster');
    };
    expect(await throughOwner<string>(home, request, beaten)).toBe('by the writer');
    await (served as { close(): Promise<void> } | null)?.close();
    await lock.release();
  });
});
