import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FrameReader, frameOf } from '../../../src/testing/fake-tws/frame.ts';
import { COMPLETED_ORDER, OPEN_ORDER } from '../../../src/testing/fake-tws/order-layouts.ts';
import { PLACE_ORDER } from '../../../src/testing/fake-tws/place-order-layout.ts';

const data = process.env.TRADE_LABS_TEST_DATA;
const golden = data === undefined ? '' : join(data, '..', 'reference', 'ibkr_golden_frames.txt');

/** Recorded messages of TWS with the server version they were recorded at. */
function recorded(): { version: number; tokens: string[] }[] {
  const lines = readFileSync(golden, 'utf8').split('\n');
  return lines.flatMap((line, i) => {
    const version = /^# decodes at serverVersion (\d+)/.exec(line)?.[1];
    const frame = lines[i + 1];
    if (version === undefined || frame === undefined) return [];
    return [{ version: Number(version), tokens: frame.split('|').slice(0, -1) }];
  });
}

describe('the fields of an order', () => {
  it.each([
    [151, 110],
    [164, 113],
    [176, 115],
    [178, 114],
    [187, 118],
    [193, 118],
  ])('are as many as a client sends at %i', (version, count) => {
    // The message's id is the first token.
    expect(PLACE_ORDER.write(version, {})).toHaveLength(count - 1);
  });

  it('are as many as TWS tells at 176, the id of the message apart', () => {
    expect(OPEN_ORDER.write(176, {})).toHaveLength(135);
  });

  it('read back as they were written, and not one more or less', () => {
    for (const version of [151, 176, 178, 193]) {
      for (const message of [OPEN_ORDER, COMPLETED_ORDER, PLACE_ORDER]) {
        const tokens = message.write(version, { orderRef: 'a/b/c', account: 'DU1' }).map(String);
        const read = message.read(version, tokens);
        expect(read).toMatchObject({ orderRef: 'a/b/c', account: 'DU1' });
        expect(message.write(version, read)).toEqual(tokens);
        expect(() => message.read(version, [...tokens, ''])).toThrow('expected at');
        expect(() => message.read(version, tokens.slice(1))).toThrow('expected at');
      }
    }
  });

  it('refuse a value for a field that does not exist', () => {
    expect(() => OPEN_ORDER.write(193, { limitPrice: 1 })).toThrow('no field limitPrice');
  });
});

describe.skipIf(!existsSync(golden))('orders that TWS told of', () => {
  const orders = existsSync(golden) ? recorded().filter(({ tokens }) => tokens[0] === '5') : [];

  it('are there to be compared', () => {
    expect(orders.length).toBeGreaterThanOrEqual(4);
  });

  it.each(orders)(
    'are read and written again token by token at $version',
    ({ version, tokens }) => {
      const fields = OPEN_ORDER.read(version, tokens.slice(1));
      expect(OPEN_ORDER.write(version, fields)).toEqual(tokens.slice(1));
      expect(fields).toMatchObject({
        account: 'DU1234567',
        secType: expect.stringMatching(/^(STK|FUT|FOP)$/),
      });
      expect(['Submitted', 'PreSubmitted', 'Filled', 'Cancelled']).toContain(fields.status);
    },
  );
});

describe('a stream of messages', () => {
  it('is cut into messages however it is torn', () => {
    const sent = [['1', 'ä', ''], ['99', 'x'.repeat(700)], ['5']];
    const stream = Buffer.concat(sent.map(frameOf));
    for (const size of [1, 2, 3, 7, 64, stream.length]) {
      const reader = new FrameReader();
      const got: string[][] = [];
      for (let at = 0; at < stream.length; at += size) {
        got.push(...reader.push(stream.subarray(at, at + size)));
      }
      expect(got).toEqual(sent);
    }
  });

  it('ends at a length that no message has', () => {
    expect(() => new FrameReader().push(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow('bytes');
  });
});
