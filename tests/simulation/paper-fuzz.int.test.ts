import { describe, expect, it } from 'vitest';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import { Failure } from '../../src/domain/failure.ts';
import { Book } from '../../src/ledger/book.ts';
import type { Token } from '../../src/testing/fake-tws/frame.ts';
import { at, STEADY } from './paper-desk.ts';
import { paperDesks } from './paper-desks.ts';

const LONG = Boolean(process.env.TRADE_LABS_TEST_LONG);
const FIRST = Number(process.env.TRADE_LABS_TEST_SEED ?? 1);
const SEEDS = Array.from({ length: LONG ? 300 : 24 }, (_, i) => FIRST + i);

const open = paperDesks('09:28');

/** Deterministic numbers from 0 to 1: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What no server should say in the place of a field. */
const NONSENSE: readonly Token[] = [
  '',
  '-1',
  '0',
  'NaN',
  '1e400',
  '99999999999999999999',
  '\u0001',
  'STEADY; DROP',
  '{"a": ',
  '2147483647',
  '1.7976931348623157E308',
];
/** Ids of messages that exist, and of some that do not. */
const MESSAGES = [1, 2, 3, 4, 5, 9, 10, 11, 15, 17, 49, 53, 55, 59, 61, 63, 64, 100, 101, 999];

/** Makes a message wrong in one of the ways in which messages are wrong. */
function spoil(tokens: readonly Token[], chance: () => number): Token[] {
  const spoilt = [...tokens];
  const pick = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)] as T;
  const place = 1 + Math.floor(chance() * Math.max(1, spoilt.length - 1));
  const how = Math.floor(chance() * 6);
  if (how === 0) spoilt.splice(place, 1);
  else if (how === 1) spoilt.splice(place, 0, pick(NONSENSE));
  else if (how === 2) spoilt[place] = pick(NONSENSE);
  else if (how === 3) spoilt[0] = pick(MESSAGES);
  else if (how === 4) spoilt.length = place;
  else spoilt.splice(place, 0, ...spoilt.slice(0, place));
  return spoilt;
}

/** From the first message on, or once the daemon trades; some of what is said, or much of it. */
interface Storm {
  readonly seed: number;
  readonly from: 'greeting' | 'trading';
  readonly share: number;
}

const storms: readonly Storm[] = SEEDS.map((seed) => ({
  seed,
  from: seed % 3 === 0 ? 'greeting' : 'trading',
  share: seed % 2 === 0 ? 0.02 : 0.2,
}));

describe('a gateway that talks nonsense', () => {
  it.each(storms)(
    'ends no daemon, and makes it send nothing it did not decide: %o',
    async (storm) => {
      const desk = await open();
      const chance = random(storm.seed);
      let spoilt = 0;
      const begin = (): void => {
        desk.tws.mutate = (tokens) => {
          if (chance() >= storm.share) return tokens;
          spoilt += 1;
          return spoil(tokens, chance);
        };
      };
      if (storm.from === 'greeting') begin();
      const running = desk.daemon(at('09:38')).then(
        () => null,
        (error: unknown) => error,
      );
      if (storm.from === 'trading') void desk.when(at('09:29:55'), begin);
      await desk.when(at('09:34'), () => {
        desk.tws.mutate = null;
      });
      const error = await running;
      // It may be refused at the start, and says so.
      if (error !== null) expect(error).toBeInstanceOf(Failure);
      if (storm.from === 'trading') expect(error).toBeNull();
      expect(spoilt).toBeGreaterThan(0);

      const events = await desk.events();
      const written = new Set(
        events.flatMap((event) => (event.type === 'order.submitted' ? [event.orderRef] : [])),
      );
      const placed = desk.tws.audit.messages.filter(({ kind }) => kind === 'place');
      expect(placed.filter(({ orderRef }) => !written.has(orderRef))).toEqual([]);
      expect(desk.tws.audit.duplicates()).toEqual([]);
      const { held, stops } = desk.tws.exchange.cover(STEADY);
      expect(held).toBeGreaterThanOrEqual(0);
      // Once it speaks sense again, what is held is covered.
      expect(stops).toBe(held);
      // A daemon that was refused has begun no history.
      if (events.length === 0) return;
      const verified = await verifyHistory(historyFolder(desk.home), () => new Book());
      expect(verified.findings).toEqual([]);
    },
  );
});
