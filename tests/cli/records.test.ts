import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run.ts';
import type { TradeRecord } from '../../src/domain/trade.ts';
import { run } from './fake-world.ts';
import { DAY, NEXT, refOf } from './why-drafts.ts';
import {
  DRY_RUN,
  emptyHome,
  homeWithHistory,
  NOON_RUN,
  OPEN_RUN,
  removeHome,
} from './why-scene.ts';

let home = '';
let firstDay = '';
let empty = '';
beforeAll(async () => {
  [home, firstDay, empty] = [await homeWithHistory(), await homeWithHistory(1), emptyHome()];
});
afterAll(() => {
  for (const folder of [home, firstDay, empty]) removeHome(folder);
});

const inHome = (...words: string[]) => run([...words, '--home', home]);

async function runIds(...words: string[]): Promise<string[]> {
  const { stdout } = await inHome('runs', '--json', ...words);
  const { data } = JSON.parse(stdout) as { data: { runs: RunRecord[] } };
  return data.runs.map(({ runId }) => runId);
}

/** Lines of CSV as objects by the header; the scene has no cell that needs quotes. */
function csvRows(text: string): Record<string, string>[] {
  const [head = '', ...lines] = text.trimEnd().split('\r\n');
  const names = head.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])),
  );
}

describe('trade-labs runs', () => {
  it('shows the funnel of each run and what denied most', async () => {
    const { exit, stdout } = await inHome('runs');
    expect(exit).toBe(0);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'RUN                             SESSION     SLOT         TIME ET   STATUS     FOUND>SCORED>SELECTED>SIZED>APPROVED>SUBMITTED>FILLED  DENIED FOR, OR NOTE',
      '2026-03-05-143000Z-scan-open    2026-03-05  scan-open    09:30:00  completed  50>28>4>3>2>2>1                                        MIN_NOTIONAL 1, SPREAD_TOO_WIDE 1',
      '2026-03-05-170000Z-scan-midday  2026-03-05  scan-midday  12:00:00  completed  50>1>1>1>0>0>0                                         REVIEW_DECLINED 1',
      '2026-03-05-210000Z-reconcile    2026-03-05  reconcile    16:00:00  completed  reconcile',
    ]);
    expect(stdout).toContain(`trade-labs why ${DRY_RUN}`);
  });

  it('takes sessions, status, a run and the newest ones', async () => {
    expect(await runIds('--since', NEXT)).toEqual([DRY_RUN]);
    expect(await runIds('--until', DAY)).toHaveLength(3);
    expect(await runIds('--run', NOON_RUN)).toEqual([NOON_RUN]);
    expect(await runIds('--last', '1')).toEqual([DRY_RUN]);
    expect(await runIds('--status', 'failed')).toEqual([]);
    // The clock of the test world stands on 2026-03-05.
    expect(await runIds('--since', 'today', '--until', 'today')).toHaveLength(3);
    expect(await runIds('--until', 'yesterday')).toEqual([]);
    expect(await runIds('--since', '-1d', '--last', '9')).toHaveLength(4);
  });

  it('says when there were more', async () => {
    expect((await inHome('runs', '--last', '2')).stdout).toContain(
      'The last 2; more with --last N',
    );
    expect((await inHome('runs', '--last', '4')).stdout).not.toContain('more with');
  });

  it('leaves columns out on a narrow terminal', async () => {
    const { stdout } = await run(['runs', '--home', home], { terminal: 70 });
    expect(stdout).toContain('columns: use --wide)');
    expect(stdout).toContain(OPEN_RUN);
  });

  it('is CSV with a column a count', async () => {
    const rows = csvRows((await inHome('runs', '--csv', '-')).stdout);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({
      run_id: OPEN_RUN,
      started_at: '2026-03-05T14:30:00.000Z',
      found: '50',
      filled: '1',
      denials: 'MIN_NOTIONAL=1;SPREAD_TOO_WIDE=1',
      signal_hash: 'a'.repeat(64),
      config_hash: 'c0ffee',
    });
  });
});

