import type { OwnerRequest } from '../adapters/file/owner-channel.ts';
import { Failure } from '../domain/failure.ts';
import { parseSymbol, type Symbol } from '../domain/market.ts';
import { type EpochMs, epochMs, type Session } from '../domain/time.ts';
import { EVENT_PAYLOADS } from '../events/event.ts';
import type { Discrepancy } from '../ledger/breaks.ts';
import { leavePositions } from './close-positions.ts';
import type { System } from './compose.ts';
import { acknowledgeIn, pauseIn, resumeIn } from './control-trading.ts';
import { CORRECT_INFERRED, correctInferredIn, correctionsOf } from './correct-inferred.ts';
import { STATEMENT } from './desk-view.ts';
import { REBUILD } from './history-care.ts';
import { killIn } from './kill.ts';
import type { Monitors } from './monitors.ts';
import { reconcileIn, resolveIn } from './reconcile-home.ts';
import { requesterOf } from './record-command.ts';

/** What a process asks of the one that holds the home. */
interface Waiting {
  readonly request: OwnerRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What requests are done with. */
export interface Hands {
  readonly system: System;
  readonly monitors: Monitors;
  /** The session in progress, or the next. */
  readonly session: Session;
  /** Told how many differences a comparison that was asked for has found. */
  readonly onReconcile: (found: readonly Discrepancy[]) => void;
}

/** Requests that wait until the process that holds the home has a hand free: one after the other, each answered. */
export class HandedRequests {
  #waiting: Waiting[] = [];

  /** Resolves with the answer once it was the request's turn. */
  add(request: OwnerRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
    });
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Does what waits. A failure is the answer of its request; only a history that cannot be written ends it all. */
  async serve(hands: Hands): Promise<void> {
    const { system } = hands;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        next.resolve(await answerOf(next.request, hands));
      } catch (error) {
        next.reject(error);
        if (system.historyFailure() !== null) throw error;
        if (!(error instanceof Failure)) system.log.failure('a handed request failed', error);
      }
    }
  }

  /** Refuses what waits: nobody is going to do it any more. */
  refuse(message: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Failure('HOME_BUSY', message));
  }
}

type Args = OwnerRequest['args'];
type Served = (hands: Hands, args: Args) => Promise<unknown>;

/** What a running daemon does for another process. Its answer is JSON. */
const SERVED: ReadonlyMap<string, Served> = new Map<string, Served>([
  ['close', (hands, args) => leave('close', hands, args)],
  ['flatten', (hands, args) => leave('flatten', hands, args)],
  ['kill', killFor],
  ['pause', pauseFor],
  ['resume', resumeFor],
  ['alerts', acknowledgeFor],
  ['reconcile', reconcileFor],
  [CORRECT_INFERRED, correctFor],
  // Nothing is written and nothing is sent for it.
  [STATEMENT, ({ system }) => system.gate.statement(epochMs(0))],
  [REBUILD.name, ({ system }) => system.rebuildViews()],
  [
    'breaks resolve',
    ({ system }, { key, note }) =>
      resolveIn(
        system,
        { key: textOf('key', key), note: textOf('note', note) },
        requesterOf(system, 'breaks resolve', 'handed'),
      ),
  ],
]);

async function answerOf({ name, args }: OwnerRequest, hands: Hands): Promise<unknown> {
  const served = SERVED.get(name);
  if (served !== undefined) return served(hands, args);
  throw new Failure('HOME_BUSY', `a daemon holds ${hands.system.home} and cannot do "${name}"`, {
    hint: 'stop the daemon first, then ask again',
  });
}

function leave(command: 'close' | 'flatten', hands: Hands, args: Args): Promise<unknown> {
  const { system, monitors, session } = hands;
  const asked = { command, symbols: textsOf(args.symbols) };
  return leavePositions(system, monitors, session, asked, requesterOf(system, command, 'handed'));
}

function killFor({ system, monitors, session }: Hands, args: Args): Promise<unknown> {
  const positions = args.positions === 'flatten' ? 'flatten' : 'keep';
  const by = textOf('by', args.by);
  const cause = textOf('cause', args.cause);
  const order = { by, via: 'command', positions, cause, at: instantOf('at', args.at) } as const;
  return killIn(system, monitors, session, order, requesterOf(system, 'kill', 'handed'));
}

function pauseFor({ system }: Hands, { cause, until, at }: Args): Promise<unknown> {
  const order = {
    cause: textOf('cause', cause),
    until: until === null ? null : instantOf('until', until),
    at: instantOf('at', at),
  };
  return pauseIn(system, order, requesterOf(system, 'pause', 'handed'));
}

function resumeFor({ system }: Hands, args: Args): Promise<unknown> {
  const order = {
    clearKill: args.clearKill === true,
    rebasePeak: args.rebasePeak === true,
    cause: textOf('cause', args.cause),
    at: instantOf('at', args.at),
  };
  return resumeIn(system, order, requesterOf(system, 'resume', 'handed'));
}

function acknowledgeFor({ system }: Hands, { alerts }: Args): Promise<unknown> {
  const asked = Array.isArray(alerts) ? alerts.map(Number) : ('all' as const);
  return acknowledgeIn(system, asked, requesterOf(system, 'alerts', 'handed'));
}

async function reconcileFor(hands: Hands, args: Args): Promise<unknown> {
  const { system, monitors, onReconcile } = hands;
  const { symbols, cash, fills } = (args.corrections ?? {}) as Record<string, unknown>;
  const corrections = {
    symbols: textsOf(symbols).map(symbolOf),
    cash: cash === null ? null : EVENT_PAYLOADS['cash.recorded'].kind.parse(cash),
    fills: fills === null ? null : textOf('fills', fills),
  };
  const order = {
    corrections,
    dryRun: args.dryRun === true,
    agreed: args.agreed === null ? null : textOf('agreed', args.agreed),
  };
  const requester = requesterOf(system, 'reconcile', 'handed');
  const outcome = await reconcileIn(system, monitors, order, requester);
  if (!order.dryRun) onReconcile(outcome.result.discrepancies);
  return outcome;
}

function correctFor({ system, monitors }: Hands, { corrections }: Args): Promise<unknown> {
  const asked = correctionsOf(corrections);
  return correctInferredIn(
    system,
    monitors,
    asked,
    requesterOf(system, CORRECT_INFERRED, 'handed'),
  );
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function instantOf(name: string, value: unknown): EpochMs {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return epochMs(value);
  throw new Failure('USAGE', `${name} of a request must be an instant, was ${typeof value}`);
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Failure('USAGE', `${name} of a request must be text, was ${typeof value}`);
}

function symbolOf(text: string): Symbol {
  const symbol = parseSymbol(text);
  if (symbol !== null) return symbol;
  throw new Failure('SYMBOL_INVALID', `not a symbol: ${JSON.stringify(text)}`);
}
