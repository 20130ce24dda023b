import { type KeyMeaning, meaningOf } from '../config/keys.ts';
import { suggestion } from '../config/problem.ts';
import { Failure } from '../domain/failure.ts';
import { GATE_CODES, REASON_CODES, type ReasonCode } from '../domain/reason.ts';
import { CONTROLS, SOURCES } from '../risk/controls.ts';
import { REASON_WORDS } from '../risk/reasons.ts';

/** What there is to say of one reason. */
export interface ReasonMeaning {
  readonly code: ReasonCode;
  /** What the control behind it asks for. */
  readonly rule: string;
  /** What is told when it binds, with <limit> and <value> in the places of its numbers. */
  readonly sentence: string;
  /** Who refuses: the guards that judge a proposal, or the last gate before the broker. */
  readonly heldBy: 'guards' | 'gate';
  /** The keys that matter to it, the one of its limit first. */
  readonly keys: readonly KeyMeaning[];
  readonly sources: readonly string[];
}

/** The meaning of a reason code, in any case of letters. Throws RECORD_UNKNOWN for one that does not exist. */
export function explainReason(code: string): ReasonMeaning {
  const wanted = code.toUpperCase().replaceAll('-', '_');
  const found = REASON_CODES.find((known) => known === wanted);
  if (found === undefined) {
    const near = suggestion(wanted, REASON_CODES).replace(/^\. /, '');
    throw new Failure('RECORD_UNKNOWN', `there is no reason ${code}`, {
      details: near === '' ? [] : [near],
      hint: 'trade-labs risk explain lists all reasons',
    });
  }
  const { rule, sources, besides = [] } = CONTROLS[found];
  const { sentence, key } = REASON_WORDS[found];
  const keys = [...(key === null ? [] : [key]), ...besides];
  return {
    code: found,
    rule,
    sentence: sentence.replace(/\{(limit|value):\w+\}/g, '<$1>'),
    heldBy: (GATE_CODES as readonly ReasonCode[]).includes(found) ? 'gate' : 'guards',
    keys: keys.flatMap((name) => meaningOf(name) ?? []),
    sources: sources.map((source) => SOURCES[source]),
  };
}

/** Every reason there is, in the order in which they are told. */
export const explainAllReasons = (): ReasonMeaning[] => REASON_CODES.map(explainReason);