describe('trade-labs trades', () => {
  it('shows what each made, with signs, and the total', async () => {
    const { exit, stdout } = await inHome('trades');
    expect(exit).toBe(0);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'ENTERED     TIME ET   SYMBOL   SIDE  QTY   ENTRY    STOP    EXIT   NET P&L      R  MAE R  MFE R     HELD  EXIT REASON  STRATEGY',
      '2026-03-05  09:30:03  AAPL     long   41  231.50  224.00  223.90  -$313.60  -0.57  -0.56  +0.25  23h 59m  trail        momentum',
      'TOTAL                 1 trade                                     -$313.60  -0.57',
    ]);
  });

  it('shows an open trade without a result', async () => {
    const { stdout } = await run(['trades', '--home', firstDay, '--json']);
    const { data } = JSON.parse(stdout) as { data: { trades: TradeRecord[]; totals: object } };
    expect(data.trades).toMatchObject([{ status: 'open', netPnl: null, stop: 224 }]);
    expect(data.totals).toEqual({ trades: 1, open: 1, provisional: 0, netPnl: 0, rMultiple: 0 });
    const table = (await run(['trades', '--home', firstDay])).stdout;
    expect(table).toMatch(/AAPL .* 231\.50 {2}224\.00 +open +momentum\n/);
  });

  it.each([
    [['--symbol', 'AAPL'], 1],
    [['--symbol', 'MSFT'], 0],
    [['--status', 'open'], 0],
    [['--strategy', 'momentum', '--since', DAY, '--until', DAY], 1],
    [['--since', NEXT], 0],
  ] as const)('with %j are %d', async (words, count) => {
    const { stdout } = await inHome('trades', '--json', ...words);
    expect((JSON.parse(stdout) as { data: { trades: [] } }).data.trades).toHaveLength(count);
  });

  it('are CSV with the names of the record in snake case', async () => {
    const rows = csvRows((await inHome('trades', '--csv', '-')).stdout);
    expect(rows).toMatchObject([
      {
        trade_id: refOf('AAPL', 'entry'),
        entry_price: '231.5',
        initial_stop: '218',
        exit_reason: 'trail',
        net_pnl: '-313.6',
        target: '',
        entry_session: DAY,
        resolution: '1d',
      },
    ]);
  });
});

describe('a home without records', () => {
  it.each(['runs', 'trades'])('has no %s, and says what makes some', async (command) => {
    const { exit, stdout } = await run([command, '--home', empty]);
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: `No ${command} yet. First: trade-labs demo\n`,
    });
    const json = await run([command, '--home', empty, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, data: { [command]: [] } });
  });

  it.each(['runs', 'trades'])('has a CSV of %s with the header alone', async (command) => {
    const { stdout } = await run([command, '--home', empty, '--csv', '-']);
    expect(stdout).toMatch(/^(run|trade)_id,[a-z_,]+\r\n$/);
  });

  it('differs from one where nothing matches', async () => {
    expect((await inHome('trades', '--symbol', 'KO')).stdout).toBe('No trades match.\n');
    expect((await inHome('runs', '--status', 'skipped')).stdout).toBe('No runs match.\n');
  });
});

describe.each(['runs', 'trades'])('the options of %s', (command) => {
  it.each([
    ['--since', '2026-02-30'],
    ['--until', 'someday'],
    ['--last', '0'],
    ['--last', '-3'],
    ['--status', 'lost'],
    ['--csv', 'file.csv'],
  ])('refuse %s %s', async (option, value) => {
    const { exit, stderr } = await inHome(command, option, value);
    expect(exit).toBe(2);
    expect(stderr).toContain('[USAGE]');
    expect(stderr).toContain('Try: ');
  });

  it('refuse a span that ends before it begins', async () => {
    const { exit, stderr } = await inHome(command, '--since', NEXT, '--until', DAY);
    expect(exit).toBe(2);
    expect(stderr).toContain(`--since ${DAY} --until ${NEXT}`);
  });
});

it('a symbol that is none is refused by name', async () => {
  expect((await inHome('trades', '--symbol', 'aapl')).stderr).toContain('[SYMBOL_INVALID]');
});
