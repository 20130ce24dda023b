import { wallTime } from './format.ts';
import { accountSection, limitsSection, nextSection } from './markdown-account.ts';
import {
  jobsSection,
  ordersSection,
  pipelineSection,
  reconcileSection,
} from './markdown-operations.ts';
import { escapeMarkdown as text } from './markdown-text.ts';
import { positionsSection, tradesSection } from './markdown-trades.ts';
import type { DailyReport } from './report.ts';

/** The report as Markdown that reads well raw. The first line is the day in a sentence. */
export function renderMarkdown(report: DailyReport): string {
  const sections = [
    report.sentence,
    headerLines(report),
    attentionSection(report),
    accountSection(report),
    tradesSection(report),
    positionsSection(report),
    ordersSection(report),
    pipelineSection(report),
    limitsSection(report),
    reconcileSection(report),
    jobsSection(report),
    nextSection(report),
    notesSection(report),
  ];
  return `${sections.join('\n\n')}\n`;
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

function attentionSection({ attention }: DailyReport): string {
  const lines = attention.map(
    ({ level, code, text: what }) => `- **${level}** ${text(code)}: ${text(what)}`,
  );
  return ['## What needs you', '', ...(lines.length === 0 ? ['Nothing.'] : lines)].join('\n');
}

function notesSection({ notes }: DailyReport): string {
  return ['## Notes and definitions', '', ...notes.map((note) => `- ${text(note)}`)].join('\n');
}
