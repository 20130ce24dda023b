import { streamKey, uniformAt } from '../adapters/sim/synthetic-random.ts';

/**
 * What becomes of something that is sent.
 *
 * - `clean`: it arrives and is answered. `not_sent`: it does not leave, and we know.
 * - `lost`: it never arrives, and no answer comes. `unanswered`: it arrives, and no answer comes.
 * - `late`: it arrives after a while, and no answer comes.
 * - `parted`: of a bracket the entry alone arrives, and the line breaks before its stop does.
 * - `refused_later`: it is accepted, and the exchange refuses one of its orders after a while.
 * - `held`: it is accepted and held back for a while.
 */
export const REQUEST_FATES = [
  'clean',
  'not_sent',
  'lost',
  'unanswered',
  'late',
  'parted',
  'refused_later',
  'held',
] as const;
export type RequestFate = (typeof REQUEST_FATES)[number];

/**
 * What becomes of a message of the broker. A delayed one is overtaken by later ones; an unpaid execution comes without
 * its commission, which follows.
 */
export const MESSAGE_FATES = ['clean', 'dropped', 'repeated', 'delayed', 'unpaid'] as const;
export type MessageFate = (typeof MESSAGE_FATES)[number];

/** What becomes of a question. `partial` answers some of it and says so. */
export const ANSWER_FATES = ['clean', 'failed', 'partial'] as const;
export type AnswerFate = (typeof ANSWER_FATES)[number];

/** Where a broker's misfortunes come from: a script, or a seed. */
export interface Faults {
  request(): RequestFate;
  message(): MessageFate;
  answer(): AnswerFate;
  /** Milliseconds that something is under way, up to the most given. */
  delayMs(most: number): number;
  /** Which of so many is meant, from 0. */
  pick(count: number): number;
}

/** How often things go wrong: shares of 0..1, one a fate; the rest is clean. */
export interface FaultRates {
  readonly request: Partial<Readonly<Record<RequestFate, number>>>;
  readonly message: Partial<Readonly<Record<MessageFate, number>>>;
  readonly answer: Partial<Readonly<Record<AnswerFate, number>>>;
}

/** Misfortunes that follow from a seed alone, and can be played again. */
export function seededFaults(seed: number, rates: FaultRates): Faults {
  const key = streamKey(seed, 'faults', 0);
  let asked = 0;
  const next = (): number => {
    asked += 1;
    return uniformAt(key, asked);
  };
  const draw = <F extends string>(shares: Partial<Readonly<Record<F, number>>>, clean: F): F => {
    let left = next();
    for (const [fate, share] of Object.entries(shares) as [F, number][]) {
      if (left < share) return fate;
      left -= share;
    }
    return clean;
  };
  return {
    request: () => draw(rates.request, 'clean'),
    message: () => draw(rates.message, 'clean'),
    answer: () => draw(rates.answer, 'clean'),
    delayMs: (most) => Math.floor(next() * most),
    pick: (count) => Math.min(count - 1, Math.floor(next() * count)),
  };
}

/** Misfortunes in the order written down; clean once they are used up, delays the longest there are. */
export function scriptedFaults(script: {
  readonly requests?: readonly RequestFate[];
  readonly messages?: readonly MessageFate[];
  readonly answers?: readonly AnswerFate[];
}): Faults {
  const requests = [...(script.requests ?? [])];
  const messages = [...(script.messages ?? [])];
  const answers = [...(script.answers ?? [])];
  return {
    request: () => requests.shift() ?? 'clean',
    message: () => messages.shift() ?? 'clean',
    answer: () => answers.shift() ?? 'clean',
    delayMs: (most) => most,
    pick: () => 0,
  };
}
