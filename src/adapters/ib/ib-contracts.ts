import type { Contract } from '@stoqey/ib';
import { newYorkDate } from '../../calendar/nyse.ts';
import type { Symbol } from '../../domain/market.ts';
import { micros } from '../../domain/money.ts';
import { type TickTable, tickAt } from '../../domain/price.ts';
import { type EpochMs, MINUTE_MS } from '../../domain/time.ts';
import { forEachOf } from './ib-crowd.ts';
import type { IbGateway } from './ib-gateway.ts';
import { hoursFault } from './ib-hours.ts';
import { IbPriceSteps } from './ib-price-steps.ts';
import { contractDetails, type IbContract, wireContractOf } from './ib-questions.ts';
import { ibSymbolOf } from './ib-symbols.ts';

/** Questions that are asked at once. */
const AT_ONCE = 20;
const NO_SUCH_CONTRACT = 200;
/** Around its nightly reset the broker does not know contracts that exist: it is asked once more, this much later. */
const ASK_AGAIN_MS = 10 * MINUTE_MS;
/** A question that was not answered says nothing, and is asked again. */
const UNANSWERED_MS = MINUTE_MS;
const ANSWER_LIMIT_MS = 15_000;

/** A look that did not find a stock, and from when on it is asked about again. */
interface Refusal {
  readonly why: string;
  /** Null for another day. */
  readonly askAgainAt: EpochMs | null;
  readonly on: string;
  readonly times: number;
  /** False where nobody answered, or it is only once that the broker does not know it: what was known goes on. */
  readonly isSure: boolean;
}

/** A stock as it was looked up last. */
interface Known {
  readonly contract: IbContract;
  /** The day in New York. */
  readonly on: string;
}

/**
 * The stocks as the broker knows them: each symbol is looked up, and goes by its id from then on. What is ambiguous is
 * refused, what is not found is asked about once more, later, and again on another day. What is known is looked up
 * again once in a day, since hours, price steps and ids change and stocks cease to be traded; nobody waits for that,
 * and where it is not answered the one before counts.
 */
export class IbContracts {
  readonly #gateway: Pick<IbGateway, 'ask'>;
  readonly #now: () => EpochMs;
  readonly #known = new Map<Symbol, Known>();
  readonly #refused = new Map<Symbol, Refusal>();
  readonly #asking = new Map<Symbol, Promise<void>>();
  readonly #steps: IbPriceSteps;
  readonly #warnings = new Map<Symbol, string>();
  /** Where the hours of stocks looked wrong, and the day of that look. */
  #hours = { on: '', faults: new Map<Symbol, string>() };

  constructor(gateway: Pick<IbGateway, 'ask'>, now: () => EpochMs) {
    this.#gateway = gateway;
    this.#now = now;
    this.#steps = new IbPriceSteps(gateway, now);
  }

