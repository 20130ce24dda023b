import type { Symbol } from '../../domain/market.ts';
import type { BarStore } from '../../ports/bar-store.ts';
import type { Timeline } from '../../ports/timeline.ts';
import { IbBarSource } from './ib-bar-source.ts';
import { IbContracts } from './ib-contracts.ts';
import type { IbGateway } from './ib-gateway.ts';
import { IbQuotes } from './ib-quotes.ts';
import { IbScanner } from './ib-scanner.ts';

export interface IbMarketOptions {
  readonly timeline: Timeline;
  /** Where daily bars are kept from one process to the next; null for nowhere. */
  readonly store: BarStore | null;
  /** Sector of a symbol; UNKNOWN for all where absent. */
  readonly sectorOf?: (symbol: Symbol) => string;
  /** Years of daily bars that are asked for of a symbol that none are kept of; 2. */
  readonly years?: number;
  /** Lines of prices at once; 100. */
  readonly maxLines?: number;
  /** Told what keeps bars or prices from coming, in a sentence, for logs and alerts. The same comes more than once. */
  readonly onTrouble?: (message: string) => void;
}

/** The market as a gateway shows it. */
export interface IbMarket {
  readonly source: IbBarSource;
  readonly quotes: IbQuotes;
  readonly contracts: IbContracts;
  readonly scanner: IbScanner;
  /** What is held or has orders at work: it has bars of a minute, and its quotes are looked after. */
  follow(symbols: readonly Symbol[]): void;
  /** Gives up every line. The gateway stays. */
  close(): void;
}

/** Bars, prices, contracts and scans over one gateway. Nothing is asked before somebody asks. */
export function openIbMarket(gateway: IbGateway, options: IbMarketOptions): IbMarket {
  const { timeline, onTrouble = () => undefined, maxLines } = options;
  const closing = new AbortController();
  const contracts = new IbContracts(gateway, () => timeline.now());
  const quotes = new IbQuotes({
    gateway,
    contracts,
    timeline,
    onTrouble,
    ...(maxLines === undefined ? {} : { maxLines }),
  });
  const source = new IbBarSource({
    ...options,
    gateway,
    contracts,
    giveUp: closing.signal,
    onTrouble,
  });
  return {
    source,
    quotes,
    contracts,
    scanner: new IbScanner(gateway, contracts),
    follow: (symbols) => {
      source.follow(symbols);
      quotes.follow(symbols);
    },
    close: () => {
      closing.abort();
      source.close();
      quotes.close();
    },
  };
}
