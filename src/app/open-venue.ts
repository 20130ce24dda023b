import { openOrderIdFile } from '../adapters/file/order-id-file.ts';
import { DAEMON } from '../adapters/file/owner-file.ts';
import { type IbBroker, type IbBrokerOptions, openIbBroker } from '../adapters/ib/ib-broker.ts';
import type { IbGateway } from '../adapters/ib/ib-gateway.ts';
import { type IbMarket, openIbMarket } from '../adapters/ib/ib-market.ts';
import { isPriceMessage } from '../adapters/ib/ib-messages.ts';
import { callsPerson } from '../adapters/ib/ib-remarks.ts';
import { openIbGateway } from '../adapters/ib/ib-supervisor.ts';
import { closedBroker, closedLink, closedQuotes } from '../adapters/memory/closed-line.ts';
import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import { LiveMarketData } from '../adapters/recorded/live-market-data.ts';
import { arrayBarSource } from '../adapters/sim/array-bar-source.ts';
import { chance } from '../adapters/system/chance.ts';
import { machineTime, SystemTimeline } from '../adapters/system/system-timeline.ts';
import { openWireLog, type WireRecord } from '../adapters/system/wire-record.ts';
import { windowAt } from '../calendar/windows.ts';
import { brokerWindowsOf } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { type EpochMs, epochMs, SECOND_MS } from '../domain/time.ts';
import type { Timeline } from '../ports/timeline.ts';
import { armingFaults } from '../risk/arming.ts';
import type { Composition } from './compose.ts';
import { keptBarsOf } from './kept-bars.ts';
import { type AccountDesk, RealExchange, SILENT_ACCOUNT } from './real-exchange.ts';
import { sectorsOf } from './sector-file.ts';
import { refusedBy } from './take-up-line.ts';
import { armingOf } from './trading.ts';
import { universeOf } from './universe-file.ts';
import type { Venue, VenueKind } from './venue.ts';

/** Lines of prices that a scan leaves free. */
const SPARE_LINES = 10;
/** How long a process that begins waits for the first connection. */
const CONNECT_MS = 30 * SECOND_MS;
/** How often it is looked whether there is one. */
const LOOK_MS = SECOND_MS;

/**
 * Connects to Interactive Brokers, and waits until the connection is there. Throws BROKER_UNREACHABLE where none comes
 * in time, and REFUSED_BY_GATE where only a person can mend it.
 */
export async function openVenue(composition: Composition, kind: VenueKind): Promise<Venue> {
  const { home, loaded, mode, log, time = machineTime } = composition;
  const { ib } = loaded.config;
  const timeline = new SystemTimeline({ source: time });
  const closing = new AbortController();
  const wire = wireOf(composition, timeline);
  let remarks: string[] = [];
  const gateway = openIbGateway({
    host: ib.host,
    port: ib.port,
    clientId: ib.clientId,
    account: ib.account,
    heartbeatMs: ib.heartbeatMs,
    mode: mode === 'live' ? 'live' : 'paper',
    timeline,
    jitter: chance,
    onNotice: ({ code, message, isTrouble, callsPerson: calls }) => {
      log.write(isTrouble ? 'warn' : 'info', `gateway: ${message}`, { code });
      if (calls) remarks.push(message);
    },
    onWire: (direction, tokens) => {
      if (ib.record === 'orders' && isPriceMessage(direction, tokens)) return;
      wire?.write({ at: timeline.now(), direction, tokens });
    },
  });
  const sectors = sectorsOf(loaded, home);
  const market = openIbMarket(gateway, {
    timeline,
    store: keptBarsOf(home),
    maxLines: ib.marketDataLines,
    sectorOf: (symbol) => sectors?.get(symbol) ?? 'UNKNOWN',
    onTrouble: (message) => log.write('warn', `market data: ${message}`),
  });
  const broker =
    kind === 'ib'
      ? brokerOf(composition, gateway, market, {
          timeline,
          giveUp: closing.signal,
          onRemark: (remark) => {
            log.write('info', `orders: ${remark.message}`);
            if (callsPerson(remark)) remarks.push(remark.message);
          },
        })
      : null;
  const close = async (): Promise<void> => {
    closing.abort();
    broker?.close();
    market.close();
    await gateway.close();
    wire?.close();
  };
  try {
    await connected(composition, gateway, timeline);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    exchange: broker === null ? null : new RealExchange(broker, market.quotes, accountOf(broker)),
    link: gateway.link,
    quotes: market.quotes,
    source: market.source,
    market: marketOf(composition, market, timeline),
    takeRemarks: () => {
      const taken = remarks;
      remarks = [];
      return taken;
    },
    follow: (symbols) => market.follow(symbols),
    close,
  };
}

/** Where messages of the broker are written down; null where they are not. */
function wireOf({ home, loaded }: Composition, timeline: Timeline): WireRecord | null {
  const { ib, logs } = loaded.config;
  if (ib.record === 'off') return null;
  return openWireLog(home, { keepDays: logs.keepDays, now: () => timeline.now() });
}

