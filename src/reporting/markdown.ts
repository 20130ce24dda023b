import type { Attention } from './attention.ts';
import { intradayChart } from './charts-intraday.ts';
import { growthChart, tradeBars, underwaterChart } from './charts-shared.ts';
import type { ReportDocument } from './document.ts';
import { wallTime } from './format.ts';
import { accountSection, limitsSection, nextSection } from './markdown-account.ts';
import { machineSection } from './markdown-machine.ts';
import {
  jobsSection,
  ordersSection,
  pipelineSection,
  reconcileSection,
} from './markdown-operations.ts';
import { escapeMarkdown as text } from './markdown-text.ts';
import { positionsSection, tradesSection } from './markdown-trades.ts';
import type { DailyReport } from './report.ts';
import { dailyTiles } from './tiles.ts';

/** The daily report laid out. */
export function dailyDocument(report: DailyReport): ReportDocument {
  const { sentence, closedTrades, curve, header } = report;
  return {
    sentence,
    title: `Daily report, ${header.session}`,
    lead: headerLines(report),
    tiles: dailyTiles(report),
    sections: [
      { id: 'attention', text: attentionSection(report.attention) },
      {
        id: 'account',
        text: accountSection(report),
        charts: [
          ...intradayChart(report.intraday),
          ...growthChart(curve),
          ...underwaterChart(curve),
        ],
      },
      { id: 'trades', text: tradesSection(report), charts: tradeBars(closedTrades) },
      { id: 'positions', text: positionsSection(report) },
      { id: 'orders', text: ordersSection(report) },
      { id: 'pipeline', text: pipelineSection(report) },
      { id: 'limits', text: limitsSection(report) },
      { id: 'reconciliation', text: reconcileSection(report) },
      { id: 'jobs', text: jobsSection(report) },
      { id: 'operations', text: machineSection(report) },
      { id: 'next', text: nextSection(report) },
      { id: 'notes', text: notesSection(report.notes) },
    ],
  };
}

function headerLines({ header, preliminary }: DailyReport): string {
  const hours = `${wallTime(header.openAt).slice(0, 5)}-${wallTime(header.closeAt).slice(0, 5)} New York`;
  const through =
    header.throughSeq === null
      ? 'no events'
      : `journal through event ${header.throughSeq} (${wallTime(header.throughAt)})`;
  const desk = header.identity === '' ? '' : `, desk ${text(header.identity)}`;
  const config = header.configHash === '' ? '' : `, config ${text(header.configHash.slice(0, 12))}`;
  return [
    `**${header.mode.toUpperCase()}** account ${text(header.account)}${desk}.` +
      ` Data: ${text(header.dataLabel)}.`,
    `Session ${hours}${header.earlyClose ? ', early close' : ''}; ${through};` +
      ` trade-labs ${text(header.version)}${config}.`,
    ...(preliminary ? ['**PRELIMINARY: the session has not closed, numbers will change.**'] : []),
  ].join('\n');
}

/** What a person should look at, the worst first. */
export function attentionSection(attention: readonly Attention[]): string {
  const lines = attention.map(
    ({ level, code, text: what }) => `- **${level}** ${text(code)}: ${text(what)}`,
  );
  return ['## What needs you', '', ...(lines.length === 0 ? ['Nothing.'] : lines)].join('\n');
}

export const notesSection = (notes: readonly string[]): string =>
  ['## Notes and definitions', '', ...notes.map((note) => `- ${text(note)}`)].join('\n');
