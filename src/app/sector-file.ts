import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import { parseSymbol, type Symbol } from '../domain/market.ts';
import type { BarSource } from '../ports/bar-source.ts';

/** What a sector may be called. */
const SECTOR = /^[A-Za-z0-9](?:[A-Za-z0-9 &/.-]{0,38}[A-Za-z0-9.])?$/;
const HEADER = 'symbol,sector';

/**
 * The sectors of `data.sectors`: the header `symbol,sector`, then a symbol and its sector a line; `#` begins a comment.
 * Null where no file is configured. Throws CONFIG_INVALID with every bad line, as file:line:column.
 */
export function sectorsOf(
  { config, origins }: Pick<LoadedConfig, 'config' | 'origins'>,
  home: string,
): ReadonlyMap<Symbol, string> | null {
  const { sectors } = config.data;
  if (sectors === undefined) return null;
  const path = isAbsolute(sectors) ? sectors : join(home, sectors);
  if (!existsSync(path)) {
    throw new Failure('CONFIG_INVALID', `there is no sector file ${path}`, {
      details: [`${origins.get('data.sectors') ?? 'default'}  data.sectors`],
      hint: 'check data.sectors; a relative path starts at the home',
    });
  }
  const { found, problems } = readSectors(readFileSync(path, 'utf8'));
  if (problems.length > 0) {
    throw new Failure('CONFIG_INVALID', 'the sector file is not valid', {
      details: problems.map(({ line, column, text }) => `${path}:${line}:${column}: ${text}`),
      hint: `write ${HEADER} in the first line, then lines such as AAPL,Technology`,
    });
  }
  return found;
}

interface LineProblem {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

function readSectors(content: string): {
  readonly found: ReadonlyMap<Symbol, string>;
  readonly problems: readonly LineProblem[];
} {
  const found = new Map<Symbol, string>();
  const problems: LineProblem[] = [];
  const lineOf = new Map<Symbol, number>();
  const rows = content
    .split(/\r?\n/)
    .map((text, i) => ({ line: i + 1, text: text.replace(/#.*/, '').trimEnd() }))
    .filter(({ text }) => text !== '');
  const [head, ...lines] = rows;
  if (head?.text !== HEADER) {
    const text = `the first line must be ${HEADER}`;
    return { found, problems: [{ line: head?.line ?? 1, column: 1, text }] };
  }
  for (const { line, text } of lines) {
    const comma = text.indexOf(',');
    const name = text.slice(0, comma);
    const sector = text.slice(comma + 1);
    const symbol = comma < 0 ? null : parseSymbol(name);
    const shown = JSON.stringify(text.slice(0, 40));
    if (comma < 0) problems.push({ line, column: 1, text: `${shown} is not ${HEADER}` });
    else if (symbol === null) {
      const said = `${JSON.stringify(name.slice(0, 40))} is not a symbol such as AAPL or BRK.B`;
      problems.push({ line, column: 1, text: said });
    } else if (!SECTOR.test(sector)) {
      const allowed = 'is not 1 to 40 letters, digits, blanks and & / . -';
      const said = `${JSON.stringify(sector.slice(0, 40))} ${allowed}`;
      problems.push({ line, column: comma + 2, text: said });
    } else if (lineOf.has(symbol)) {
      const said = `${symbol} stands on line ${lineOf.get(symbol)} too; keep one`;
      problems.push({ line, column: 1, text: said });
    } else {
      found.set(symbol, sector);
      lineOf.set(symbol, line);
    }
  }
  if (found.size === 0 && problems.length === 0) {
    problems.push({ line: 1, column: 1, text: 'names no symbol' });
  }
  return { found, problems };
}

/** A source whose sectors are those of a file: what the file does not name is UNKNOWN. */
export const withSectors = (
  source: BarSource,
  sectors: ReadonlyMap<Symbol, string> | null,
): BarSource => (sectors === null ? source : new SectoredSource(source, sectors));

/** What the source says, at the time it is asked: symbols and remarks of some come with time. */
class SectoredSource implements BarSource {
  readonly #source: BarSource;
  readonly #sectors: ReadonlyMap<Symbol, string>;
  readonly membership?: string;

  constructor(source: BarSource, sectors: ReadonlyMap<Symbol, string>) {
    this.#source = source;
    this.#sectors = sectors;
    if (source.membership !== undefined) this.membership = source.membership;
  }

  get label(): string {
    return this.#source.label;
  }
  get synthetic(): boolean {
    return this.#source.synthetic;
  }
  get adjustment(): BarSource['adjustment'] {
    return this.#source.adjustment;
  }
  get intraday(): BarSource['intraday'] {
    return this.#source.intraday;
  }
  get symbols(): BarSource['symbols'] {
    return this.#source.symbols;
  }
  get revision(): number {
    return this.#source.revision ?? 0;
  }
  get badBars(): BarSource['badBars'] {
    return this.#source.badBars;
  }
  get warnings(): BarSource['warnings'] {
    return this.#source.warnings;
  }
  sectorOf(symbol: Symbol): string {
    return this.#sectors.get(symbol) ?? 'UNKNOWN';
  }
  prepare(...asked: Parameters<BarSource['prepare']>): Promise<void> {
    return this.#source.prepare(...asked);
  }
  daily(symbol: Symbol): ReturnType<BarSource['daily']> {
    return this.#source.daily(symbol);
  }
  session(...asked: Parameters<BarSource['session']>): ReturnType<BarSource['session']> {
    return this.#source.session(...asked);
  }
  actions(symbol: Symbol): ReturnType<BarSource['actions']> {
    return this.#source.actions(symbol);
  }
}
