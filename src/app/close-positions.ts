import { sessionContaining } from '../calendar/nyse.ts';
import { Failure } from '../domain/failure.ts';
import { parseSymbol, type Symbol } from '../domain/market.ts';
import { type EpochMs, epochMs, isoUtc, type Session } from '../domain/time.ts';
import { compose, type System } from './compose.ts';
import { Engine } from './engine.ts';
import { openHomeLog } from './home-log.ts';
import type { Monitors } from './monitors.ts';
import type { HomeRequest } from './reconcile-home.ts';
import { type Requester, recordCommand, requesterOf } from './record-command.ts';
import { recover } from './recover.ts';
import { assertArmed } from './trading.ts';
import { homeClock } from './venue.ts';

/** How a position stands after it was asked to leave. */
export interface Leaving {
  readonly symbol: string;
  /** Shares held before. */
  readonly held: number;
  /** Shares held still: their sale is on its way, or waits for the next open. */
  readonly left: number;
  /** Sales that are working. */
  readonly orders: readonly string[];
}

/** What a request to leave positions came to. */
export interface CloseResult {
  readonly positions: readonly Leaving[];
  /** True once no share of what was asked about is left. */
  readonly isFlat: boolean;
  /** When the sales can fill next, ISO UTC, where the market is closed now; null while it is open, or all is done. */
  readonly armedFor: string | null;
}

/** What is to be sold: these symbols, or all that are held. */
export interface Asked {
  readonly command: 'close' | 'flatten';
  readonly symbols: readonly string[];
}

/**
 * Sells what is asked for through the stops that cover it, and writes down who asked and what came of it. Outside
 * trading hours the sales wait for the next open; the stops stay until then.
 */
export async function leavePositions(
  system: System,
  monitors: Monitors,
  session: Session,
  asked: Asked,
  requester: Requester,
): Promise<CloseResult> {
  const { book, clock } = system;
  assertArmed(system);
  const symbols = symbolsOf(system, asked);
  const { command } = asked;
  const sell = async (): Promise<CloseResult> => {
    const positions: Leaving[] = [];
    for (const symbol of symbols) {
      const held = book.owned(symbol);
      const reason = command === 'flatten' ? 'flatten' : 'manual';
      const orders = await monitors.desk.leave(symbol, reason, session.date, command);
      await monitors.takeIn(session.date);
      positions.push({ symbol, held, left: book.owned(symbol), orders });
    }
    return resultOf(positions, clock.now(), session);
  };
  const tell = (result: CloseResult): string =>
    result.isFlat ? 'flat' : `not flat: ${sharesLeft(result)} shares are to be sold`;
  return recordCommand(system, requester, { command, symbols }, sell, tell);
}

const sharesLeft = ({ positions }: CloseResult): number =>
  positions.reduce((total, { left }) => total + left, 0);

function symbolsOf({ book }: System, { command, symbols }: Asked): Symbol[] {
  if (command === 'flatten') return book.openTrades().map(({ symbol }) => symbol);
  return symbols.map((text) => {
    const symbol = parseSymbol(text);
    if (symbol !== null && book.owned(symbol) > 0) return symbol;
    throw new Failure('RECORD_UNKNOWN', `there is no position in ${text}`, {
      hint: 'trade-labs positions',
    });
  });
}

function resultOf(positions: readonly Leaving[], now: EpochMs, session: Session): CloseResult {
  const isFlat = positions.every(({ left }) => left === 0);
  const isOpen = sessionContaining(now) !== null;
  return { positions, isFlat, armedFor: isFlat || isOpen ? null : isoUtc(session.openAt) };
}

/** Who wants positions closed in which home, and when. */
export interface CloseRequest extends Asked, HomeRequest {
  readonly patience: Patience;
}

/** How long whoever asks waits for the sales to fill, and by which clock. */
export interface Patience {
  /** Nothing is waited for beyond this. */
  readonly waitMs: number;
  readonly now: () => EpochMs;
  readonly pause: (ms: number) => Promise<void>;
}

/** How often it is looked whether the sales have filled. */
export const LOOK_AGAIN_MS = 1_000;

/** Takes the home, brings it up to now, and sells; throws HOME_BUSY where another process holds it. */
export const closePositions = (request: CloseRequest): Promise<CloseResult> =>
  inPlayedHome(request, request.command, async (system, monitors, session, engine) => {
    const requester = requesterOf(system, request.command, 'cli');
    const asked = await leavePositions(system, monitors, session, request, requester);
    await playOn(engine, asked, system, session, request.patience);
    return resultOf(stillHeld(asked.positions, system.book), system.clock.now(), session);
  });

/** Plays the exchange on with the clock until all is sold, nothing more can be in that time, or it is over. */
async function playOn(
  engine: Engine,
  { positions }: CloseResult,
  { book, lag }: System,
  session: Session,
  { waitMs, now, pause }: Patience,
): Promise<void> {
  const end = now() + waitMs;
  while (stillHeld(positions, book).some(({ left }) => left > 0)) {
    const next = engine.nextInstant()?.at ?? Infinity;
    // A simulated exchange sells at an instant of it; a real one at any, while it is open.
    const canSell = lag === null ? next <= end : sessionContaining(now()) !== null;
    if (!canSell || now() >= end) return;
    await pause(LOOK_AGAIN_MS);
    await engine.monitors.takeIn(session.date);
    if (now() > engine.playedThrough) await engine.playTo(now());
  }
}

/** What was asked about, with what is held of it by now. */
export const stillHeld = (
  positions: readonly Leaving[],
  book: { owned(symbol: Symbol): number },
): Leaving[] =>
  positions.map((one) => ({ ...one, left: Math.min(one.left, book.owned(one.symbol as Symbol)) }));

/** Takes a home, brings its exchange up to now, and does some work in the session in progress, or the next. */
export async function inPlayedHome<T>(
  { home, loaded, version, now, time }: HomeRequest,
  role: string,
  work: (system: System, monitors: Monitors, session: Session, engine: Engine) => Promise<T>,
): Promise<T> {
  const clock = homeClock(home, loaded, now, time);
  const log = await openHomeLog(home, loaded);
  try {
    const { mode } = loaded.config;
    const own = { home, loaded, mode, version, clock, log, role };
    const system = await compose({ ...own, ...(time === undefined ? {} : { time }) });
    try {
      const engine = new Engine(system, clock, system.playedThrough);
      const first = engine.nextInstant()?.session;
      if (first === undefined) throw new Failure('OUTSIDE_CALENDAR', 'the calendar ends');
      await recover(system, engine.monitors, first);
      await engine.playTo(epochMs(Math.max(now, clock.now())));
      const session = engine.nextInstant()?.session ?? first;
      const result = await work(system, engine.monitors, session, engine);
      system.saveAccount();
      return result;
    } finally {
      await system.close();
    }
  } finally {
    await log.close();
  }
}