/** A venue whose line is not opened: for what is done with the journal alone. */
export function closedVenue({ loaded }: Composition, kind: VenueKind): Venue {
  const { ib, costs } = loaded.config;
  const source = arrayBarSource({});
  return {
    exchange:
      kind === 'ib'
        ? new RealExchange(closedBroker(ib.account), closedQuotes, SILENT_ACCOUNT)
        : null,
    link: closedLink,
    quotes: closedQuotes,
    source,
    market: new BarMarketData(source, { halfSpreadBps: costs.halfSpreadBps }),
    takeRemarks: () => [],
    follow: () => {},
    close: () => Promise.resolve(),
  };
}

function brokerOf(
  composition: Composition,
  gateway: IbGateway,
  { contracts }: IbMarket,
  { timeline, giveUp, onRemark }: Pick<IbBrokerOptions, 'timeline' | 'giveUp' | 'onRemark'>,
): IbBroker {
  const { home, loaded, mode } = composition;
  const { config } = loaded;
  const { clientId } = config.ib;
  const faults = (): readonly string[] =>
    armingFaults(
      armingOf({ config, loaded, mode, broker: { simulated: false, account: gateway.account } }),
    );
  return openIbBroker(gateway, {
    clientId,
    orderIds: openOrderIdFile(home, clientId),
    timeline,
    isArmed: () => faults()[0] ?? null,
    giveUp,
    stockOf: (symbol) => contracts.of(symbol),
    ...(onRemark === undefined ? {} : { onRemark }),
  });
}

/** What the broker reckons beforehand, and what of the cash it says has settled. */
const accountOf = (broker: IbBroker): AccountDesk => ({
  settledCash: () => broker.funds?.settledCash ?? null,
  margin: async (order) => {
    const answer = await broker.preview(order);
    if (!answer.complete) return null;
    const { initialMarginChange, initialMarginAfter, equityWithLoanAfter } = answer.value;
    return initialMarginChange === null ||
      initialMarginAfter === null ||
      equityWithLoanAfter === null
      ? null
      : { change: initialMarginChange, after: initialMarginAfter, equity: equityWithLoanAfter };
  },
});

/** Bars with the prices of now laid over them; scans look at the configured universe, or at what the broker finds. */
function marketOf(
  { home, loaded, universe = universeOf(loaded.config, home) ?? undefined }: Composition,
  market: IbMarket,
  timeline: Timeline,
): LiveMarketData {
  const { source, quotes } = market;
  const { entry, scan, costs } = loaded.config;
  const { rule, rows, minPriceUsd } = scan;
  if (universe !== undefined) source.setUniverse(universe);
  const findUniverse = async (): Promise<void> => {
    const found = await market.findUniverse({ rule, rows, minPriceUsd });
    if (!found.known) {
      throw new Failure('DATA_UNAVAILABLE', `the scanner did not answer: ${found.why}`, {
        hint: 'look at it: trade-labs doctor ib; or name a universe: scan.universe',
      });
    }
  };
  const bars = new BarMarketData(source, { halfSpreadBps: costs.halfSpreadBps });
  return new LiveMarketData(bars, quotes, {
    now: () => timeline.now(),
    maxQuoteAgeMs: entry.maxQuoteAgeMs,
    openingWaitMs: entry.openingWaitMs,
    // The others are for what is held, and for whoever asks for a price of his own.
    maxQuoted: Math.max(1, loaded.config.ib.marketDataLines - SPARE_LINES),
    ...(universe === undefined ? { findUniverse } : {}),
  });
}

/**
 * Waits until the line is connected. A daemon is patient, and while the broker is away by its own timetable waits until
 * it should be back; whoever asks from a terminal is told after the first attempt.
 */
async function connected(
  { loaded, role }: Composition,
  { link }: IbGateway,
  timeline: Timeline,
): Promise<void> {
  const windows = brokerWindowsOf(loaded.config);
  const away = (): EpochMs | null => windowAt(windows, timeline.now())?.to ?? null;
  link.expectAway(away() !== null);
  await link.start();
  const isPatient = role === DAEMON;
  let until = timeline.now() + (isPatient ? CONNECT_MS : 0);
  for (;;) {
    const { state, cause } = link.standing;
    if (state === 'refused') throw refusedBy(cause);
    if (state !== 'connecting') return;
    if (isPatient) until = Math.max(until, (away() ?? 0) + CONNECT_MS);
    if (timeline.now() >= until) {
      const { host, port } = loaded.config.ib;
      throw new Failure('BROKER_UNREACHABLE', `no connection to ${host}:${port}: ${cause}`, {
        hint: 'is the gateway running and logged in? trade-labs doctor ib says more',
      });
    }
    await timeline.reach(epochMs(timeline.now() + LOOK_MS), new AbortController().signal);
  }
}
