import type { OpenAlert } from '../domain/alert.ts';
import { Failure } from '../domain/failure.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Restriction, Trading } from '../domain/trading-state.ts';
import type { EventDraft } from '../events/event.ts';
import { inForce } from '../risk/trading-state.ts';
import type { System } from './compose.ts';
import { clearKill } from './kill.ts';
import { askedTime, type Requester, recordCommand } from './record-command.ts';
import { tradingNow } from './trading.ts';

/** Entries stop until somebody resumes, or until an instant. */
export interface PauseOrder {
  readonly cause: string;
  readonly until: EpochMs | null;
  /** By the clock of whoever asks. */
  readonly at: EpochMs;
}

/** What a person lets go on: a pause and tripped breakers always, the others where asked for. */
export interface ResumeOrder {
  readonly clearKill: boolean;
  readonly rebasePeak: boolean;
  readonly cause: string;
  readonly at: EpochMs;
}

/** What may be done before and after, and what was changed, a sentence each. */
export interface ControlResult {
  readonly before: Trading;
  readonly after: Trading;
  readonly done: readonly string[];
}

const signed = ({ principal, host }: Requester): string => `${principal}@${host}`;

/** Stops entries; positions keep their stops and exits go on. */
export function pauseIn(
  system: System,
  { cause, until, at: askedAt }: PauseOrder,
  requester: Requester,
): Promise<ControlResult> {
  const at = askedTime(system, askedAt);
  return changed(system, 'pause', requester, async () => {
    await system.history.append([
      {
        type: 'trading_state.changed',
        at,
        runId: null,
        source: 'pause',
        detail: '',
        from: 'active',
        to: 'reducing',
        by: signed(requester),
        cause,
        until,
      },
    ]);
    return ['entries are paused'];
  });
}

/** Lifts what a person may lift; what remains is in `after`. */
export function resumeIn(
  system: System,
  order: ResumeOrder,
  requester: Requester,
): Promise<ControlResult> {
  const by = signed(requester);
  const at = askedTime(system, order.at);
  return changed(system, 'resume', requester, async () => {
    const done: string[] = [];
    if (order.clearKill && (await clearKill(system, { by, cause: order.cause, at }))) {
      done.push('the kill switch is cleared');
    }
    if (order.rebasePeak && (await rebasePeak(system, by, at))) {
      done.push('the drawdown limit counts from the last close on');
    }
    const lifted = liftable(system);
    if (lifted.length > 0)
      await system.history.append(lifted.map((r) => lift(r, { by, cause: order.cause, at })));
    return [
      ...done,
      ...lifted.map(({ source, detail }) => `lifted: ${detail === '' ? source : detail}`),
    ];
  });
}

/** Restrictions that a person lifts by resuming; limits end by themselves or by what they are about. */
function liftable({ book, clock }: System): Restriction[] {
  return [...book.trading.restrictions.values()].filter(
    (restriction) =>
      ['pause', 'breaker', 'stale_clock'].includes(restriction.source) &&
      inForce(restriction, clock.now()),
  );
}

const lift = (
  { source, detail, state }: Restriction,
  { by, cause, at }: { readonly by: string; readonly cause: string; readonly at: EpochMs },
): EventDraft => ({
  type: 'trading_state.changed',
  at,
  runId: null,
  source,
  detail,
  from: state,
  to: 'active',
  by,
  cause,
  until: null,
});

/** Lets the drawdown limit count from the last close on. */
async function rebasePeak({ book, history }: System, by: string, at: EpochMs): Promise<boolean> {
  const close = book.lastClose;
  if (close === null || (book.drawdownLatch === null && close.limitDrawdown === 0)) return false;
  const { session, equity } = close;
  const event = { session, equity, cause: 'resume', by } as const;
  await history.append([{ type: 'risk.peak_rebased', at, runId: null, ...event }]);
  return true;
}

async function changed(
  system: System,
  command: string,
  requester: Requester,
  work: () => Promise<string[]>,
): Promise<ControlResult> {
  const before = tradingNow(system);
  const done = await recordCommand(system, requester, { command, symbols: [] }, work, (lines) =>
    lines.length === 0 ? 'nothing to do' : lines.join('; '),
  );
  return { before, after: tradingNow(system), done };
}

/** Takes note of open alerts, of all of them or of these numbers; throws where one is not open. */
export function acknowledgeIn(
  system: System,
  asked: readonly number[] | 'all',
  requester: Requester,
): Promise<readonly OpenAlert[]> {
  const { book, history } = system;
  const open = [...book.trading.alerts.values()];
  const meant = asked === 'all' ? open : open.filter(({ id }) => asked.includes(id));
  const missing = asked === 'all' ? [] : asked.filter((id) => !open.some((one) => one.id === id));
  if (missing.length > 0) {
    throw new Failure('RECORD_UNKNOWN', `there is no open alert ${missing.join(', ')}`, {
      hint: 'trade-labs alerts',
    });
  }
  const write = async (): Promise<readonly OpenAlert[]> => {
    if (meant.length === 0) return meant;
    const by = signed(requester);
    const alerts = meant.map(({ id }) => id);
    const at = askedTime(system, requester.askedAt);
    await history.append([{ type: 'alert.acknowledged', at, runId: null, alerts, by }]);
    return meant;
  };
  const tell = (): string => `${meant.length} acknowledged`;
  return recordCommand(system, requester, { command: 'alerts', symbols: [] }, write, tell);
}
