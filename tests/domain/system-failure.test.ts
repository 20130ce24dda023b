import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '../../src/domain/failure.ts';
import { systemFailure } from '../../src/domain/system-failure.ts';
import { inFolder } from '../cli/homes.ts';

/** An error as Node throws it for a file. */
const refused = (code: string, syscall: string, path?: string): Error =>
  Object.assign(new Error(`${code}: no, ${syscall}${path === undefined ? '' : ` '${path}'`}`), {
    code,
    errno: -1,
    syscall,
    ...(path === undefined ? {} : { path }),
  });

const thrownBy = (work: () => void): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('what the system refuses', () => {
  it.each([
    ['ENOSPC', 'write', /Free space/],
    ['EDQUOT', 'fsync', /Free space/i],
    ['EROFS', 'open', /mounted for reading/],
    ['EACCES', 'mkdir', /owner/],
    ['ENOENT', 'mkdir', /folder/],
    ['EIO', 'fdatasync', /disk/],
  ])('is a file that cannot be written: %s of %s', (code, syscall, hint) => {
    const failure = systemFailure(refused(code, syscall, '/desk/x'));
    expect(failure).toMatchObject({ code: 'CANNOT_WRITE', message: '/desk/x cannot be written' });
    expect(failure?.details).toEqual([`${code}: no, ${syscall} '/desk/x'`]);
    expect(failure?.hint).toMatch(new RegExp(hint.source, 'i'));
    expect(failure?.exit).toBe(FAILURES.CANNOT_WRITE);
  });

  it.each([
    ['EACCES', 'open'],
    ['EPERM', 'scandir'],
    ['ENOTDIR', 'lstat'],
    ['EMFILE', 'open'],
  ])('is a file that cannot be opened: %s of %s', (code, syscall) => {
    const failure = systemFailure(refused(code, syscall, '/desk/x'));
    expect(failure).toMatchObject({ code: 'FILE_REFUSED', message: '/desk/x cannot be opened' });
  });

  it('names no file where the system named none', () => {
    expect(systemFailure(refused('ENOSPC', 'write'))?.message).toBe('a file cannot be written');
  });

  it('is known from what Node itself throws', () =>
    inFolder(async (dir) => {
      const file = join(dir, 'file');
      writeFileSync(file, '');
      const made = thrownBy(() => mkdirSync(join(file, 'folder'), { recursive: true }));
      expect(systemFailure(made)?.code).toBe('CANNOT_WRITE');
      const read = thrownBy(() => readFileSync(dir));
      expect(systemFailure(read)?.code).toBe('FILE_REFUSED');
    }));

  it('is none of our own mistakes', () => {
    expect(systemFailure(new TypeError('x is not a function'))).toBeNull();
    expect(systemFailure(refused('ENOENT', 'open', '/desk/x'))).toBeNull();
    expect(systemFailure(refused('EEXIST', 'rename', '/desk/x'))).toBeNull();
    expect(systemFailure(refused('ECONNREFUSED', 'connect'))).toBeNull();
    expect(systemFailure(refused('EPERM', 'kill'))).toBeNull();
    expect(systemFailure('EACCES')).toBeNull();
    expect(systemFailure(null)).toBeNull();
  });
});
