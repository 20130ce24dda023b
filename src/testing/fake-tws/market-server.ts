import type { TimeSource } from '../../adapters/system/system-timeline.ts';
import { newYorkDate, nextSession, sessionOf } from '../../calendar/nyse.ts';
import type { Symbol } from '../../domain/market.ts';
import { type EpochMs, epochMs, type Session, type SessionDate } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import { commonStocks, type FakeContract } from './contracts.ts';
import { executionTime, hoursFrom, MarketScript } from './market-script.ts';
import { FakeTws } from './server.ts';

/** What a server is made of whose market is that of a source of bars. */
export interface MarketServerOptions {
  readonly source: BarSource;
  /** Names that are known besides, and whose bars each of them has; no scan finds them. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly time: TimeSource;
  readonly account: string;
  readonly startingCash: number;
  readonly version: number;
  readonly childArm: 'partial' | 'full';
  readonly commissionDelayMs: number;
  /** Common stocks of the symbols of the source where it is not given. */
  readonly contracts?: readonly FakeContract[];
  /** How often it looks whether a price changed: bars are told in quarters. A second where it is not given. */
  readonly tickMs?: number;
}

/** Half of what lies between bid and ask, of the price; a cent at least. */
const HALF_SPREAD_FRACTION = 0.0002;
const TICK_MS = 1_000;

/** A server and its market, which goes on by its clock: prices as its bars have them, and the end of each session. */
export class MarketServer {
  readonly tws: FakeTws;
  readonly #script: MarketScript;
  readonly #now: () => EpochMs;
  readonly #time: TimeSource;
  readonly #tickMs: number;
  #prepared: SessionDate | null = null;
  #ended: SessionDate | null = null;

  constructor({
    source: base,
    aliases = {},
    time,
    tickMs = TICK_MS,
    ...options
  }: MarketServerOptions) {
    const source = withAliases(base, aliases);
    this.#time = time;
    this.#tickMs = tickMs;
    this.#now = () => epochMs(Math.floor(time.wallMs()));
    this.#script = new MarketScript(source, this.#now);
    const contracts = options.contracts ?? commonStocks(source.symbols);
    this.tws = new FakeTws({
      ...options,
      contracts,
      time,
      now: this.#now,
      isOpen: (at) => isOpen(epochMs(Math.floor(at))),
      timeText: executionTime,
      hours: () => hoursFrom(this.#now()),
      history: (request, contract) => this.#script.history(request, contract),
      current: (request, contract) => this.#script.current(request, contract),
      scan: () =>
        this.#script.mostActive(contracts.filter(({ symbol }) => !Object.hasOwn(aliases, symbol))),
    });
  }

  /** Listens once there is something to tell; resolves with the port. */
  async listen(port = 0): Promise<number> {
    await this.step();
    return this.tws.listen(port);
  }

  /** Passes through time, tick by tick, until it is told to stop. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.step();
      await this.#time.sleep(this.#tickMs - (this.#now() % this.#tickMs), stop);
    }
  }

  /** Prints what changed its price since the last step, and ends a session that has closed. */
  async step(): Promise<void> {
    const now = this.#now();
    const session = comingSession(now);
    if (this.#prepared !== session.date) {
      await this.#script.prepare(session);
      this.#prepared = session.date;
    }
    for (const { symbol } of this.tws.exchange.book.contracts) {
      const price = this.#script.price(symbol);
      if (price === null) continue;
      const { last, ...around } = price;
      const before = this.tws.exchange.prices.of(symbol);
      const hasOpened = before !== null && before.tradedAt >= session.openAt;
      if (hasOpened && before.last === last) continue;
      const half = Math.max(0.01, Math.round(last * HALF_SPREAD_FRACTION * 100) / 100);
      this.tws.print(symbol, last, { ...around, half });
    }
    this.tws.tellBars();
    this.#endDay(now);
  }

  #endDay(now: EpochMs): void {
    const session = sessionOf(newYorkDate(now));
    if (session === null || now < session.closeAt || this.#ended === session.date) return;
    this.#ended = session.date;
    this.tws.endDay();
  }
}

/** A source that has the bars of some symbols under other names too. */
function withAliases(base: BarSource, aliases: Readonly<Record<string, string>>): BarSource {
  const real = (symbol: Symbol): Symbol => (aliases[symbol] ?? symbol) as Symbol;
  const known = [...base.symbols, ...(Object.keys(aliases) as Symbol[])];
  return Object.create(base, {
    symbols: { value: known },
    daily: { value: (symbol: Symbol) => base.daily(real(symbol)) },
    session: { value: (symbol: Symbol, date: SessionDate) => base.session(real(symbol), date) },
  }) as BarSource;
}

/** The session that is open or comes next. */
function comingSession(now: EpochMs): Session {
  const today = newYorkDate(now);
  return sessionOf(today) ?? nextSession(today);
}

function isOpen(at: EpochMs): boolean {
  const session = sessionOf(newYorkDate(at));
  return session !== null && at >= session.openAt && at < session.closeAt;
}
