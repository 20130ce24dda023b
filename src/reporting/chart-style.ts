import { COLOURS } from './charts.ts';

/** What each colour of a chart becomes on a dark background. */
const DARK: Readonly<Record<string, string>> = {
  '#ffffff': '#161b22',
  [COLOURS.ink]: '#e6edf3',
  [COLOURS.grid]: '#30363d',
  [COLOURS.line]: '#79b8ff',
  [COLOURS.gain]: '#56d364',
  [COLOURS.loss]: '#ff7b72',
  [COLOURS.quiet]: '#9aa4ae',
};

const recoloured = Object.entries(DARK).flatMap(([light, dark]) => [
  `svg [fill="${light}"]{fill:${dark}}`,
  `svg [stroke="${light}"]{stroke:${dark}}`,
]);

/** Charts on dark backgrounds, for screens; paper is light. */
export const CHART_STYLE = `@media screen and (prefers-color-scheme:dark){${recoloured.join('')}}`;
