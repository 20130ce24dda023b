import type { Symbol } from '../../domain/market.ts';
import type { BarStore } from '../../ports/bar-store.ts';
import type { Timeline } from '../../ports/timeline.ts';
import { IbBarSource } from './ib-bar-source.ts';
import { IbContracts } from './ib-contracts.ts';
import type { IbGateway } from './ib-gateway.ts';
import { newEnd } from './ib-pause.ts';
import { IbQuotes } from './ib-quotes.ts';
import { type IbScan, IbScanner, type IbScanRequest } from './ib-scanner.ts';

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
  /**
   * Asks the scanner which symbols the universe is from now on; what it says is among the warnings of the source. A
   * scan that is not answered changes nothing.
   */
  findUniverse(request: IbScanRequest): Promise<IbScan>;
  /** What is held or has orders at work: it has bars of a minute, and its quotes are looked after. */
  follow(symbols: readonly Symbol[]): void;
  /** Gives up every line. The gateway stays. */
  close(): void;
}

/** The rows of a scan as they came, and what of them is left out. */
const said = (
  { rule }: IbScanRequest,
  { rows, leftOut }: Extract<IbScan, { known: true }>,
): readonly string[] => [
  `the broker's scan ${rule}: ${rows.length === 0 ? 'no rows' : rows.join(', ')}`,
  ...leftOut.map((row) => `left out of it: ${row}`),
];

/** Bars, prices, contracts and scans over one gateway. Nothing is asked before somebody asks. */
export function openIbMarket(gateway: IbGateway, options: IbMarketOptions): IbMarket {
  const { timeline, onTrouble = () => undefined, maxLines } = options;
  const closing = newEnd();
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
  const scanner = new IbScanner(gateway, contracts);
  return {
    source,
    quotes,
    contracts,
    scanner,
    findUniverse: async (request) => {
      const found = await scanner.scan(request);
      if (found.known) source.setUniverse(found.symbols, said(request, found));
      return found;
    },
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
