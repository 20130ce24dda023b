import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { CHART_STYLE } from './chart-style.ts';
import type { Chart } from './charts.ts';

/** The whole chart is one picture with one description: its parts have none of their own. */
const INNER_ROLES = / (role="graphics-\w+"|aria-roledescription="[\w ]+"|aria-hidden="true")/g;

/** Drawn in this process without a browser. The same chart gives the same text. */
export async function chartSvg({ spec, alt }: Chart): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    const svg = (await view.toSVG()).replaceAll(INNER_ROLES, '');
    return svg.replace('class="marks"', `role="img" aria-label="${escapeAttribute(alt)}"`);
  } finally {
    view.finalize();
  }
}

/** The chart as a file of its own, which follows light and dark like the page does. */
export const chartFile = (svg: string): string =>
  `${svg.replace('><', `><style>${CHART_STYLE}</style><`)}\n`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand between tags and inside quoted attributes. */
export const escapeAttribute = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
