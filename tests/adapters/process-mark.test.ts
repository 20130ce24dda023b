import { describe, expect, it } from 'vitest';
import { hasEnded, ownMark, type ProcessMark } from '../../src/adapters/file/process-mark.ts';

describe('a process that left its mark', () => {
  // What the system says of it, where it does.
  const self: ProcessMark = { ...ownMark(), bootId: 'this', pidSpace: 'pid:[7]' };
  const judged = (change: Partial<ProcessMark>) => hasEnded({ ...self, ...change }, self);

  it('has not ended while it runs', () => {
    expect(hasEnded(ownMark())).toBe(false);
  });

  it('has ended where the machine was started since, though its number is used again', () => {
    expect(judged({ bootId: 'another' })).toBe(true);
  });

  it('has ended where its number belongs to nobody, or to a process that began at another time', () => {
    expect(judged({ pid: 2 ** 30 })).toBe(true);
    expect(judged({ startTicks: '1' })).toBe(true);
  });

  it('may live where it cannot be looked at: on another machine, in another container, or nobody says', () => {
    expect(judged({ host: 'elsewhere', bootId: 'another' })).toBe(false);
    expect(judged({ pidSpace: 'pid:[1]', pid: 2 ** 30 })).toBe(false);
    expect(judged({ pidSpace: null, pid: 2 ** 30 })).toBe(false);
    expect(judged({ bootId: null, pid: 2 ** 30 })).toBe(false);
    expect(hasEnded({ ...self, pid: 2 ** 30 }, { ...self, bootId: null })).toBe(false);
  });
});
