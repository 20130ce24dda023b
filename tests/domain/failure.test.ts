import { describe, expect, it } from 'vitest';
import {
  EXIT,
  EXIT_MEANINGS,
  FAILURES,
  Failure,
  type FailureCode,
} from '../../src/domain/failure.ts';
import { assert, assertExists, InvariantError, unreachable } from '../../src/domain/result.ts';

const codes = Object.keys(FAILURES) as FailureCode[];

describe('a failure', () => {
  it.each(codes)('%s ends with an exit code that has a meaning and is not success', (code) => {
    const { exit } = new Failure(code, 'x');
    expect(exit).toBe(FAILURES[code]);
    expect(exit).not.toBe(EXIT.OK);
    const named = Object.entries(EXIT).filter(([, value]) => value === exit);
    expect(named).toHaveLength(1);
  });

  it('says what failed, why, and what to do next', () => {
    const cause = new Error('EACCES');
    const failure = new Failure('CANNOT_WRITE', 'cannot write x', {
      details: ['permission denied'],
      hint: 'chmod u+w x',
      cause,
    });
    expect(failure).toMatchObject({
      name: 'Failure',
      code: 'CANNOT_WRITE',
      message: 'cannot write x',
      details: ['permission denied'],
      hint: 'chmod u+w x',
      cause,
    });
  });

  it('has no cause, details or hint where none was given', () => {
    const failure = new Failure('USAGE', 'x');
    expect(failure).toMatchObject({ details: [], hint: undefined });
    expect('cause' in failure).toBe(false);
  });
});

describe('the exit codes', () => {
  it('are distinct, fit a process, and each has a meaning', () => {
    const values = Object.values(EXIT);
    expect(new Set(values).size).toBe(values.length);
    for (const value of values) expect(value >= 0 && value <= 255).toBe(true);
    expect(Object.keys(EXIT_MEANINGS)).toEqual(Object.keys(EXIT));
  });
});

describe('a broken invariant', () => {
  it('ends what goes on, with what should have been true', () => {
    expect(() => assert(null, 'a book is open')).toThrow(new InvariantError('a book is open'));
    expect(() => assertExists(undefined, 'a fill has an order')).toThrow(InvariantError);
    expect(assertExists(0, 'zero is a value')).toBe(0);
    expect(() => unreachable('sideways' as never)).toThrow(/sideways/);
  });
});
