import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { curveMetrics } from '../ledger/metrics-curve.ts';
import { settled } from '../ledger/metrics-trades.ts';
import type { SensitivityRow } from '../reporting/backtest-input.ts';
import { curveOf } from '../reporting/performance.ts';
import { type BacktestRequest, type BacktestResult, runBacktest, sharedBars } from './backtest.ts';

/** A number of the configuration and how far a step to either side is. */
interface Knob {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  readonly least: number;
}

/**
 * The same backtest with one number a step lower and a step higher, one after the other. `reload` gives the
 * configuration with values set besides those of the run; a step that it refuses is left out.
 */
export async function sensitivityOf(
  request: BacktestRequest,
  base: BacktestResult,
  reload: (flags: Readonly<Record<string, string>>) => Promise<LoadedConfig>,
  onRun?: (done: number, total: number) => void,
): Promise<SensitivityRow[]> {
  const { runDir: _folder, onEvents: _ear, observer: _eye, onSession: _clock, ...plain } = request;
  const shared = await sharedBars(request);
  const knobs = knobsOf(request.loaded.config);
  const rows: SensitivityRow[] = [];
  const total = knobs.reduce((n, { value, least }) => n + (value > least ? 2 : 1), 0);
  let done = 0;
  const play = async (key: string, value: number): Promise<SensitivityRow[]> => {
    const text = String(Number(value.toFixed(6)));
    done += 1;
    try {
      const result = await runBacktest({
        ...plain,
        ...shared,
        loaded: await reload({ [key]: text }),
      });
      return [rowOf(key, text, false, result)];
    } catch (error) {
      // A step out of the range of its key is no step.
      if (error instanceof Failure && error.code === 'CONFIG_INVALID') return [];
      throw error;
    } finally {
      onRun?.(done, total);
    }
  };
  for (const { key, value, step, least } of knobs) {
    if (request.interrupt?.aborted === true) break;
    const lower = Math.max(least, value - step);
    if (lower < value) rows.push(...(await play(key, lower)));
    rows.push(rowOf(key, String(value), true, base));
    rows.push(...(await play(key, value + step)));
  }
  return rows;
}

/** The numbers a trader would turn first, as far as this configuration has them. */
function knobsOf({ sizing, exits, risk, strategy }: Config): Knob[] {
  const { stop } = sizing;
  const { trail, target, maxHoldingSessions } = exits;
  const scaled = (key: string, value: number, part: number): Knob => ({
    key,
    value,
    step: value * part,
    least: 0,
  });
  const whole = (key: string, value: number, step: number): Knob => ({
    key,
    value,
    step,
    least: 1,
  });
  const params = Object.entries(strategy.params).flatMap(([name, value]) =>
    typeof value === 'number' && value !== 0 && !Number.isInteger(value)
      ? [scaled(`strategy.params.${name}`, value, 0.1)]
      : [],
  );
  return [
    ...(stop.kind === 'atr' ? [scaled('sizing.stop.multiple', stop.multiple, 1 / 6)] : []),
    ...(trail.kind === 'atr' ? [scaled('exits.trail.multiple', trail.multiple, 1 / 6)] : []),
    ...(target === undefined ? [] : [scaled('exits.target.multiple', target.multiple, 0.25)]),
    ...(maxHoldingSessions > 0
      ? [
          whole(
            'exits.maxHoldingSessions',
            maxHoldingSessions,
            Math.max(1, Math.round(maxHoldingSessions / 6)),
          ),
        ]
      : []),
    scaled('sizing.perTradeFraction', sizing.perTradeFraction, 0.2),
    whole('risk.maxPositions', risk.maxPositions, Math.max(1, Math.round(risk.maxPositions / 5))),
    ...params,
  ];
}

function rowOf(
  key: string,
  value: string,
  isBase: boolean,
  { marks, trades, end }: BacktestResult,
): SensitivityRow {
  const { totalReturn, maxDrawdown, sharpe } = curveMetrics(curveOf(marks));
  return {
    key,
    value,
    isBase,
    totalReturn: totalReturn.value,
    maxDrawdown: maxDrawdown.value,
    sharpe: sharpe.value,
    trades: settled(trades).length,
    haltedOn: end.kind === 'halted' ? end.on : null,
  };
}
