import { newYorkDate } from '../../calendar/nyse.ts';
import { microsFromFloat } from '../../domain/money.ts';
import type { TickTable } from '../../domain/price.ts';
import { type EpochMs, MINUTE_MS } from '../../domain/time.ts';
import type { IbGateway } from './ib-gateway.ts';
import { marketRule } from './ib-questions.ts';

const ANSWER_LIMIT_MS = 15_000;
/** A question that was not answered is asked again, this much later. */
const ASK_AGAIN_MS = MINUTE_MS;
/** Beyond every price of a stock. */
const HIGHEST_USD = 100_000_000;

/**
 * The market rules of the broker, each asked for once in a day:
 * https://interactivebrokers.github.io/tws-api/minimum_increment.html
 */
export class IbPriceSteps {
  readonly #gateway: Pick<IbGateway, 'ask'>;
  readonly #now: () => EpochMs;
  readonly #tables = new Map<number, TickTable>();
  readonly #askedOn = new Map<number, string>();
  readonly #askAgainAt = new Map<number, number>();
  readonly #asking = new Map<number, Promise<void>>();
  readonly #remarks = new Map<number, string>();

  constructor(gateway: Pick<IbGateway, 'ask'>, now: () => EpochMs) {
    this.#gateway = gateway;
    this.#now = now;
  }

  /** The steps of a rule as they were told last; null while they are not known. */
  of(rule: number): TickTable | null {
    return this.#tables.get(rule) ?? null;
  }

  /** What looks wrong with rules, in words. */
  get remarks(): readonly string[] {
    return [...this.#remarks.values()];
  }

  /** True where a rule is not known, or was not looked up today, and may be asked for now. */
  isDue(rule: number): boolean {
    if (this.#now() < (this.#askAgainAt.get(rule) ?? 0)) return false;
    return this.#askedOn.get(rule) !== newYorkDate(this.#now());
  }

  /** Asks for a rule. What is known of it stays where nothing better is told. */
  ask(rule: number): Promise<void> {
    const asking =
      this.#asking.get(rule) ??
      this.#ask(rule).finally(() => {
        this.#asking.delete(rule);
      });
    this.#asking.set(rule, asking);
    return asking;
  }

  async #ask(rule: number): Promise<void> {
    const answer = await this.#gateway.ask(marketRule(rule), ANSWER_LIMIT_MS);
    if (!answer.complete) {
      this.#askAgainAt.set(rule, this.#now() + ASK_AGAIN_MS);
      if (this.#tables.has(rule)) {
        const since = this.#askedOn.get(rule);
        this.#remarks.set(rule, `market rule ${rule} is that of ${since}: ${answer.why}`);
      }
      return;
    }
    this.#askedOn.set(rule, newYorkDate(this.#now()));
    if (answer.value[0]?.from !== 0 || !answer.value.every(isSound)) {
      this.#remarks.set(rule, `market rule ${rule} has no price steps from 0 on`);
      return;
    }
    this.#remarks.delete(rule);
    const table = answer.value.map(({ from, step }) => ({
      from: microsFromFloat(from, 'halfEven'),
      tick: microsFromFloat(step, 'ceil'),
    }));
    this.#tables.set(rule, table);
  }
}

const isSound = ({ from, step }: { readonly from: number; readonly step: number }): boolean =>
  from >= 0 && from < HIGHEST_USD && step > 0 && step < HIGHEST_USD;
