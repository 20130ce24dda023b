import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Assumption, ParameterRow } from '../reporting/backtest-input.ts';
import { plural } from '../reporting/format.ts';

/** What a backtest takes for granted, in sentences for its tear sheet. */
export function assumptionsOf(
  config: Config,
  source: BarSource,
  strategy: { readonly name: string; readonly warmupBars: number },
  closeAtEnd: boolean,
): Assumption[] {
  const { intraday } = source;
  const bars =
    intraday === null
      ? 'daily bars only: the open slot decides on bars up to yesterday and fills at the open; later slots have no price and are skipped'
      : `daily bars rank, ${intraday} bars execute; a slot after the open without a bar of its session is skipped`;
  const list: [string, string][] = [
    ['bars', bars],
    ['entries', entryText(config)],
    [
      'exits',
      'a stop fills at the lower of open and stop, less slippage; a target needs a trade through by one tick; in one bar the stop comes first',
    ],
    ['slippage', slippageText(config)],
    ['commission', commissionText(config)],
    ['quotes', `modelled around the last price, ${config.costs.halfSpreadBps} bps to each side`],
    ['universe', universeText(source)],
    ['adjustment', adjustmentText(source)],
    [
      'warm-up',
      `bars before the range are history; ${strategy.name} judges a symbol from ${strategy.warmupBars} own bars on`,
    ],
    [
      'missing bars',
      `no bar is no trade; a position without one for ${config.risk.dataEndSessions} sessions leaves at its last mark`,
    ],
    [
      'at the end',
      closeAtEnd
        ? 'positions are sold at the last close, less slippage'
        : 'positions stay open at their mark',
    ],
    ['drawdown', drawdownText(config)],
    ['account', `simulated, ${config.sim.account}, cash earns nothing`],
  ];
  const { flatBeforeClose, maxHoldingMinutes } = config.exits;
  const atClose = 'sold at the close, less slippage: daily bars know no price before it';
  if (intraday === null && flatBeforeClose) list.push(['end of day', atClose]);
  if (intraday === null && maxHoldingMinutes > 0) list.push(['minutes held', atClose]);
  return list.map(([about, text]) => ({ about, text }));
}

function entryText({ entry }: Config): string {
  const limit =
    entry.type === 'market'
      ? 'market orders fill at the open plus slippage'
      : `limit at the reference plus ${percentText(entry.collarFraction)} with daily bars; filled at the open plus slippage, capped at the limit`;
  return (
    `${limit}; cancelled by an open further than the smaller of ${percentText(entry.gapFraction)} and` +
    ` ${entry.gapAtr} ATR14 from the reference, or at or below the stop`
  );
}

function slippageText({ costs }: Config): string {
  const size =
    costs.participationFraction === undefined
      ? 'an order may be any part of the volume'
      : `an order is at most ${percentText(costs.participationFraction)} of a bar's volume`;
  const price =
    costs.slippageModel === 'fixed'
      ? `${costs.slippageBps} bps of the price, market entries and stops`
      : `half the spread, ${costs.halfSpreadBps} bps, plus ${costs.volumeImpact} x the square of the share of the volume`;
  return `${price}; ${size}`;
}

const commissionText = ({ costs }: Config): string =>
  typeof costs.commission === 'string'
    ? `${costs.commission}${costs.commission === 'none' ? '' : ', regulatory fees of the trade date included'}`
    : `${percentText(costs.commission.fraction)} of the value`;

function universeText({ membership, symbols, synthetic }: BarSource): string {
  const n = symbols.length;
  if (synthetic) return plural(n, 'invented symbol');
  return membership === undefined
    ? `${plural(n, 'symbol')} in the folder; it does not say how they were chosen (survivorship is unknown)`
    : `${plural(n, 'symbol')}, ${membership}: those that had left by then are missing (survivorship)`;
}

function adjustmentText({ adjustment }: BarSource): string {
  if (adjustment === 'none')
    return 'prices as traded; splits and dividends come from actions.csv alone';
  const what = adjustment === 'split' ? 'splits' : 'splits and dividends';
  return `prices adjusted for ${what}: per-share commission, price floors and ticks are approximate`;
}

function drawdownText({ risk }: Config): string {
  const limit = percentText(risk.maxDrawdownFraction);
  return risk.drawdownCooldownSessions > 0
    ? `at ${limit} no entries for ${risk.drawdownCooldownSessions} sessions, then the peak begins anew`
    : `the backtest ends at ${limit}`;
}

const percentText = (fraction: number): string => `${Number((fraction * 100).toFixed(4))} %`;

/** Values of the configuration that were set by somebody, and where. */
export function parametersOf({ config, origins }: LoadedConfig): ParameterRow[] {
  return [...origins]
    .filter(([, origin]) => origin !== 'default')
    .map(([key, origin]) => ({
      key,
      value: JSON.stringify(valueAt(config, key)) ?? '',
      origin:
        origin === 'flag' || origin.startsWith('env') || origin.startsWith('.env')
          ? origin
          : 'file',
    }));
}

function valueAt(config: Config, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], config);
}
