import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isPriceMessage } from '../../src/adapters/ib/ib-messages.ts';
import { openWireLog } from '../../src/adapters/system/wire-record.ts';
import { DAY_MS, type EpochMs, epochMs } from '../../src/domain/time.ts';

const root = mkdtempSync(join(tmpdir(), 'wire-record-'));
afterAll(() => rmSync(root, { recursive: true }));

const START = Date.UTC(2026, 2, 5, 15);
let homes = 0;

/** A home's record of the wire, and a clock for it. */
function record(maxBytes = 10_000) {
  homes += 1;
  const home = join(root, String(homes));
  const clock = { at: epochMs(START) };
  const wire = openWireLog(home, { keepDays: 3, now: () => clock.at, maxBytes });
  const folder = join(home, 'logs', 'wire');
  const write = (token: unknown): void =>
    wire.write({ at: clock.at, direction: 'sent', tokens: [49, token] });
  const pass = (ms: number): void => {
    clock.at = (clock.at + ms) as EpochMs;
  };
  return { wire, folder, write, pass };
}

describe('the record of the wire', () => {
  it('is a line for each message, in order, for its owner alone', () => {
    const { wire, folder, write } = record();
    write(1);
    wire.write({
      at: epochMs(START + 5),
      direction: 'received',
      tokens: ['49', '1', '1772722800'],
    });
    wire.close();
    expect(readFileSync(join(folder, 'wire.log'), 'utf8')).toBe(
      '{"time":"2026-03-05T15:00:00.000Z","direction":"sent","tokens":[49,1]}\n' +
        '{"time":"2026-03-05T15:00:00.005Z","direction":"received","tokens":["49","1","1772722800"]}\n',
    );
    expect(statSync(join(folder, 'wire.log')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('begins a new file when one is full and each day, and keeps those of the last days', () => {
    const { wire, folder, write, pass } = record(200);
    for (let message = 0; message < 6; message += 1) write(message);
    for (let day = 0; day < 5; day += 1) {
      pass(DAY_MS);
      write(day);
    }
    wire.close();
    expect(readdirSync(folder).sort()).toEqual([
      'wire.2026-03-07.1.log',
      'wire.2026-03-08.1.log',
      'wire.2026-03-09.1.log',
      'wire.log',
    ]);
  });

  it('says where it cannot be written', () => {
    const home = join(root, 'blocked');
    writeFileSync(home, '');
    const open = () => openWireLog(home, { keepDays: 3, now: () => epochMs(START) });
    expect(open).toThrow('cannot record the messages of the broker');
  });

  it('may leave prices out, and nothing else', () => {
    expect(isPriceMessage('received', ['1', '6', '1000000001', '2', '10.5'])).toBe(true);
    expect(isPriceMessage('received', ['17', '1000000001', 'x'])).toBe(true);
    // Their order, order status, execution, commission, error.
    for (const id of ['3', '5', '11', '59', '4', '61', '101']) {
      expect(isPriceMessage('received', [id, '1'])).toBe(false);
    }
    // Sent, 1 asks for prices and 3 places an order.
    expect(isPriceMessage('sent', [1, 11])).toBe(false);
    expect(isPriceMessage('sent', [3, 1])).toBe(false);
  });
});
