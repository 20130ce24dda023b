import { EventName, type IBApi } from '@stoqey/ib';
import type { Timeline } from '../../ports/timeline.ts';
import type { IbLink } from './ib-link.ts';

/** What became of a question. A question that was not answered in full says nothing about what it asked for. */
export type Answer<T> =
  | { readonly complete: true; readonly value: T }
  | {
      readonly complete: false;
      /** The broker's code, null where nobody answered. */
      readonly code: number | null;
      readonly why: string;
    };

/** How long questions may take, and what ends them early. */
export interface AskLimits {
  readonly timeline: Timeline;
  readonly limitMs: number;
  readonly giveUp: AbortSignal;
  /**
   * Calls `send` once so many messages may be sent, or answers false and never calls it. Without it everything is sent
   * at once.
   */
  readonly pace?: (messages: number, send: () => void) => Promise<boolean>;
}

/** A question: how it is sent, what is heard, and whether that is the end of it. */
export interface Question<T> {
  /** In words, for messages: "contract details of SPY". */
  readonly what: string;
  /** The id it goes by where that is an order's; a new request's otherwise. */
  readonly orderId?: number;
  readonly send: (api: IBApi, requestId: number) => void;
  /** How many messages it sends; 1 where it does not say. */
  readonly messages?: number;
  /** Told every event; returns the answer once it is complete. */
  readonly hear: (name: string, args: readonly unknown[], requestId: number) => T | undefined;
  /** Sent when the question is over, however it ended: a subscription is never left open. */
  readonly cancel?: (api: IBApi, requestId: number) => void;
  /** Codes on the question's own id that are remarks, not its end. */
  readonly remarks?: ReadonlySet<number>;
  /** Told remarks. */
  readonly onRemark?: (code: number, message: string) => void;
}

/** Asks, and waits for the whole answer; answers that come later are not heard. The time counts from the sending. */
export async function ask<T>(
  link: IbLink,
  { timeline, limitMs, giveUp, pace }: AskLimits,
  question: Question<T>,
): Promise<Answer<T>> {
  const { api } = link;
  const id = question.orderId ?? link.nextRequestId();
  let resolve: (answer: Answer<T>) => void = () => undefined;
  const answered = new Promise<Answer<T>>((done) => {
    resolve = done;
  });
  const fail = (why: string, code: number | null = null): void =>
    resolve({ complete: false, code, why });
  const onAny = (name: string, args: unknown[]): void => {
    // A listener that throws would break the library's decoder for everything that follows.
    try {
      const value = question.hear(name, args, id);
      if (value !== undefined) resolve({ complete: true, value });
    } catch (error) {
      fail((error as Error).message);
    }
  };
  const onError = (error: Error, code: number, requestId: number): void => {
    if (requestId !== id) return;
    if (question.remarks?.has(code) !== true) {
      fail(error.message, code);
      return;
    }
    try {
      question.onRemark?.(code, error.message);
    } catch (thrown) {
      fail((thrown as Error).message);
    }
  };
  const onGone = (): void => fail(CONNECTION_LOST);
  let wasSent = false;
  const send = (): void => {
    wasSent = true;
    api.on(EventName.all, onAny);
    api.on(EventName.error, onError);
    api.on(EventName.disconnected, onGone);
    question.send(api, id);
  };
  try {
    await paced(pace, question.messages ?? 1, send);
    if (!wasSent || !link.isOpen) return { complete: false, code: null, why: CONNECTION_LOST };
    const limited = await timeline.within(answered, limitMs, giveUp);
    if (limited.done) return limited.value;
    const why = giveUp.aborted
      ? `the question for ${question.what} was given up`
      : `no answer to ${question.what} within ${limitMs / 1_000} s`;
    return { complete: false, code: null, why };
  } finally {
    api.off(EventName.all, onAny);
    api.off(EventName.error, onError);
    api.off(EventName.disconnected, onGone);
    const { cancel } = question;
    if (cancel !== undefined && wasSent && link.isOpen) {
      void paced(pace, 1, () => cancel(api, id));
    }
  }
}

const CONNECTION_LOST = 'the connection was lost';

async function paced(pace: AskLimits['pace'], messages: number, send: () => void): Promise<void> {
  if (pace === undefined) send();
  else await pace(messages, send);
}
