import type { IbGateway } from '../../src/adapters/ib/ib-gateway.ts';
import {
  type IbMarket,
  type IbMarketOptions,
  openIbMarket,
} from '../../src/adapters/ib/ib-market.ts';
import { openIbGateway } from '../../src/adapters/ib/ib-supervisor.ts';
import { SystemTimeline } from '../../src/adapters/system/system-timeline.ts';
import { instantOf, sessionOf } from '../../src/calendar/nyse.ts';
import type { Bar, BarColumns } from '../../src/domain/market.ts';
import { barAt } from '../../src/domain/market.ts';
import {
  type EpochMs,
  epochMs,
  type Session,
  type SessionDate,
  sessionDate,
} from '../../src/domain/time.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import type { BarStore } from '../../src/ports/bar-store.ts';
import type { FakeContract } from '../../src/testing/fake-tws/contracts.ts';
import { MarketServer } from '../../src/testing/fake-tws/market-server.ts';
import type { FakeTws } from '../../src/testing/fake-tws/server.ts';
import { WireTime } from '../simulation/wire-time.ts';

export const ACCOUNT = 'DU1234567';
export const DATE = sessionDate('2026-03-05');
export const TODAY = sessionOf(DATE) as Session;
export const YESTERDAY = sessionOf(sessionDate('2026-03-04')) as Session;

/** A time of day, "09:31" or "09:31:30", in New York. */
export function at(time: string, date: SessionDate = DATE): EpochMs {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return epochMs(instantOf(date, hours * 60 + minutes) + seconds * 1_000);
}

/** The market of a gateway, and the server behind it: over sockets, on a time that waits for both. */
export interface MarketDesk {
  readonly time: WireTime;
  readonly now: () => EpochMs;
  readonly tws: FakeTws;
  readonly gateway: IbGateway;
  readonly market: IbMarket;
  /** What was told to keep bars or prices from coming. */
  readonly troubles: readonly string[];
  /** Messages as they went over the wire, by their number: 20 asks for a history, 1 for prices, 9 for a contract. */
  readonly sent: (message: number) => readonly (readonly string[])[];
  /** The most histories that were under way at once. */
  readonly mostAtOnce: () => number;
  /** Lets so much time pass. */
  readonly pass: (ms: number) => Promise<void>;
}

interface Made {
  readonly source: BarSource;
  readonly from?: EpochMs;
  readonly store?: BarStore;
  readonly market?: Partial<IbMarketOptions>;
  readonly contracts?: readonly FakeContract[];
  /** Of the protocol; the newest unless given. */
  readonly version?: number;
  /** How often the server looks at its bars; never unless given, so that nothing moves by itself. */
  readonly tickMs?: number;
}

const opened: (() => Promise<void>)[] = [];

/** Closes what the tests opened. */
export async function closeMarketDesks(): Promise<void> {
  for (const close of opened.splice(0)) await close();
}

/** Connected. */
export async function marketDesk({
  source,
  from = at('10:00'),
  store,
  market: options,
  tickMs,
  contracts,
  version = 193,
}: Made): Promise<MarketDesk> {
  const time = new WireTime(from);
  const server = new MarketServer({
    source,
    time,
    account: ACCOUNT,
    startingCash: 100_000,
    version,
    childArm: 'partial',
    commissionDelayMs: 0,
    ...(tickMs === undefined ? {} : { tickMs }),
    ...(contracts === undefined ? {} : { contracts }),
  });
  const port = await server.listen();
  const stop = new AbortController();
  const ticking = tickMs === undefined ? Promise.resolve() : server.run(stop.signal);
  const timeline = new SystemTimeline({ source: time });
  const sent: string[][] = [];
  let underWay = 0;
  let most = 0;
  const gateway = openIbGateway({
    host: '127.0.0.1',
    port,
    clientId: 17,
    account: ACCOUNT,
    mode: 'paper',
    timeline,
    jitter: () => 0,
    onWire: (direction, tokens) => {
      const texts = tokens.flat().map(String);
      if (direction === 'sent') sent.push(texts);
      if (texts[0] === '20' && direction === 'sent') most = Math.max(most, ++underWay);
      if (texts[0] === '17' && direction === 'received') underWay -= 1;
    },
  });
  const { episode } = await gateway.link.start();
  gateway.link.confirm(episode);
  const troubles: string[] = [];
  const market = openIbMarket(gateway, {
    timeline,
    store: store ?? null,
    onTrouble: (message) => troubles.push(message),
    ...options,
  });
  opened.push(async () => {
    market.close();
    stop.abort();
    await ticking;
    await gateway.close();
    await server.tws.close();
  });
  return {
    time,
    now: () => timeline.now(),
    tws: server.tws,
    gateway,
    market,
    troubles,
    sent: (message) => sent.filter(([name]) => name === String(message)),
    mostAtOnce: () => most,
    pass: (ms) => time.sleep(ms),
  };
}

/** Bars as values, to compare. */
export const barsOf = (columns: BarColumns | null): Bar[] =>
  columns === null ? [] : Array.from({ length: columns.length }, (_, i) => barAt(columns, i));
