import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import { canonicalJson, quoted, sha256 } from '../events/fingerprint.ts';
import type { CandidateDecision, DecisionSettings, SignalExit } from './decide.ts';
import type { StrategyDesk } from './desk.ts';
import type { ScanTable } from './scan-table.ts';
import type { ScoreTable } from './score-table.ts';

/** In the place of fingerprints that nobody asks for. */
export const NO_FINGERPRINT = '';

/** Canonical JSON of values that never change, such as sections of the configuration: made once for each. */
const known = new WeakMap<object, string>();

function canonicalOnce(value: object): string {
  let text = known.get(value);
  if (text === undefined) {
    text = canonicalJson(value);
    known.set(value, text);
  }
  return text;
}

/** The fingerprint of scan and score: { scan, session, strategy, table, universe }. Nothing of the portfolio. */
export function signalHashOf(
  snapshot: MarketSnapshot,
  settings: Pick<DecisionSettings, 'scan'>,
  desk: StrategyDesk,
  found: ScanTable,
  table: ScoreTable,
): string {
  const scan = canonicalOnce(settings.scan);
  const rest = canonicalJson({
    session: snapshot.session.date,
    strategy: desk.identity,
    table: table.tableHash,
    universe: found.universe,
  });
  return sha256(`{"scan":${scan},${rest.slice(1)}`);
}

/** The fingerprint of all that was decided: the signals, the state and limits they met, and each candidate's fate. */
export function decisionHashOf(
  signalHash: string,
  state: PortfolioState,
  settings: DecisionSettings,
  top: number,
  candidates: readonly CandidateDecision[],
  exits: readonly SignalExit[],
): string {
  const stateText = canonicalJson(digested(state));
  const stateDigest = sha256(`{"limits":${limitsText(settings)},"state":${stateText}}`);
  const decided = candidates.map(decidedText).join(',');
  const rest = canonicalJson({ exits, signalHash, stateDigest, top });
  return sha256(`{"decided":[${decided}],${rest.slice(1)}`);
}

function limitsText(settings: DecisionSettings): string {
  const { sizing, entry, risk, targetR, maxCapitalUsd } = settings;
  const capital = canonicalJson(maxCapitalUsd);
  const target = canonicalJson(targetR);
  return `{"entry":${canonicalOnce(entry)},"maxCapitalUsd":${capital},"risk":${canonicalOnce(risk)},"sizing":${canonicalOnce(sizing)},"targetR":${target}}`;
}

function decidedText({ row, fate, intent, verdict }: CandidateDecision): string {
  const { approved, reasons } = verdict;
  const { symbol } = row;
  if (intent !== null || reasons.length > 0) {
    return canonicalJson({ symbol, fate, intent, approved, reasons });
  }
  // Most of them were not looked at further: the same text, straight.
  return `{"approved":${approved},"fate":"${fate}","intent":null,"reasons":[],"symbol":${quoted(symbol)}}`;
}

/** The state without what tells only of its history: since when, by whom and why trading is restricted. */
function digested({ trading, ...state }: PortfolioState): object {
  const sources = trading.restrictions.map(({ source, detail }) => ({ source, detail }));
  return { entriesBlocked: sources.length === 0 ? null : sources, ...state };
}
