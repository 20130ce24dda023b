import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BAR_HEADER } from '../../bars/bar-file.ts';
import { barFileName } from '../../bars/file-name.ts';
import { Failure } from '../../domain/failure.ts';
import type {
  Adjustment,
  BarColumns,
  CorporateAction,
  Quote,
  Symbol,
  Timeframe,
} from '../../domain/market.ts';
import { toUsd } from '../../domain/money.ts';
import { type EpochMs, isoUtc, type SessionDate, utcMsToDate } from '../../domain/time.ts';
import { ACTIONS_FILE, ACTIONS_HEADER, META_FILE } from './bar-meta.ts';
import { metaBytes, writeWhole } from './bar-writer.ts';

/** A quote of one symbol at an instant of a session. */
export interface CapturedQuote {
  readonly symbol: Symbol;
  readonly seenAt: EpochMs;
  readonly quote: Quote;
}

const QUOTES_HEADER = 'time,symbol,bid,ask,last,quoted_at,kind';
const SECTORS_HEADER = 'symbol,sector';

/** A bars folder that is being filled with what was captured, with quotes beside the bars. */
export class CaptureFolder {
  readonly dir: string;

  /** Throws CANNOT_WRITE where the folder is there already: a capture never mixes with another. */
  constructor(dir: string) {
    if (existsSync(dir)) {
      throw new Failure('CANNOT_WRITE', `${dir} exists already`, {
        hint: 'name another folder with --out, or remove this one',
      });
    }
    this.dir = dir;
  }

  writeBars(symbol: Symbol, timeframe: Timeframe, bars: BarColumns): void {
    const lines = [BAR_HEADER];
    for (let i = 0; i < bars.length; i++) {
      const time = bars.time[i] as number;
      const stamp = timeframe === '1d' ? utcMsToDate(time) : isoUtc(time as EpochMs);
      const { open, high, low, close, volume } = bars;
      lines.push(`${stamp},${open[i]},${high[i]},${low[i]},${close[i]},${volume[i]}`);
    }
    const name = barFileName({ symbol, timeframe, format: 'csv' });
    writeWhole(this.dir, name, Buffer.from(`${lines.join('\n')}\n`));
  }

  /** A line a quote, compressed; times in UTC, prices in dollars. */
  writeQuotes(session: SessionDate, quotes: readonly CapturedQuote[]): void {
    const lines = quotes.map(({ symbol, seenAt, quote: { bid, ask, last, at, kind } }) =>
      [isoUtc(seenAt), symbol, toUsd(bid), toUsd(ask), toUsd(last), isoUtc(at), kind].join(','),
    );
    const text = [QUOTES_HEADER, ...lines, ''].join('\n');
    writeWhole(join(this.dir, 'quotes'), `${session}.csv.gz`, gzipSync(text));
  }

  writeActions(actions: readonly CorporateAction[]): void {
    if (actions.length === 0) return;
    const lines = actions.map(({ symbol, exDate, kind, value }) =>
      [symbol, exDate, kind, value].join(','),
    );
    writeWhole(this.dir, ACTIONS_FILE, Buffer.from([ACTIONS_HEADER, ...lines, ''].join('\n')));
  }

  writeSectors(sectors: ReadonlyMap<Symbol, string>): void {
    const lines = [...sectors].map((row) => row.join(','));
    writeWhole(
      join(this.dir, 'reference'),
      'sectors.csv',
      Buffer.from([SECTORS_HEADER, ...lines, ''].join('\n')),
    );
  }

  /** Written last: a folder without it was not finished. */
  writeMeta(adjustment: Adjustment, source: string): void {
    writeWhole(this.dir, META_FILE, metaBytes({ adjustment, source }));
  }
}
