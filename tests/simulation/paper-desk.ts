import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import type { DaemonNews } from '../../src/app/daemon-parts.ts';
import { type DaemonEnd, runDaemon } from '../../src/app/run-daemon.ts';
import { syntheticSourceOf } from '../../src/app/synthetic.ts';
import { instantOf, sessionOf } from '../../src/calendar/nyse.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { type EpochMs, epochMs, type Session, sessionDate } from '../../src/domain/time.ts';
import type { EventOf, EventType, JournalEvent } from '../../src/events/event.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { MarketServer } from '../../src/testing/fake-tws/market-server.ts';
import { type PathPoint, scriptedBars } from '../../src/testing/fake-tws/scripted-bars.ts';
import type { FakeTws } from '../../src/testing/fake-tws/server.ts';
import { WireTime } from './wire-time.ts';

export const ACCOUNT = 'DU1234567';
export const DATE = sessionDate('2026-03-05');
export const SESSION = sessionOf(DATE) as Session;

/** Stocks of the synthetic market that the built-in strategy buys on this day, best score first. */
export const [VOLATILE, NARROW, STEADY] = ['SACAPE', 'RISITA', 'PAHAFA'] as const;
/** Others, which it does not. */
export const IDLE = ['BAHADO', 'KITECO'];

/** Prices that stay where they closed the day before. */
export const FLAT: readonly PathPoint[] = [[0, 1]];

/** The instant of a time of day, "09:31" or "09:31:30", in New York on the day that is played. */
export function at(time: string, date = DATE): EpochMs {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return epochMs(instantOf(date, hours * 60 + minutes) + seconds * 1_000);
}

/** Loads what is loaded when it is first needed: time would pass meanwhile. */
export async function loadAll(): Promise<void> {
  await Promise.all([
    import('../../src/app/report-job.ts'),
    import('../../src/app/backup-job.ts'),
    import('../../src/reporting/html.ts'),
    import('../../src/reporting/chart-svg.ts'),
  ]);
  const desk = await PaperDesk.open({ from: at('05:00') });
  await desk.daemon(at('05:01'));
  await desk.close();
}

/** What a desk trades on. */
export interface DeskOptions {
  /** How prices of single stocks go; all others stay where they closed. */
  readonly paths?: Readonly<Record<string, readonly PathPoint[]>>;
  /** What there is to trade. */
  readonly symbols?: readonly string[];
  readonly from?: EpochMs;
  readonly childArm?: 'partial' | 'full';
  readonly version?: number;
  readonly yaml?: string;
  readonly mode?: string;
  readonly account?: string;
  /** Trades at the server of another desk, in the same time. */
  readonly at?: PaperDesk;
}

/** Compressing what scans saw happens where this time cannot see it. */
const QUIETLY = 'recordings: { enabled: false }\n';
const SCHEDULE = `schedule:
  - { name: warm,      job: warm,      at: open-15m }
  - { name: scan-open, job: scan,      at: "09:30", top: 3 }
  - { name: reconcile, job: reconcile, at: close }
  - { name: report,    job: report,    at: close+30m }
`;

/** The daemon in mode paper against a gateway of our own, over real sockets, on a time that waits for both. */
export class PaperDesk {
  readonly home: string;
  readonly time: WireTime;
  readonly market: MarketServer;
  /** What the daemon said. */
  readonly said: DaemonNews[] = [];
  #stopMarket = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #port = 0;

  private constructor(options: DeskOptions) {
    const { symbols = [STEADY, ...IDLE], paths = {}, from = at('09:10') } = options;
    this.home = mkdtempSync(join(tmpdir(), 'trade-labs-paper-'));
    this.time = options.at?.time ?? new WireTime(from);
    this.market = new MarketServer({
      source: flatBut(stocks(symbols), paths),
      time: this.time,
      account: ACCOUNT,
      startingCash: 100_000,
      version: options.version ?? 193,
      childArm: options.childArm ?? 'partial',
      commissionDelayMs: 200,
      tickMs: 5_000,
    });
  }

  static async open(options: DeskOptions = {}): Promise<PaperDesk> {
    const desk = new PaperDesk(options);
    desk.#port = options.at?.port ?? (await desk.market.listen());
    desk.#running = desk.market.run(desk.#stopMarket.signal);
    desk.configure(options);
    return desk;
  }

  get port(): number {
    return this.#port;
  }

  get tws(): FakeTws {
    return this.market.tws;
  }

  configure({ yaml = '', mode = 'paper', account = ACCOUNT }: DeskOptions): void {
    mkdirSync(join(this.home, 'config'), { recursive: true });
    const ib = `ib: { host: 127.0.0.1, port: ${this.#port}, clientId: 17, account: ${account} }`;
    const usual = [
      yaml.includes('recordings:') ? '' : QUIETLY,
      yaml.includes('schedule:') ? '' : SCHEDULE,
    ];
    const text = `mode: ${mode}\nbroker: ib\n${ib}\n${usual.join('')}${yaml}`;
    writeFileSync(join(this.home, 'config', 'trade-labs.yaml'), text);
  }

  config(isArmed = true): Promise<LoadedConfig> {
    const env = isArmed ? { TRADE_LABS_ARMED: '1' } : {};
    return loadConfig({ home: this.home, cwd: this.home, env });
  }

  /** Runs the daemon until an instant, armed unless said. */
  async daemon(until: EpochMs, { isArmed = true, observe = false } = {}): Promise<DaemonEnd> {
    return runDaemon({
      home: this.home,
      loaded: await this.config(isArmed),
      version: '0',
      env: {},
      now: epochMs(this.time.wallMs()),
      until,
      time: this.time,
      observe,
      observer: {},
      onEvents: () => {},
      tell: (news) => this.said.push(news),
      reload: () => this.config(isArmed),
    });
  }

  /** Lets time pass for nobody but the server: nights, whose every second need not be played. */
  async skipTo(instant: EpochMs): Promise<void> {
    this.#stopMarket.abort();
    await this.#running;
    const stops = [SESSION.closeAt, instant].filter((one) => one > this.time.wallMs());
    for (const stop of stops) {
      await this.time.sleep(stop - this.time.wallMs());
      await this.market.step();
    }
    this.#stopMarket = new AbortController();
    this.#running = this.market.run(this.#stopMarket.signal);
  }

  /** Does something at an instant. */
  async when(instant: EpochMs, act: () => unknown): Promise<void> {
    await this.time.sleep(instant - this.time.wallMs());
    await act();
  }

  async events(): Promise<JournalEvent[]> {
    const events: JournalEvent[] = [];
    for await (const event of readHistory(historyFolder(this.home)).events()) events.push(event);
    return events;
  }

  async of<T extends EventType>(type: T): Promise<EventOf<T>[]> {
    return (await this.events()).filter((event): event is EventOf<T> => event.type === type);
  }

  async close(): Promise<void> {
    this.#stopMarket.abort();
    await this.#running;
    await this.tws.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The synthetic market, as far as these symbols go. */
export function stocks(symbols: readonly string[]): BarSource {
  const all = syntheticSourceOf({ seed: 1, symbols: 40 });
  const chosen = all.symbols.filter((symbol) => symbols.includes(symbol));
  return Object.create(all, { symbols: { value: chosen } }) as BarSource;
}

/** Prices that stay where they closed, but for some. */
export const flatBut = (base: BarSource, paths: NonNullable<DeskOptions['paths']>): BarSource => {
  const flat = Object.fromEntries(base.symbols.map((symbol) => [symbol, FLAT]));
  return scriptedBars(base, DATE, { ...flat, ...paths });
};
