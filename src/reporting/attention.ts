import type { RunRecord } from '../domain/run.ts';
import { isoUtc } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import { breakKey } from '../ledger/breaks.ts';
import type { AccountBridge } from './account-bridge.ts';
import type { Reconciliation } from './day-checks.ts';
import type { DayOrder } from './day-orders.ts';
import type { Execution } from './execution.ts';
import { money, plural, wallTime } from './format.ts';
import type { PositionRow } from './open-positions.ts';

/** Something a person should look at, the worst first. */
export interface Attention {
  readonly level: 'critical' | 'warning';
  readonly code: string;
  readonly text: string;
}

export interface AttentionFacts {
  readonly today: readonly JournalEvent[];
  readonly runs: readonly RunRecord[];
  readonly orders: readonly DayOrder[];
  readonly positions: readonly PositionRow[];
  readonly bridge: AccountBridge;
  readonly reconciliation: Reconciliation;
  readonly execution: Execution;
  readonly oversold: readonly { readonly symbol: string; readonly quantity: number }[];
  readonly preliminary: boolean;
  /** Whether the session has a mark, and whether it is that of the close. */
  readonly marked: boolean;
  readonly markedAtClose: boolean;
}

/** What needs a person, from everything the day knows. Nothing here decides; it only points. */
export function attentionOf(facts: AttentionFacts): Attention[] {
  const all = [
    ...orderTroubles(facts),
    ...positionTroubles(facts),
    ...bookTroubles(facts),
    ...jobTroubles(facts),
    ...alerts(facts.today),
  ];
  const rank = ({ level }: Attention) => (level === 'critical' ? 0 : 1);
  return all.sort((a, b) => rank(a) - rank(b));
}

const critical = (code: string, text: string): Attention => ({ level: 'critical', code, text });
const warning = (code: string, text: string): Attention => ({ level: 'warning', code, text });

/** How the references begin of executions that a person had the book take over from a statement. */
const ADOPTED = 'adopted/';

function orderTroubles({ orders, oversold }: AttentionFacts): Attention[] {
  const unknown = orders.filter(({ status }) => status === 'unknown');
  const rejected = orders.filter(({ status }) => status === 'rejected');
  const strange = orders.filter(({ submitted }) => submitted === null);
  return [
    ...unknown.map((order) =>
      critical(
        'ORDER_UNKNOWN',
        `Order ${order.orderRef} (${order.side} ${order.quantity ?? '?'} ${order.symbol}) has no answer` +
          ` from the broker${order.cause === null ? '' : `: ${order.cause}`}. Look it up before anything is sent again.`,
      ),
    ),
    ...oversold.map(({ symbol, quantity }) =>
      critical('OVERSOLD', `${quantity} more ${symbol} were sold than our fills account for.`),
    ),
    ...strange.map(({ symbol, side, filledQuantity, orderRef }) =>
      orderRef.startsWith(ADOPTED)
        ? warning(
            'POSITION_ADOPTED',
            `${filledQuantity} ${symbol} were taken over from the broker's statement (${side}) at an inferred price.`,
          )
        : warning(
            'FOREIGN_FILL',
            `${filledQuantity} ${symbol} were filled (${side}) for ${orderRef}, an order that is not ours.`,
          ),
    ),
    ...rejected.map(({ symbol, orderRef, cause }) =>
      warning(
        'ORDER_REJECTED',
        `The broker rejected ${orderRef} (${symbol}): ${cause ?? 'no reason'}.`,
      ),
    ),
  ];
}

const isUnprotected = ({ stopQuantity, quantity }: PositionRow): boolean => stopQuantity < quantity;

function positionTroubles({ positions, marked }: AttentionFacts): Attention[] {
  const found: Attention[] = [];
  for (const row of positions) {
    if (isUnprotected(row)) {
      found.push(
        critical(
          'UNPROTECTED',
          `${row.symbol}: ${row.quantity} shares, acknowledged stops for ${row.stopQuantity}.`,
        ),
      );
    }
    if (row.mark === null && marked) {
      found.push(warning('NO_MARK', `${row.symbol} has no mark.`));
    } else if (row.markStale) {
      found.push(warning('STALE_MARK', `The mark of ${row.symbol} is from an earlier session.`));
    }
    if (row.tradeId === null) {
      found.push(warning('NO_TRADE_RECORD', `${row.symbol} is held without a trade record.`));
    }
  }
  return found;
}

