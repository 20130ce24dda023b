import { streamKey, uniformAt } from '../../src/adapters/sim/synthetic-random.ts';
import type { Token } from '../../src/testing/fake-tws/frame.ts';

/** Chance from a seed. */
export class Dice {
  readonly #key: ReturnType<typeof streamKey>;
  #thrown = 0;

  constructor(seed: number) {
    this.#key = streamKey(seed, 'misspeaking', 0);
  }

  next(): number {
    this.#thrown += 1;
    return uniformAt(this.#key, this.#thrown);
  }

  /** One of so many, from 0. */
  pick(count: number): number {
    return Math.min(count - 1, Math.floor(this.next() * count));
  }

  one<T>(of: readonly T[]): T {
    return of[this.pick(of.length)] as T;
  }
}

/** Numbers of messages that say something of orders, executions, accounts and errors. */
const MESSAGES = [3, 4, 5, 9, 11, 15, 49, 53, 55, 59, 61, 62, 63, 64, 100, 101, 102, 9_999];
const VALUES: readonly Token[] = [
  '',
  0,
  -1,
  1,
  100,
  0.5,
  2_147_483_647,
  '1.7976931348623157E308',
  '9223372036854775807',
  'NaN',
  'Infinity',
  '1e999',
  'Filled',
  'Cancelled',
  'Inactive',
  'Submitted',
  'DU9999999',
  '{"',
  '\\u0000',
  'x'.repeat(5_000),
];

/** A message with wrong fields: too many, too few, others, in another order, or of another kind. */
export function wrongTokens(dice: Dice, tokens: readonly Token[]): readonly Token[] {
  const at = dice.pick(tokens.length);
  switch (dice.pick(7)) {
    case 0:
      return tokens.toSpliced(at, 1);
    case 1:
      return tokens.toSpliced(at, 0, dice.one(VALUES));
    case 2:
      return tokens.slice(0, at + 1);
    case 3:
      return [...tokens, ...tokens.slice(1)];
    case 4:
      return tokens.with(0, dice.one(MESSAGES));
    case 5:
      return tokens.toSorted(() => dice.next() - 0.5);
    default:
      return tokens.with(at, dice.one(VALUES));
  }
}

/** Bytes that are no message, or not that one: cut off, changed, repeated, or nothing but chance. */
export function wrongBytes(dice: Dice, frame: Buffer): Buffer {
  const at = dice.pick(frame.length);
  const noise = Buffer.from(Array.from({ length: 1 + dice.pick(64) }, () => dice.pick(256)));
  switch (dice.pick(6)) {
    case 0:
      return frame.subarray(0, at);
    case 1: {
      const changed = Buffer.from(frame);
      changed[at] = dice.pick(256);
      return changed;
    }
    case 2:
      return Buffer.concat([frame, frame]);
    case 3:
      return Buffer.concat([frame.subarray(0, at), noise, frame.subarray(at)]);
    case 4: {
      const longer = Buffer.from(frame);
      longer.writeUInt32BE(dice.pick(dice.one([10, 1_000, 0xff_ff_ff, 0xff_ff_ff_ff])), 0);
      return longer;
    }
    default:
      return noise;
  }
}
