import { describe, expect, it } from 'vitest';
import { runFakeTws } from '../../../src/testing/fake-tws/main.ts';

describe('the server for trying the daemon', () => {
  it.each([
    ['--symbols', 'abc'],
    ['--cash', '0'],
    ['--port', '4002.5'],
    ['--fault', 'none-such'],
  ])('does not begin with what it cannot read: %s %s', async (...argv) => {
    expect(await runFakeTws(argv)).toBe(2);
  });
});
