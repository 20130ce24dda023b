import type { EpochMs } from '../domain/time.ts';
import type { Due } from './agenda.ts';
import { idleText } from './words.ts';

/** Tells what is waited for, whenever that is something else than before. */
export class IdleTeller {
  readonly #say: (text: string) => void;
  #said = '';
  /** What was due first when that was told last. */
  #awaited: Due | null = null;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** What is due first, or null where nothing is. */
  tell(now: EpochMs, next: Due | null): void {
    if (next === this.#awaited) return;
    this.#awaited = next;
    const text = idleText(now, next);
    const which = text.replace(/, in .*$/, '');
    if (which === this.#said) return;
    this.#said = which;
    this.#say(text);
  }

  /** The same, also where it is due as before: it may read otherwise at midnight. */
  again(now: EpochMs, next: Due | null): void {
    this.#awaited = null;
    this.tell(now, next);
  }
}
