import { SYNTHETIC_LABEL } from '../adapters/sim/synthetic-market.ts';
import { resample } from '../bars/resample.ts';
import { lastSessionClosedBy, sessionsBetween } from '../calendar/nyse.ts';
import { Failure } from '../domain/failure.ts';
import { type BarColumns, barAt, columnsFromBars } from '../domain/market.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import { type ShowBarsRequest, type ShownBars, withIndicators } from './show-bars.ts';
import { syntheticSourceOf } from './synthetic.ts';

/** Sessions of minute bars that are put together at most; each has 390. */
const MOST_SESSIONS = 260;
/** Sessions before the first one shown, so that indicators have warmed up. */
const WARM_UP_SESSIONS = 5;

/** Bars of the synthetic market up to the last session that has closed. */
export async function showSyntheticBars(
  settings: { readonly seed: number; readonly symbols: number },
  now: EpochMs,
  request: ShowBarsRequest,
): Promise<ShownBars> {
  const source = syntheticSourceOf(settings);
  if (!source.symbols.includes(request.symbol)) {
    throw new Failure('INPUT_INVALID', `the synthetic market has no ${request.symbol}`, {
      hint: `it has, among others: ${source.symbols.slice(0, 5).join(', ')}; real bars: --data DIR`,
    });
  }
  const last = lastSessionClosedBy(now);
  await source.prepare(last, [request.symbol]);
  const raw =
    request.timeframe === '1d' ? source.daily(request.symbol) : intradayBars(source, last, request);
  const known = source.actions(request.symbol).filter(({ exDate }) => exDate <= last.date);
  const actions = request.timeframe === '1d' ? known : [];
  const shown = withIndicators(raw, actions, request);
  return { ...shown, warnings: [SYNTHETIC_LABEL, ...shown.warnings] };
}

function intradayBars(
  source: ReturnType<typeof syntheticSourceOf>,
  last: Session,
  { symbol, timeframe, from, to }: ShowBarsRequest,
): BarColumns {
  const end = to === undefined || to > last.date ? last.date : to;
  const start = from ?? end;
  const sessions = start > end ? [] : sessionsBetween(start, end);
  if (sessions.length > MOST_SESSIONS) {
    throw new Failure('USAGE', `${sessions.length} sessions of intraday bars are too many`, {
      hint: `ask for at most ${MOST_SESSIONS} sessions with --from and --to`,
    });
  }
  const before = sessionsBefore(sessions[0], WARM_UP_SESSIONS);
  const all = [...before, ...sessions];
  const bars = all.flatMap(({ date }) => {
    const columns = source.session(symbol, date);
    return columns === null
      ? []
      : Array.from({ length: columns.length }, (_, i) => barAt(columns, i));
  });
  const minutes = columnsFromBars(bars);
  return timeframe === '1m' ? minutes : resample(minutes, timeframe, all).columns;
}

function sessionsBefore(session: Session | undefined, count: number): Session[] {
  const found: Session[] = [];
  let at: EpochMs | undefined = session?.openAt;
  for (let i = 0; i < count && at !== undefined; i++) {
    const earlier = lastSessionClosedBy(at);
    found.unshift(earlier);
    at = earlier.openAt;
  }
  return found;
}
