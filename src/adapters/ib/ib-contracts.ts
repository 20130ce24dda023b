import type { Contract } from '@stoqey/ib';
import { newYorkDate } from '../../calendar/nyse.ts';
import type { Symbol } from '../../domain/market.ts';
import { micros, microsFromFloat } from '../../domain/money.ts';
import { type TickTable, tickAt } from '../../domain/price.ts';
import { type EpochMs, MINUTE_MS } from '../../domain/time.ts';
import { forEachOf } from './ib-crowd.ts';
import type { IbGateway } from './ib-gateway.ts';
import { hoursFault } from './ib-hours.ts';
import { contractDetails, type IbContract, marketRule, wireContractOf } from './ib-questions.ts';
import { ibSymbolOf } from './ib-symbols.ts';

/** Questions that are asked at once. */
const AT_ONCE = 20;
const NO_SUCH_CONTRACT = 200;
/** Around its nightly reset the broker does not know contracts that exist: it is asked once more, this much later. */
const ASK_AGAIN_MS = 10 * MINUTE_MS;
/** A question that was not answered says nothing, and is asked again. */
const UNANSWERED_MS = MINUTE_MS;
const ANSWER_LIMIT_MS = 15_000;
/** Beyond every price of a stock. */
const HIGHEST_USD = 100_000_000;

/** Why a symbol is not traded, and from when on it is asked about again. */
interface Refusal {
  readonly why: string;
  readonly askAgainAt: EpochMs | null;
  readonly on: string;
  readonly times: number;
}

/**
 * The stocks as the broker knows them: each symbol is looked up once, and goes by its id from then on. What is
 * ambiguous is refused, what is not found is asked about once more, later, and again on another day.
 */
export class IbContracts {
  readonly #gateway: Pick<IbGateway, 'ask'>;
  readonly #now: () => EpochMs;
  readonly #known = new Map<Symbol, IbContract>();
  readonly #refused = new Map<Symbol, Refusal>();
  readonly #asking = new Map<Symbol, Promise<void>>();
  readonly #rules = new Map<number, TickTable>();
  readonly #warnings = new Map<Symbol, string>();
  /** What looks wrong for all of them, by what it is about. */
  readonly #remarks = new Map<string, string>();

  constructor(gateway: Pick<IbGateway, 'ask'>, now: () => EpochMs) {
    this.#gateway = gateway;
    this.#now = now;
  }

