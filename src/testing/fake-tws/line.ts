import type { OrderMessage, Readiness } from './audit.ts';
import type { Request } from './requests.ts';
import type { Session } from './session.ts';

/** Codes by which a server says that its own line to the market broke. */
const LOST: ReadonlySet<number> = new Set([1100, 2110]);
/** And that it is back: without what was subscribed, or with it. Either way something may have happened meanwhile. */
const RESTORED: ReadonlySet<number> = new Set([1101, 1102]);
/** What a client has to look at before it may know what it may send. */
const LOOKS = ['orders', 'executions', 'positions'] as const;
type Look = (typeof LOOKS)[number];
/** A message that was under way while the line broke is nobody's fault. */
const CROSSING_MS = 1_000;

const LOOK_OF: Partial<Record<Request['kind'], Look>> = {
  openOrders: 'orders',
  allOpenOrders: 'orders',
  executions: 'executions',
  positions: 'positions',
};

/** The server's own line to the market, and what each client has looked at since it was whole. */
export class Line {
  readonly #now: () => number;
  #lostAt: number | null = null;
  #looks = new WeakMap<Session, Set<Look>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get isWhole(): boolean {
    return this.#lostAt === null;
  }

  announced(code: number): void {
    if (LOST.has(code)) this.#lostAt ??= this.#now();
    if (!RESTORED.has(code)) return;
    this.#lostAt = null;
    this.#looks = new WeakMap();
  }

  asked(session: Session, kind: Request['kind']): void {
    const look = LOOK_OF[kind];
    if (look === undefined) return;
    const looks = this.#looks.get(session) ?? new Set();
    this.#looks.set(session, looks.add(look));
  }

  /** Withdrawing an order needs nothing but a line. */
  readiness(session: Session, kind: OrderMessage['kind']): Readiness {
    if (!session.isReady) return 'no_id';
    if (this.#lostAt !== null && this.#now() - this.#lostAt > CROSSING_MS) return 'line_lost';
    if (kind === 'cancel' || kind === 'cancel_all') return 'ready';
    const looks = this.#looks.get(session);
    return LOOKS.every((look) => looks?.has(look)) ? 'ready' : 'unreconciled';
  }
}
