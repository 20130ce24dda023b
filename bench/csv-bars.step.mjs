// One reading of a folder of bar files in a fresh process: `own` with the program's reader, which also judges every
// row, or `papaparse` typed, which does not. The clock starts after the imports and the calendar's tables, which every
// command builds once, and before the first file. The last line states the time and what was read, so that the two
// can be held against each other.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [reader, dir] = process.argv.slice(2);
const names = readdirSync(dir).filter((name) => name.endsWith('.csv'));

const readers = {
  own: async () => {
    const { readBarCsv } = await import('../dist/src/adapters/file/bar-csv.js');
    const { nyseGrid } = await import('../dist/src/bars/nyse-grid.js');
    const grid = nyseGrid();
    grid.ordinalOfTime(Date.UTC(2017, 6, 3));
    return (name) => {
      const options = { file: name, timeframe: '1d', grid };
      const { columns, badRowCount } = readBarCsv(join(dir, name), options).value;
      if (badRowCount > 0) throw new Error(`${name} has ${badRowCount} bad rows`);
      return { rows: columns.length, close: columns.close[columns.length - 1] };
    };
  },
  papaparse: async () => {
    const { default: Papa } = await import('papaparse');
    return (name) => {
      const text = readFileSync(join(dir, name), 'utf8');
      const options = { header: true, dynamicTyping: true, skipEmptyLines: true };
      const { data } = Papa.parse(text, options);
      return { rows: data.length, close: data[data.length - 1].close };
    };
  },
};

const read = await readers[reader]();
const started = process.hrtime.bigint();
let [rows, close] = [0, 0];
for (const name of names) {
  const file = read(name);
  rows += file.rows;
  close += file.close;
}
const ms = Number(process.hrtime.bigint() - started) / 1e6;
console.log(JSON.stringify({ ms, files: names.length, rows, close }));