  /** Looks up those of the symbols that are not known. Resolves when each is answered, or its time is over. */
  async resolve(symbols: readonly Symbol[]): Promise<void> {
    const unknown = [...new Set(symbols)].filter((symbol) => this.#isDue(symbol));
    await forEachOf(unknown, AT_ONCE, (symbol) => this.#lookUp(symbol));
  }

  /** The contract of a symbol; null while it is not known. */
  of(symbol: Symbol): IbContract | null {
    return this.#known.get(symbol) ?? null;
  }

  /** True where the broker has exactly one stock of that name, and takes whole shares of it at our prices. */
  knows(symbol: Symbol): boolean {
    return this.#known.has(symbol) && this.refusal(symbol) === null;
  }

  /** Why a symbol cannot be traded; null where nothing speaks against it. */
  refusal(symbol: Symbol): string | null {
    const contract = this.of(symbol);
    if (contract === null) return this.#refused.get(symbol)?.why ?? null;
    if (!takesWholeShares(contract)) return 'it is not traded by single shares';
    const ticks = this.ticks(symbol);
    return ticks === null || takesOurPrices(ticks)
      ? null
      : 'its price steps are none that ours fit';
  }

  /** As the library wants a contract named; null while it is not known. */
  wire(symbol: Symbol): Contract | null {
    const contract = this.of(symbol);
    return contract === null ? null : wireContractOf(contract);
  }

  /**
   * The price steps of the exchange that orders are routed by. `minTick` of a contract is the smallest of all
   * exchanges, so that it is no step; without a rule there is no answer.
   */
  ticks(symbol: Symbol): TickTable | null {
    const rule = this.of(symbol)?.marketRuleId ?? null;
    return rule === null ? null : (this.#rules.get(rule) ?? null);
  }

  /** What was refused of these symbols, and what looks wrong for all, in words. */
  warningsOf(symbols: ReadonlySet<Symbol>): readonly string[] {
    const refused = [...this.#warnings].filter(([symbol]) => symbols.has(symbol));
    return [...refused.map(([, text]) => text), ...this.#remarks.values()];
  }

  #isDue(symbol: Symbol): boolean {
    const contract = this.#known.get(symbol);
    if (contract !== undefined) {
      return contract.marketRuleId !== null && !this.#rules.has(contract.marketRuleId);
    }
    const refusal = this.#refused.get(symbol);
    if (refusal === undefined) return true;
    const { askAgainAt, on } = refusal;
    return askAgainAt === null ? on !== newYorkDate(this.#now()) : askAgainAt <= this.#now();
  }

  #lookUp(symbol: Symbol): Promise<void> {
    const asking =
      this.#asking.get(symbol) ??
      this.#ask(symbol).finally(() => {
        this.#asking.delete(symbol);
      });
    this.#asking.set(symbol, asking);
    return asking;
  }

  async #ask(symbol: Symbol): Promise<void> {
    if (!this.#known.has(symbol)) await this.#askContract(symbol);
    const rule = this.#known.get(symbol)?.marketRuleId ?? null;
    if (rule !== null && !this.#rules.has(rule)) await this.#askRule(rule);
  }

  async #askContract(symbol: Symbol): Promise<void> {
    const answer = await this.#gateway.ask(contractDetails(ibSymbolOf(symbol)), ANSWER_LIMIT_MS);
    if (!answer.complete) {
      this.#refuse(symbol, answer.code, answer.why);
      return;
    }
    const found = new Map(answer.value.map((contract) => [contract.conId, contract]));
    const [contract] = found.values();
    if (contract === undefined || found.size > 1) {
      const names = [...found.values()].map(({ conId, primaryExchange }) =>
        `${conId} ${primaryExchange}`.trim(),
      );
      this.#refuse(symbol, null, `${symbol} is ${found.size} stocks: ${names.join(', ')}`, true);
      return;
    }
    this.#refused.delete(symbol);
    this.#warnings.delete(symbol);
    this.#known.set(symbol, contract);
    const fault = hoursFault(contract);
    if (fault !== null) this.#remarks.set('hours', `hours of ${symbol}: ${fault}`);
  }

  #refuse(symbol: Symbol, code: number | null, why: string, isFinal = false): void {
    const before = this.#refused.get(symbol);
    const on = newYorkDate(this.#now());
    const times = before?.on === on ? before.times + 1 : 1;
    const isUnknown = code === NO_SUCH_CONTRACT;
    const later = isUnknown ? ASK_AGAIN_MS : UNANSWERED_MS;
    const isOver = isFinal || (isUnknown && times > 1);
    const askAgainAt = isOver ? null : ((this.#now() + later) as EpochMs);
    this.#refused.set(symbol, { why, askAgainAt, on, times: isUnknown ? times : 0 });
    if (isOver || isUnknown) this.#warnings.set(symbol, `${symbol} cannot be traded: ${why}`);
  }

  async #askRule(rule: number): Promise<void> {
    const answer = await this.#gateway.ask(marketRule(rule), ANSWER_LIMIT_MS);
    if (!answer.complete) return;
    const isSound = ({ from, step }: { readonly from: number; readonly step: number }): boolean =>
      from >= 0 && from < HIGHEST_USD && step > 0 && step < HIGHEST_USD;
    if (answer.value[0]?.from !== 0 || !answer.value.every(isSound)) {
      this.#remarks.set(`rule ${rule}`, `market rule ${rule} has no price steps from 0 on`);
      return;
    }
    const table = answer.value.map(({ from, step }) => ({
      from: microsFromFloat(from, 'halfEven'),
      tick: microsFromFloat(step, 'ceil'),
    }));
    this.#rules.set(rule, table);
  }
}

/** True where any whole number of shares may be ordered; what is not told is one. */
const takesWholeShares = ({ minSize, sizeStep }: IbContract): boolean =>
  !(minSize > 1) && (!(sizeStep > 1) || Number.isNaN(sizeStep));

/** Below this nothing is looked at closely: cheaper stocks are hardly traded, and have finer steps of their own. */
const FROM = micros(1_000_000);

/** True where every price on the usual grid of US stocks is on this one as well, from a dollar on. */
function takesOurPrices(table: TickTable): boolean {
  const edges = [FROM, ...table.map(({ from }) => from)].filter((price) => price >= FROM);
  return edges.every((price) => tickAt(price) % tickAt(price, table) === 0);
}
