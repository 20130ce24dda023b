import { type ContractDetails, EventName, Instrument, LocationCode, ScanCode } from '@stoqey/ib';
import type { Symbol } from '../../domain/market.ts';
import type { Question } from './ib-ask.ts';
import type { IbContracts } from './ib-contracts.ts';
import type { IbGateway } from './ib-gateway.ts';
import { symbolOfIb } from './ib-symbols.ts';

/** What a scan ranks by; the names are those of the configuration. */
export type IbScanRule =
  | 'most_active'
  | 'most_active_usd'
  | 'top_gainers'
  | 'gap'
  | 'relative_volume';

/** The broker's own lists that come nearest to our rules; ours rank what they bring. */
const CODES: Readonly<Record<IbScanRule, ScanCode>> = {
  most_active: ScanCode.MOST_ACTIVE,
  most_active_usd: ScanCode.MOST_ACTIVE_USD,
  top_gainers: ScanCode.TOP_PERC_GAIN,
  gap: ScanCode.HIGH_OPEN_GAP,
  relative_volume: ScanCode.HOT_BY_VOLUME,
};

/** A scan has no more rows, whatever is asked for. */
const MOST_ROWS = 50;
const NO_ITEMS = 165;
const SCAN_ERROR = 162;
const ANSWER_LIMIT_MS = 15_000;
/** Kinds of stocks that are traded: shares, funds and depositary receipts; no rights, warrants, notes or units. */
const STOCK_TYPES: ReadonlySet<string> = new Set(['COMMON', 'ETF', 'ADR', 'REIT']);

export interface IbScanRequest {
  readonly rule: IbScanRule;
  readonly rows: number;
  /** Cheaper stocks are left out. */
  readonly minPriceUsd: number;
}

/** What a scan found; unknown where it was not answered, which is not the same as nothing. */
export type IbScan =
  | {
      readonly known: true;
      /** The rows as they came, best first. */
      readonly rows: readonly string[];
      /** What of them can be traded, best first. */
      readonly symbols: readonly Symbol[];
      /** What was left out, and why. */
      readonly leftOut: readonly string[];
    }
  | { readonly known: false; readonly why: string };

/** Finds active stocks through the broker's scanner, once each time: no scan is left open. */
export class IbScanner {
  readonly #gateway: Pick<IbGateway, 'ask'>;
  readonly #contracts: IbContracts;

  constructor(gateway: Pick<IbGateway, 'ask'>, contracts: IbContracts) {
    this.#gateway = gateway;
    this.#contracts = contracts;
  }

  async scan(request: IbScanRequest): Promise<IbScan> {
    const answer = await this.#gateway.ask(question(request), ANSWER_LIMIT_MS);
    if (!answer.complete) {
      const isEmpty = answer.code === NO_ITEMS || isNoItems(answer.code, answer.why);
      if (!isEmpty) return { known: false, why: answer.why };
      return { known: true, rows: [], symbols: [], leftOut: [] };
    }
    const rows = answer.value;
    const leftOut: string[] = [];
    const named = rows.flatMap((row) => {
      const symbol = symbolOfIb(row);
      if (symbol === null) leftOut.push(`${row}: no symbol of a US listing`);
      return symbol === null ? [] : [symbol];
    });
    await this.#contracts.resolve(named);
    const symbols = [...new Set(named)].filter((symbol) => {
      const why = this.#whyNot(symbol);
      if (why !== null) leftOut.push(`${symbol}: ${why}`);
      return why === null;
    });
    return { known: true, rows, symbols, leftOut };
  }

  #whyNot(symbol: Symbol): string | null {
    const contract = this.#contracts.of(symbol);
    const refusal = this.#contracts.refusal(symbol);
    if (refusal !== null) return refusal;
    if (contract === null) return 'its contract is not known';
    const { stockType } = contract;
    return STOCK_TYPES.has(stockType) ? null : `a stock of type ${stockType || 'unknown'}`;
  }
}

/** The same code as for histories: a list without rows is told by its text. */
const isNoItems = (code: number | null, why: string): boolean =>
  code === SCAN_ERROR && /no items/i.test(why);

function question({ rule, rows, minPriceUsd }: IbScanRequest): Question<readonly string[]> {
  const found: string[] = [];
  return {
    what: `the scan ${rule}`,
    send: (api, id) =>
      api.reqScannerSubscription(id, {
        scanCode: CODES[rule],
        instrument: Instrument.STK,
        locationCode: LocationCode.STK_US_MAJOR,
        numberOfRows: Math.min(MOST_ROWS, rows),
        abovePrice: minPriceUsd,
      }),
    hear: (name, [reqId, , details], id) => {
      if (reqId !== id) return undefined;
      if (name === EventName.scannerData) {
        found.push((details as ContractDetails).contract.symbol ?? '');
      }
      return name === EventName.scannerDataEnd ? found : undefined;
    },
    cancel: (api, id) => api.cancelScannerSubscription(id),
  };
}
