import type { IBApi } from '@stoqey/ib';
import type { BrokerLink } from '../../ports/broker-link.ts';
import type { Timeline } from '../../ports/timeline.ts';
import type { Answer, Question } from './ib-ask.ts';
import type { IbNotice } from './ib-notices.ts';

/** A connection that was made: each is one instance of the library, and is never used again after it ended. */
export interface IbConnection {
  /** Counts from 1. */
  readonly number: number;
  readonly serverVersion: number;
  readonly nextValidId: number;
}

/**
 * Messages that are sent first where not all may be sent at once: cancels of orders, orders, questions, and last the
 * ends of subscriptions that nobody listens to any more.
 */
export type SendPriority = 'cancel' | 'order' | 'question' | 'tidying';

/** What a listener hears: the library's event and its arguments, and the connection that it came over. */
export type IbListener = (name: string, args: readonly unknown[], connection: IbConnection) => void;

/** The gateway as orders and market data use it, whatever becomes of single connections. */
export interface IbGateway {
  /** The account that was configured, and is among those that the gateway manages. */
  readonly account: string;
  readonly link: BrokerLink;
  /** The connection in use; null while there is none. */
  readonly connection: IbConnection | null;
  /** Asks with our own pacing. A question without a connection, or whose connection broke, is incomplete at once. */
  ask<T>(question: Question<T>, limitMs?: number): Promise<Answer<T>>;
  /**
   * Waits until so many messages may be sent, then calls `send` with the instance, once and synchronously, so that
   * messages of a chain follow each other. False, and nothing was called, where there is no connection or it is not
   * ready for that; nothing waits across an outage. It throws nothing; where `send` does, the connection ends.
   *
   * Orders go while the link is ready, cancels while it is being compared as well, questions over every connection.
   */
  send(priority: SendPriority, messages: number, send: (api: IBApi) => void): Promise<boolean>;
  /** Hears every event of every connection; what it throws ends the connection, and never the process. */
  listen(listener: IbListener): () => void;
  /** Called for each new connection before anything else is sent over it, and once more where data was lost (1101). */
  onConnection(listener: (connection: IbConnection) => void): () => void;
  /** An id that no other request of this process has, and no order. */
  nextRequestId(): number;
  close(): Promise<void>;
}

/** Where, as whom and how a gateway is kept connected. */
export interface IbGatewayOptions {
  readonly host: string;
  readonly port: number;
  /** Never another: orders can be changed only under the id that placed them. */
  readonly clientId: number;
  /** The account that is to trade. */
  readonly account: string;
  readonly mode: 'paper' | 'live';
  readonly timeline: Timeline;
  /** 0 to 1, by chance: attempts of several clients must not fall together. */
  readonly jitter: () => number;
  /** For each step of a connection; 15 s. */
  readonly stepMs?: number;
  /** Between two questions whether the gateway still answers; 30 s. */
  readonly heartbeatMs?: number;
  /** For an answer to one of these, and to every question that does not say; 10 s. */
  readonly answerMs?: number;
  /** Told every message as it goes over the wire. What it throws is a notice, and it is told no more. */
  readonly onWire?: (direction: 'sent' | 'received', tokens: readonly unknown[]) => void;
  /** Told what the gateway says of itself, the same no more than once in a quarter of an hour. */
  readonly onNotice?: (notice: IbNotice) => void;
}
