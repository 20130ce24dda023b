/** Who wants to be told of something. What one of them throws is told to `onFailed`, and keeps it from no other. */
export class Listeners<A extends readonly unknown[]> {
  readonly #all = new Set<(...args: A) => void>();
  readonly #onFailed: (error: unknown) => void;

  constructor(onFailed: (error: unknown) => void) {
    this.#onFailed = onFailed;
  }

  /** From now on, until the returned function is called. */
  add(listener: (...args: A) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(...args: A): void {
    for (const listener of this.#all) {
      try {
        listener(...args);
      } catch (error) {
        this.#onFailed(error);
      }
    }
  }
}
