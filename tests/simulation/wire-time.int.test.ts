import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/time.ts';
import { WireTime } from './wire-time.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A server that answers what it is told, after so many milliseconds of this time. */
async function answering(time: WireTime, afterMs: number): Promise<Socket> {
  const server = createServer((socket) => {
    socket.on('data', (bytes) => {
      if (afterMs === 0) socket.write(bytes);
      else void time.sleep(afterMs).then(() => socket.write(bytes));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  open.push(() => {
    socket.destroy();
    server.close();
  });
  return socket;
}

const answer = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(String(bytes)));
  });

describe('time that waits for the wire', () => {
  it('lets no time pass while bytes are on their way', async () => {
    const time = new WireTime(epochMs(1_000));
    const socket = await answering(time, 0);
    const late = time.sleep(1).then(() => 'time went on first');
    socket.write('hello');
    expect(await Promise.race([late, answer(socket)])).toBe('hello');
  });

  it('passes hours at once where nothing is under way', async () => {
    const time = new WireTime(epochMs(1_000));
    await time.sleep(6 * 3_600_000);
    expect(time.wallMs()).toBe(1_000 + 6 * 3_600_000);
  });

  it('keeps the order of all who wait, here and behind a socket', async () => {
    const time = new WireTime(epochMs(0));
    const socket = await answering(time, 300);
    const said: string[] = [];
    const answered = answer(socket).then((text) => said.push(`${text} at ${time.wallMs()}`));
    socket.write('answer');
    const waits = [400, 200].map((ms) =>
      time.sleep(ms).then(() => said.push(`woken at ${time.wallMs()}`)),
    );
    await Promise.all([answered, ...waits]);
    expect(said).toEqual(['woken at 200', 'answer at 300', 'woken at 400']);
  });

  it('wakes at once whoever is called', async () => {
    const time = new WireTime(epochMs(0));
    const wake = new AbortController();
    const slept = time.sleep(1_000_000, wake.signal);
    wake.abort();
    await slept;
    expect(time.wallMs()).toBe(0);
  });
});
