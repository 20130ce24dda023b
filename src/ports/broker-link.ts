import type { LinkState } from '../domain/link.ts';

/** How the line stands, and why, in words. */
export interface LinkStanding {
  readonly state: LinkState;
  readonly cause: string;
  /** Counts the times that book and broker have to be compared: a new connection, data that was lost. */
  readonly episode: number;
}

/** The line to a broker over a network, as whoever is responsible for orders looks after it. */
export interface BrokerLink {
  readonly standing: LinkStanding;
  /** Begins to connect, and goes on for ever. Resolves when the first attempt has come to an end, either way. */
  start(): Promise<LinkStanding>;
  /**
   * Says that book and broker were compared in an episode: from now on orders may be sent. Does nothing where another
   * episode has begun meanwhile.
   */
  confirm(episode: number): void;
  /** Told that there is something new: another standing, or messages of the broker to be drained. May come often. */
  onNews(listener: () => void): () => void;
  /** True while it is known to be away by its own timetable: failures to connect are then no cause for alarm. */
  expectAway(isAway: boolean): void;
  close(): Promise<void>;
}
