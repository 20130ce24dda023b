import { type Micros, subtract, timesQuantity, toUsd } from '../domain/money.ts';
import type { RunRecord } from '../domain/run.ts';
import { isoUtc } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf } from '../events/event.ts';
import type { BookState, EndedTrade, OpenTrade } from './book-state.ts';
import { entryPriceOf, exitPriceOf, initialRiskOf, resultOf } from './book-trades.ts';
import { costOf, quantityOf } from './lots.ts';

const dollars = (amount: Micros | null): number | null => (amount === null ? null : toUsd(amount));

/** R to six decimals, so that files do not carry the noise of a division. */
const rounded = (ratio: number | null): number | null =>
  ratio === null ? null : Math.round(ratio * 1e6) / 1e6;

/** The record of an open or ended trade, as trades.json keeps it. */
export function tradeRecord(state: BookState, subject: OpenTrade | EndedTrade): TradeRecord {
  const ended = 'trade' in subject ? subject : null;
  const trade = ended?.trade ?? (subject as OpenTrade);
  const { gross, net, r } = resultOf(trade);
  const risk = initialRiskOf(trade);
  const inR = (amount: Micros | null | undefined): number | null =>
    amount === null || amount === undefined || risk === null ? null : rounded(amount / risk);
  return {
    tradeId: trade.tradeId,
    runId: trade.context?.runId ?? '',
    symbol: trade.symbol,
    side: 'long',
    status: ended === null ? 'open' : 'closed',
    quantity: trade.boughtQuantity,
    entrySession: trade.entrySession,
    entryAt: isoUtc(trade.entryAt),
    entryPrice: toUsd(entryPriceOf(trade)),
    initialStop: dollars(trade.initialStop),
    stop: dollars(trade.stop),
    target: dollars(trade.target),
    exitSession: ended?.exitSession ?? null,
    exitAt: ended === null ? null : isoUtc(ended.exitAt),
    exitPrice: ended === null ? null : toUsd(exitPriceOf(trade)),
    exitReason: ended?.exitReason ?? null,
    grossPnl: ended === null ? null : toUsd(gross),
    commission: trade.unknownCommissions > 0 ? null : toUsd(trade.commission),
    netPnl: ended === null ? null : dollars(net),
    rMultiple: ended === null ? null : rounded(r),
    mae: dollars(ended?.end?.mae ?? null),
    mfe: dollars(ended?.end?.mfe ?? null),
    maeR: inR(ended?.end?.mae),
    mfeR: inR(ended?.end?.mfe),
    resolution: ended?.end?.resolution ?? null,
    score: trade.context?.score ?? null,
    strategy: trade.context?.strategy ?? '',
    signalReason: trade.context?.signalReason ?? '',
    strength: trade.context?.strength ?? null,
    mode: state.mode ?? 'sim',
    account: state.account,
    entryRef: trade.entryRef,
    exitRef: ended?.exitRef ?? null,
    stopRef: trade.stopRef,
  };
}

/** The record of a run that just began. */
export const startedRun = (event: EventOf<'run.started'>): RunRecord => ({
  runId: event.runId ?? '',
  job: event.job,
  slot: event.slot,
  mode: event.mode,
  account: event.account,
  session: event.session,
  startedAt: isoUtc(event.at),
  finishedAt: null,
  status: 'running',
  identity: event.identity,
  counts: {
    found: 0,
    scored: 0,
    selected: 0,
    sized: 0,
    denied: 0,
    approved: 0,
    submitted: 0,
    filled: 0,
  },
  denials: {},
  signalHash: null,
  decisionHash: null,
  configHash: event.configHash,
  version: event.version,
  error: null,
});

/** The record of a run that came to its end. */
export const finishedRun = (
  run: RunRecord,
  event: EventOf<'run.completed'> | EventOf<'run.failed'>,
): RunRecord =>
  event.type === 'run.failed'
    ? {
        ...run,
        finishedAt: isoUtc(event.at),
        status: 'failed',
        error: `${event.code}: ${event.message}`,
      }
    : {
        ...run,
        finishedAt: isoUtc(event.at),
        status: event.status,
        // Fills may have been counted before the run ended.
        counts: { ...event.counts, filled: Math.max(event.counts.filled, run.counts.filled) },
        denials: event.denials,
        signalHash: event.signalHash,
        decisionHash: event.decisionHash,
        // A remark on a run that did its work is no error; the journal has it.
        error: event.status === 'completed' ? null : event.note,
      };

/** Unrealised P&L of an open trade at its mark, without commissions. */
export const unrealizedOf = (trade: OpenTrade): Micros =>
  subtract(timesQuantity(trade.mark, quantityOf(trade.lots)), costOf(trade.lots));
