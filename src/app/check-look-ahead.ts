import { newYorkDate } from '../calendar/nyse.ts';
import { Failure } from '../domain/failure.ts';
import { assertExists } from '../domain/result.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { StrategyDesk } from '../pipeline/desk.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { LookAheadCheck } from '../reporting/backtest-input.ts';
import { type BacktestRequest, playBacktest } from './backtest.ts';
import { scrambledAfter, truncatedAfter } from './changed-bars.ts';

/** Where the data is changed, as parts of the range. */
const CUTS = [0.3, 0.6, 0.9] as const;

/** A scan and what it decided. */
interface Decided {
  readonly runId: string;
  readonly at: EpochMs;
  readonly hash: string;
}

/**
 * Decides again on data that ends after a cut, and on data whose future after it is scrambled (prices, volumes, which
 * symbols exist), and compares every decision made from bars up to the cut. `strategyOn` gives the strategy for a
 * source, where it is not the configured one.
 */
export async function checkLookAhead(
  request: BacktestRequest,
  options: {
    readonly strategyOn?: (source: BarSource) => StrategyDesk;
    readonly onRun?: (done: number, total: number) => void;
  } = {},
): Promise<LookAheadCheck> {
  // Nothing that was computed of one source may serve another.
  const { runDir: _folder, range: _range, market: _market, ...rest } = request;
  const { onEvents: _ear, observer: _eye, onSession: _clock, ...plain } = rest;
  const { strategyOn } = options;
  const decide = async (source: BarSource, to: SessionDate) => {
    const decided: Decided[] = [];
    const strategy = strategyOn === undefined ? {} : { strategy: strategyOn(source) };
    const { end, range } = await playBacktest({
      ...plain,
      source,
      to,
      ...strategy,
      observer: {
        onScan: ({ runId, decision }, _slot, at) =>
          decided.push({ runId, at, hash: decision?.decisionHash ?? 'none' }),
      },
    });
    if (end.kind === 'failed') throw end.error;
    return { decided, sessions: range.sessions };
  };
  const whole = await decide(request.source, request.to);
  const cuts = cutsOf(whole.sessions.map(({ date }) => date));
  let compared = 0;
  let done = 0;
  for (const cut of cuts) {
    const after = whole.sessions.findIndex(({ date }) => date === cut) + 1;
    const nextOpen = whole.sessions[after]?.openAt ?? Number.POSITIVE_INFINITY;
    const runs = [
      {
        data: 'truncated',
        source: truncatedAfter(request.source, cut),
        to: cut,
        until: nextOpen - 1,
      },
      // At the open after the cut a decision still rests on bars up to the cut alone.
      {
        data: 'scrambled',
        source: scrambledAfter(request.source, cut, done + 1),
        to: whole.sessions[after]?.date ?? cut,
        until: nextOpen,
      },
    ] as const;
    for (const { data, source, to, until } of runs) {
      const again = await decide(source, to);
      // Sessions at the end that have no bar any more are not played again: nothing was decided otherwise there.
      const last = assertExists(again.sessions.at(-1), 'a range has sessions').date;
      const [expected, actual] = [whole.decided, again.decided].map((all) =>
        all.filter(({ at }) => at <= until && newYorkDate(at) <= last),
      ) as [Decided[], Decided[]];
      const at = expected.findIndex(({ hash }, i) => actual[i]?.hash !== hash);
      compared += at < 0 ? expected.length : at + 1;
      const different = expected[at];
      if (different !== undefined) {
        const firstDifference = { runId: different.runId, cut, data };
        return { cuts, decisionsCompared: compared, firstDifference };
      }
      done += 1;
      options.onRun?.(done, 2 * cuts.length);
    }
  }
  return { cuts, decisionsCompared: compared, firstDifference: null };
}

function cutsOf(dates: readonly SessionDate[]): SessionDate[] {
  const cuts = CUTS.flatMap((part) => dates[Math.floor((dates.length - 1) * part)] ?? []);
  const distinct = [...new Set(cuts)].filter((date) => date !== dates.at(-1));
  if (distinct.length > 0) return distinct;
  throw new Failure('USAGE', 'a look-ahead check needs at least two sessions', {
    hint: 'give a longer range: --from D --to D',
  });
}
