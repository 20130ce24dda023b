import {
  accountFunds,
  allOpenOrders,
  allPositions,
  completedOrders,
  executionsOf,
  type OpenOrderTold,
  ownOpenOrders,
} from './ib-account-questions.ts';
import type { Answer } from './ib-ask.ts';
import { EndsOwed } from './ib-ends-owed.ts';
import type { IbGateway } from './ib-gateway.ts';
import type { IbAnswers } from './ib-statement.ts';

const MOST_UNANSWERED = 3;

/**
 * Asks how orders and the account stand, one question after another: those about open orders have no id, and one
 * answer would end two of them.
 */
export class Inquiries {
  readonly #gateway: IbGateway;
  readonly #owed: EndsOwed;
  #last: Promise<unknown> = Promise.resolve();
  #isWanted = false;
  /** Rounds of questions in a row that were not answered in full. */
  #unanswered = 0;

  constructor(gateway: IbGateway) {
    this.#gateway = gateway;
    this.#owed = new EndsOwed(gateway);
  }

  /** Hears nothing more. */
  close(): void {
    this.#owed.close();
  }

  /** Everything that a statement is made of: orders before executions, so that what fills between is not lost. */
  all(): Promise<IbAnswers> {
    const gateway = this.#gateway;
    const { account } = gateway;
    return this.#next(async () => {
      const number = gateway.connection?.number ?? null;
      const answers = {
        own: await gateway.ask(ownOpenOrders(this.#owed)),
        all: await gateway.ask(allOpenOrders(this.#owed)),
        executions: await gateway.ask(executionsOf(account)),
        completed: await gateway.ask(completedOrders(this.#owed)),
        positions: await gateway.ask(allPositions(this.#owed)),
        funds: await gateway.ask(accountFunds(account)),
      };
      const { own, all, completed, positions } = answers;
      const isWhole = own.complete && all.complete && completed.complete && positions.complete;
      await this.#judge(isWhole, number);
      return answers;
    });
  }

  /** A connection that leaves questions open again and again is given up: the next one owes no answers. */
  async #judge(isWhole: boolean, number: number | null): Promise<void> {
    const { connection } = this.#gateway;
    const isSame = number !== null && connection?.number === number;
    this.#unanswered = isWhole || !isSame ? 0 : this.#unanswered + 1;
    if (this.#unanswered < MOST_UNANSWERED) return;
    this.#unanswered = 0;
    await this.#gateway.send('question', 1, () => {
      throw new Error('questions about the account are not answered any more');
    });
  }

  openOrders(): Promise<Answer<readonly OpenOrderTold[]>> {
    return this.#next(() => this.#gateway.ask(ownOpenOrders(this.#owed)));
  }

  /** Asks for orders and executions: what is told of them comes as messages. One look at a time is enough. */
  look(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    void this.#next(async () => {
      this.#isWanted = false;
      await this.#gateway.ask(ownOpenOrders(this.#owed));
      await this.#gateway.ask(executionsOf(this.#gateway.account));
    });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
