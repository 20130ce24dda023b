import type { LinkStanding } from '../../ports/broker-link.ts';

/** How a line stands: what may be sent over it, and whether book and broker were compared. */
export class Standing {
  #now: LinkStanding = { state: 'connecting', cause: 'not started', episode: 0 };
  readonly #onChange: () => void;

  /** `onChange` is told of each other standing. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get now(): LinkStanding {
    return this.#now;
  }

  /** Stands otherwise; says so only where it does. */
  become(state: LinkStanding['state'], cause: string): void {
    this.#change({ ...this.#now, state, cause });
  }

  /** Book and broker have to be compared. */
  begin(cause: string): void {
    this.#change({ state: 'reconciling', cause, episode: this.#now.episode + 1 });
  }

  /** They were, in that episode. */
  confirm(episode: number): void {
    if (this.#now.state !== 'reconciling' || episode !== this.#now.episode) return;
    this.become('ready', 'book and broker were compared');
  }

  #change(next: LinkStanding): void {
    const { state, cause, episode } = this.#now;
    if (next.state === state && next.cause === cause && next.episode === episode) return;
    this.#now = next;
    this.#onChange();
  }
}
