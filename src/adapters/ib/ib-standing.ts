import type { LinkStanding } from '../../ports/broker-link.ts';

/** How a line stands, and who wants to know. */
export class Standing {
  #now: LinkStanding = { state: 'connecting', cause: 'not started', episode: 0 };
  readonly #listeners = new Set<() => void>();
  readonly #onChange: () => void;
  readonly #onFailed: (error: unknown) => void;

  /** `onChange` is told each other standing before anybody else; `onFailed` what a listener throws. */
  constructor(onChange: () => void, onFailed: (error: unknown) => void) {
    this.#onChange = onChange;
    this.#onFailed = onFailed;
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
    this.tell();
  }

  /** Calls everybody who wants to know of news. What one of them throws must not keep it from the others. */
  tell(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#onFailed(error);
      }
    }
  }

  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