  /**
   * Looks up those of the symbols that are not known, or were not looked up today. Resolves when each that is not known
   * is answered, or its time is over.
   */
  async resolve(symbols: readonly Symbol[]): Promise<void> {
    const due = [...new Set(symbols)].filter((symbol) => this.#isDue(symbol));
    const lacking = due.filter((symbol) => this.#isLacking(symbol));
    await this.#lookUpAll(lacking);
    void this.#lookUpAll(due.filter((symbol) => !lacking.includes(symbol)));
  }

  /** The contract of a symbol as it was told last; null while it is not known. */
  of(symbol: Symbol): IbContract | null {
    return this.#known.get(symbol)?.contract ?? null;
  }

  /** True where the broker has exactly one stock of that name, and takes whole shares of it at our prices. */
  knows(symbol: Symbol): boolean {
    return this.#known.has(symbol) && this.refusal(symbol) === null;
  }

  /** Why a symbol cannot be traded; null where nothing speaks against it. */
  refusal(symbol: Symbol): string | null {
    const contract = this.of(symbol);
    const refused = this.#refused.get(symbol);
    if (contract === null) return refused?.why ?? null;
    if (refused?.isSure === true) return refused.why;
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
    return rule === null ? null : this.#steps.of(rule);
  }

  /** What was refused of these symbols, and what looks wrong for all, in words. */
  warningsOf(symbols: ReadonlySet<Symbol>): readonly string[] {
    const own = [...this.#warnings].filter(([symbol]) => symbols.has(symbol));
    const [hours] = this.#hours.faults.values();
    return [
      ...own.map(([, text]) => text),
      ...this.#oldOnes(symbols),
      ...(hours === undefined ? [] : [hours]),
      ...this.#steps.remarks,
    ];
  }

  /** Those that go by what was told on an earlier day, in a sentence: a silent broker is silent about all of them. */
  #oldOnes(symbols: ReadonlySet<Symbol>): readonly string[] {
    const old = [...this.#refused].filter(
      ([symbol, { isSure }]) => !isSure && symbols.has(symbol) && this.#known.has(symbol),
    );
    const [first] = old;
    if (first === undefined) return [];
    const [symbol, { why }] = first;
    const on = this.#known.get(symbol)?.on ?? '';
    const many = old.length === 1 ? '' : `, and ${old.length - 1} more of earlier days`;
    return [`the contract of ${symbol} is that of ${on}${many}: ${why}`];
  }

  #isDue(symbol: Symbol): boolean {
    const refusal = this.#refused.get(symbol);
    if (refusal !== undefined) {
      const { askAgainAt, on } = refusal;
      return askAgainAt === null ? on !== this.#today() : askAgainAt <= this.#now();
    }
    const known = this.#known.get(symbol);
    if (known?.on !== this.#today()) return true;
    const rule = known.contract.marketRuleId;
    return rule !== null && this.#steps.isDue(rule);
  }

  /** True where a symbol cannot be traded before it is looked up. */
  #isLacking(symbol: Symbol): boolean {
    const contract = this.of(symbol);
    if (contract === null) return true;
    return contract.marketRuleId !== null && this.ticks(symbol) === null;
  }

  #lookUpAll(symbols: readonly Symbol[]): Promise<void> {
    return forEachOf(symbols, AT_ONCE, async (symbol) => {
      // Somebody else may have asked meanwhile.
      if (this.#isDue(symbol)) await this.#lookUp(symbol);
    });
  }

  #lookUp(symbol: Symbol): Promise<void> {
    const asking =
      this.#asking.get(symbol) ??
      this.#ask(symbol)
        // An answer that cannot be worked with is none.
        .catch((error: unknown) => this.#refuse(symbol, null, (error as Error).message))
        .finally(() => {
          this.#asking.delete(symbol);
        });
    this.#asking.set(symbol, asking);
    return asking;
  }

  async #ask(symbol: Symbol): Promise<void> {
    if (this.#refused.has(symbol) || this.#known.get(symbol)?.on !== this.#today()) {
      await this.#askContract(symbol);
    }
    const rule = this.of(symbol)?.marketRuleId ?? null;
    if (rule !== null && this.#steps.isDue(rule)) await this.#steps.ask(rule);
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
    this.#take(symbol, contract);
  }

  #take(symbol: Symbol, contract: IbContract): void {
    const before = this.of(symbol);
    const on = this.#today();
    this.#refused.delete(symbol);
    this.#warnings.delete(symbol);
    if (before !== null && before.conId !== contract.conId) {
      const text = `${symbol} is another contract since ${on}: ${contract.conId}, it was ${before.conId}`;
      this.#warnings.set(symbol, text);
    }
    this.#known.set(symbol, { contract, on });
    if (this.#hours.on !== on) this.#hours = { on, faults: new Map() };
    const fault = hoursFault(contract);
    if (fault === null) this.#hours.faults.delete(symbol);
    else this.#hours.faults.set(symbol, `hours of ${symbol}: ${fault}`);
  }

  #refuse(symbol: Symbol, code: number | null, why: string, isFinal = false): void {
    const before = this.#refused.get(symbol);
    const on = this.#today();
    const isUnknown = code === NO_SUCH_CONTRACT;
    const earlier = before?.on === on ? before.times : 0;
    const times = isUnknown ? earlier + 1 : 0;
    const isOver = isFinal || times > 1;
    // What was known once may be held: it is not given up for the day.
    const isForToday = isFinal || (isOver && !this.#known.has(symbol));
    const later = isUnknown ? ASK_AGAIN_MS : UNANSWERED_MS;
    const askAgainAt = isForToday ? null : ((this.#now() + later) as EpochMs);
    const isSure = isOver || before?.isSure === true;
    this.#refused.set(symbol, { why, askAgainAt, on, times, isSure });
    const isTold = isOver || (isUnknown && !this.#known.has(symbol));
    if (isTold) this.#warnings.set(symbol, `${symbol} cannot be traded: ${why}`);
  }

  #today(): string {
    return newYorkDate(this.#now());
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
