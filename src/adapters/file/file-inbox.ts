import { existsSync, readdirSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type EpochMs, isoUtc } from '../../domain/time.ts';
import { instantCodec } from '../../events/codecs.ts';
import type { HandedAnswer, HandedRequest, Inbox } from '../../ports/inbox.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';

const request = z.strictObject({
  id: z.string().regex(/^[0-9TZ-]{20,60}$/),
  at: instantCodec,
  command: z.enum(['close', 'flatten']),
  symbols: z.array(z.string()),
  principal: z.string(),
  host: z.string(),
});

const answer = z.strictObject({
  id: z.string(),
  ok: z.boolean(),
  result: z.unknown(),
  message: z.string(),
});

const folderOf = (home: string, kind: 'requests' | 'answers'): string =>
  join(home, 'data', 'control', kind);

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];

function parsed<T>(path: string, read: (value: unknown) => T): T | null {
  const text = readWhole(nodeFileSystem, path)?.toString('utf8');
  if (text === undefined) return null;
  try {
    return read(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The requests of a home, for the process that holds it. */
export function fileInbox(home: string): Inbox {
  const requests = folderOf(home, 'requests');
  const answers = folderOf(home, 'answers');
  return {
    hasRequests: () => filesIn(requests).length > 0,
    requests: () =>
      filesIn(requests).flatMap((name) => {
        const path = join(requests, name);
        const read = parsed(path, (value) => z.decode(request, value as never));
        if (read !== null && `${read.id}.json` === name) return [read];
        rmSync(path, { force: true });
        return [];
      }),
    answer: (given) => {
      nodeFileSystem.makeFolder(answers);
      writeAtomic(nodeFileSystem, join(answers, `${given.id}.json`), `${JSON.stringify(given)}\n`);
      rmSync(join(requests, `${given.id}.json`), { force: true });
    },
  };
}

/** Leaves a request for whoever holds the home; its name tells when it was made. */
export function handOver(
  home: string,
  asked: Pick<HandedRequest, 'command' | 'symbols'>,
  now: EpochMs,
): HandedRequest {
  const folder = folderOf(home, 'requests');
  nodeFileSystem.makeFolder(folder);
  const id = `${isoUtc(now).replaceAll(/[:.]/g, '-')}-${process.pid}`;
  const principal = userInfo().username;
  const handed: HandedRequest = { ...asked, id, at: now, principal, host: hostname() };
  const text = JSON.stringify(z.encode(request, { ...handed, symbols: [...asked.symbols] }));
  writeAtomic(nodeFileSystem, join(folder, `${id}.json`), `${text}\n`);
  return handed;
}

/** The answer to a request, taken away; null while there is none. */
export function takeAnswer(home: string, id: string): HandedAnswer | null {
  const path = join(folderOf(home, 'answers'), `${id}.json`);
  const read = parsed(path, (value) => answer.parse(value));
  if (read !== null) rmSync(path, { force: true });
  return read;
}

/** Takes a request back that nobody answered; true where it had not been taken up. */
export function takeBack(home: string, id: string): boolean {
  const path = join(folderOf(home, 'requests'), `${id}.json`);
  if (!existsSync(path)) return false;
  rmSync(path, { force: true });
  return true;
}