function bookTroubles(facts: AttentionFacts): Attention[] {
  const { bridge, reconciliation, execution, positions, preliminary, markedAtClose } = facts;
  const unprotected = new Set(positions.filter(isUnprotected).map(({ symbol }) => symbol));
  const isNews = ({ kind, symbol }: { kind: string; symbol: string | null }) =>
    kind !== 'unprotected' || !unprotected.has(symbol ?? '');
  const open = reconciliation.openBreaks.filter(isNews);
  const known = new Set(reconciliation.openBreaks.map(({ key }) => key));
  const found: Attention[] = open.map(({ key, book, statement, since }) =>
    critical(
      'BREAK_OPEN',
      `${key}: book ${book ?? 'none'}, broker ${statement ?? 'none'}, since ${since.slice(0, 10)}.` +
        ' Nothing is entered meanwhile; trade-labs reconcile says what may be done.',
    ),
  );
  for (const row of reconciliation.discrepancies.filter(isNews)) {
    const key = breakKey(row);
    if (known.has(key)) continue;
    const state = row.state === undefined ? '' : ' (pending)';
    found.push(
      warning(
        'DISCREPANCY',
        `${key}: book ${row.book ?? 'none'}, broker ${row.statement ?? 'none'}${state}.`,
      ),
    );
  }
  if (bridge.isFinding && bridge.unexplained !== null) {
    found.push(
      critical(
        'UNEXPLAINED',
        `${money(bridge.unexplained)} of the account's change is unexplained.`,
      ),
    );
  }
  for (const entryRef of bridge.tie?.mismatched ?? []) {
    found.push(warning('TRADE_MISMATCH', `The record of ${entryRef} differs from its fills.`));
  }
  if (reconciliation.status === 'incomplete') {
    found.push(
      warning('RECONCILE_INCOMPLETE', 'The broker did not answer completely: nothing is proven.'),
    );
  }
  if (reconciliation.status === 'none' && !preliminary) {
    found.push(warning('NOT_RECONCILED', 'Book and broker were not compared in this session.'));
  }
  if (!markedAtClose && !preliminary) {
    found.push(warning('NO_CLOSE_MARK', 'The account was not marked at the close.'));
  }
  if (execution.provisionalFills > 0) {
    found.push(
      warning(
        'COMMISSION_OPEN',
        `${plural(execution.provisionalFills, 'execution has', 'executions have')} no commission yet.`,
      ),
    );
  }
  return found;
}

function jobTroubles({ runs, today }: AttentionFacts): Attention[] {
  const found: Attention[] = [];
  for (const run of runs) {
    if (run.status !== 'failed') continue;
    found.push(critical('RUN_FAILED', `${run.slot} failed: ${run.error ?? 'no reason recorded'}.`));
  }
  for (const event of today) {
    if (event.type === 'slot.missed') {
      found.push(warning('SLOT_MISSED', `${event.slot} was missed: ${event.cause}.`));
    } else if (event.type === 'history.loss_accepted') {
      found.push(
        critical(
          'HISTORY_LOSS',
          `Events ${event.fromSeq} to ${event.toSeq} were lost: ${event.cause}.`,
        ),
      );
    }
  }
  return found;
}

/** The alerts that nobody took note of; the same one again is told once, with its last time. */
function alerts(today: readonly JournalEvent[]): Attention[] {
  const noted = new Set(
    today.flatMap((event) => (event.type === 'alert.acknowledged' ? event.alerts : [])),
  );
  const open = new Map<string, { readonly seq: number; readonly attention: Attention }>();
  for (const event of today) {
    if (event.type !== 'alert.raised' || event.level === 'info') continue;
    const { level, code, message, at, seq } = event;
    const text = `${message} (${wallTime(isoUtc(at))})`;
    open.set(`${code} ${message}`, { seq, attention: { level, code, text } });
  }
  return [...open.values()].filter(({ seq }) => !noted.has(seq)).map(({ attention }) => attention);
}
