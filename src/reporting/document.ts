import type { Chart } from './charts.ts';

/** A part of a report under its own heading. */
export interface ReportSection {
  /** Stable name, and the anchor in HTML. */
  readonly id: string;
  /** Markdown, its heading first. */
  readonly text: string;
  /** What HTML draws beside the text. */
  readonly charts?: readonly Chart[];
}

/** One of the numbers at the top of the HTML form. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly detail?: string;
  readonly tone?: 'good' | 'bad';
}

/** A report laid out once for every form that people read: Markdown is its text, HTML adds tiles and charts. */
export interface ReportDocument {
  /** The whole report in one line. */
  readonly sentence: string;
  /** What the report covers, for the page's small print: "Daily report, 2026-03-05". */
  readonly title: string;
  /** Markdown: mode, account, data, versions. */
  readonly lead: string;
  readonly tiles: readonly Tile[];
  readonly sections: readonly ReportSection[];
}

/** The document as Markdown that reads well raw. The first line is the sentence. */
export const documentMarkdown = ({ sentence, lead, sections }: ReportDocument): string =>
  `${[sentence, lead, ...sections.map(({ text }) => text)].join('\n\n')}\n`;

/** Good above zero, bad below; zero and unknown are neither. */
export const toneOf = (value: number | null): Pick<Tile, 'tone'> =>
  value === null || value === 0 ? {} : { tone: value > 0 ? 'good' : 'bad' };
