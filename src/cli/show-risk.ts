import { type LimitUsage, type RiskView, readRisk } from '../app/read-risk.ts';
import { momentText } from '../app/words.ts';
import { formatUsd, microsFromFloat, toUsd } from '../domain/money.ts';
import { isoUtc } from '../domain/time.ts';

import type { CommandContext, CommandOutcome } from './command.ts';
import { visible } from './errors.ts';
import { renderTable } from './table.ts';
import { sourceLine, tradingData } from './trading-text.ts';

export async function showRisk(context: CommandContext): Promise<CommandOutcome> {
  const loaded = await context.config();
  const view = await readRisk(context.home, loaded, context.now());
  return { data: dataOf(view), text: textOf(view, context.columns) };
}

const shareOf = ({ used, limit }: LimitUsage): number =>
  limit > 0 ? used / limit : used > 0 ? 1 : 0;

function amount(value: number, unit: LimitUsage['unit']): string {
  if (unit === 'usd') return formatUsd(microsFromFloat(value, 'halfEven'));
  return unit === 'fraction' ? `${(value * 100).toFixed(2)} %` : String(value);
}

function textOf(view: RiskView, columns: number): string {
  const { limits, trading, intensity, intensityChange: change, equity } = view;
  const rows = limits.map((usage) => [
    usage.what,
    amount(usage.used, usage.unit),
    amount(usage.limit, usage.unit),
    `${(shareOf(usage) * 100).toFixed(0)} %`,
    usage.key,
  ]);
  const table = renderTable(
    [
      { title: 'limit' },
      { title: 'used', align: 'right' },
      { title: 'of', align: 'right' },
      { title: 'share', align: 'right' },
      { title: 'key', priority: 1 },
    ],
    rows,
    { columns },
  );
  const last =
    change === null
      ? ''
      : `; from ${change.old.toFixed(2)} ${momentText(change.at)}: ${visible(change.cause)}`;
  return [
    `Equity     ${formatUsd(equity)}, at the last marks`,
    `Intensity  ${intensity.toFixed(2)} of the risk of a trade${last}`,
    `Trading    ${trading.state}`,
    ...trading.restrictions.map((restriction) => `  ${sourceLine(restriction)}`),
    '',
    table,
  ].join('\n');
}

const dataOf = ({
  at,
  equity,
  limits,
  trading,
  intensity,
  intensityChange,
}: RiskView): unknown => ({
  at: isoUtc(at),
  equity: toUsd(equity),
  limits: limits.map((usage) => ({ ...usage, share: shareOf(usage) })),
  trading: tradingData(trading),
  intensity,
  intensityChange: intensityChange && {
    at: isoUtc(intensityChange.at),
    old: intensityChange.old,
    new: intensityChange.new,
    cause: intensityChange.cause,
  },
});
