import { chmodSync, closeSync, constants, openSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { FAILURES, Failure, type FailureCode } from '../../domain/failure.ts';
import { systemFailure } from '../../domain/system-failure.ts';
import { lockFolder } from './home-lock.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** What a command asks of the process that writes the home: a name and its arguments, as JSON. */
export interface OwnerRequest {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Does what was asked and gives the answer, as JSON. A Failure it throws reaches whoever asked. */
export type OwnerHandler = (request: OwnerRequest) => Promise<unknown>;

type Reply =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly details: readonly string[];
        readonly hint: string | null;
      };
    };

/** Longer requests and answers are refused: they are commands, not data. */
const MOST_BYTES = 1 << 20;
const SOCKET = 'owner.sock';
/** sockaddr_un holds 108 bytes with the final zero, see unix(7). */
const LONGEST_PATH = 107;

/**
 * Answers commands that need the home's writer while this process is that. Only for the holder of the home's lock.
 * The socket stands in a folder that only its owner may enter, so whoever can ask may also write the files.
 */
export async function serveOwner(
  home: string,
  handler: OwnerHandler,
): Promise<{ close(): Promise<void> }> {
  const folder = lockFolder(home);
  // A holder that was killed left its socket file; nobody listens there, because the lock is ours.
  nodeFileSystem.remove(join(folder, SOCKET));
  const place = reachable(folder);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    void answer(socket, handler);
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(place.path, resolve);
  });
  chmodSync(join(folder, SOCKET), 0o600);
  server.unref();
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          place.release();
          resolve();
        });
      }),
  };
}

/** A path to the socket that is short enough: through the open folder where the plain one is too long. */
function reachable(folder: string): { path: string; release: () => void } {
  const path = join(folder, SOCKET);
  if (Buffer.byteLength(path) <= LONGEST_PATH || process.platform !== 'linux') {
    return { path, release: () => undefined };
  }
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${fd}/${SOCKET}`, release: () => closeSync(fd) };
}

async function answer(socket: Socket, handler: OwnerHandler): Promise<void> {
  // Someone who hangs up early has no answer coming; what was asked is done all the same.
  socket.on('error', () => undefined);
  const reply = await readAll(socket)
    .then(async (text) => handler(requestOf(text)))
    .then((value): Reply => ({ ok: true, value: value ?? null }), refusal);
  socket.end(JSON.stringify(reply));
}

function requestOf(text: string): OwnerRequest {
  const { name, args } = JSON.parse(text) as Partial<OwnerRequest>;
  if (typeof name !== 'string' || typeof args !== 'object' || args === null) {
    throw new Failure('USAGE', 'a request has a name and arguments');
  }
  return { name, args };
}

function refusal(error: unknown): Reply {
  const failure =
    error instanceof Failure
      ? error
      : (systemFailure(error) ?? new Failure('BUG', (error as Error).message, { cause: error }));
  const { code, message, details, hint } = failure;
  return { ok: false, error: { code, message, details, hint: hint ?? null } };
}

/** All that comes until the other side has said what it wanted. An iteration would close our side as well. */
function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > MOST_BYTES) {
        reject(new Failure('USAGE', `a request has at most ${MOST_BYTES} bytes`));
        socket.pause();
      }
    });
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.on('error', reject);
    socket.on('close', () => resolve(''));
  });
}

/** Nobody answers for the home: whoever asks may take its lock and do it. */
export const NOBODY = Symbol('nobody');

/**
 * Asks the process that writes the home, and gives its answer; NOBODY where none listens. Throws the Failure that it
 * answered with, and HOME_BUSY where it ended, or the time was over, before it answered: then it is not known whether
 * it was done.
 */
export async function askOwner(
  home: string,
  request: OwnerRequest,
  timeoutMs?: number,
): Promise<unknown> {
  const folder = lockFolder(home);
  if (nodeFileSystem.stat(join(folder, SOCKET)) === null) return NOBODY;
  const place = reachable(folder);
  try {
    const socket = await connected(place.path);
    if (socket === null) return NOBODY;
    // A process whose loop stands still takes the connection and never answers.
    if (timeoutMs !== undefined) socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.end(JSON.stringify(request));
    return valueOf(await readAll(socket).catch(() => ''), request);
  } finally {
    place.release();
  }
}

function connected(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path, allowHalfOpen: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: { code?: string }) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(null);
      else reject(error as Error);
    });
  });
}

function valueOf(text: string, { name }: OwnerRequest): unknown {
  if (text === '') {
    throw new Failure('HOME_BUSY', `the process that writes the home did not answer "${name}"`, {
      hint: 'whether it was done is not known: look before you ask again',
    });
  }
  const reply = JSON.parse(text) as Reply;
  if (reply.ok) return reply.value;
  const { code, message, details, hint } = reply.error;
  const known = Object.hasOwn(FAILURES, code) ? (code as FailureCode) : 'BUG';
  throw new Failure(known, message, { details, ...(hint === null ? {} : { hint }) });
}

/**
 * Does something that only the home's writer may: asks that process where there is one, else does it here. When a
 * process takes the home in between, it is asked after all.
 */
export async function throughOwner<T>(
  home: string,
  request: OwnerRequest,
  direct: () => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const answered = await askOwner(home, request, timeoutMs);
  if (answered !== NOBODY) return answered as T;
  try {
    return await direct();
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'HOME_BUSY')) throw error;
    const late = await askOwner(home, request, timeoutMs);
    if (late === NOBODY) throw error;
    return late as T;
  }
}
