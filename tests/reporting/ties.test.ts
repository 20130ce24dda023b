import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSession } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { sumUsd } from '../../src/ledger/metrics-trades.ts';
import { renderCsvFiles } from '../../src/reporting/csv-files.ts';
import { documentMarkdown } from '../../src/reporting/document.ts';
import { amount, money } from '../../src/reporting/format.ts';
import { renderHtml } from '../../src/reporting/html.ts';
import { renderJson } from '../../src/reporting/json.ts';
import { dailyDocument } from '../../src/reporting/markdown.ts';
import { periodCsvFiles } from '../../src/reporting/period-csv.ts';
import { periodDocument } from '../../src/reporting/period-document.ts';
import { buildDailyReport, type DailyReport } from '../../src/reporting/report.ts';
import { periodReport } from './period-days.ts';
import { days, play } from './random-days.ts';

/** The column of a CSV text as numbers; empty cells are left out. */
function column(text: string, name: string): number[] {
  const [header = '', ...lines] = text.trimEnd().split('\r\n');
  const i = header.split(',').indexOf(name);
  return lines.flatMap((line) => (line.split(',')[i] === '' ? [] : [Number(line.split(',')[i])]));
}

describe('for any history', () => {
  it('sums tie across trades.csv, report.json, report.md and the bridge', () => {
    fc.assert(
      fc.property(days, (history) => {
        const { story, session, flow } = play(history);
        const built = buildDailyReport(story.input(session));
        const { bridge } = JSON.parse(renderJson(built)) as DailyReport;
        expect(bridge.unexplained).toBe(0);
        const rows = (bridge.rows ?? []).map(({ amount: value }) => value as number);
        expect(sumUsd([bridge.startEquity as number, ...rows])).toBe(bridge.endEquity);
        expect(bridge.flow).toBe(flow);

        const files = new Map(renderCsvFiles(built).map(({ name, text }) => [name, text]));
        const trades = files.get('trades.csv') ?? '';
        const gross = sumUsd(column(trades, 'gross_pnl'));
        expect(bridge.tie?.closedTrades).toBe(gross);
        expect(bridge.tie?.mismatched).toEqual([]);
        const { closedTrades, otherTrades, lessEarlier, stillOpen, realizedGross } =
          bridge.tie as NonNullable<typeof bridge.tie>;
        expect(otherTrades).toBe(0);
        expect(sumUsd([closedTrades, lessEarlier, stillOpen])).toBe(realizedGross);
        const row = bridge.rows?.find(({ id }) => id === 'realizedGross');
        expect(row?.amount).toBe(realizedGross);

        const net = sumUsd(column(trades, 'net_pnl'));
        expect(built.tradeSummary.metrics.netProfit.value ?? 0).toBe(net);
        const markdown = documentMarkdown(dailyDocument(built));
        expect(markdown).toContain(`${amount(bridge.endEquity)}**`);
        expect(markdown).toContain(money(realizedGross));
        if (built.tradeSummary.closed > 0) expect(markdown).toContain(`**${money(net)}**`);

        const paid = column(files.get('executions.csv') ?? '', 'commission');
        if (built.filledOrders.every(({ commission }) => commission !== null)) {
          expect(sumUsd(paid)).toBe(built.execution.commissions);
        }
        // What is told of the day as it went is, at its end, what the day made.
        expect(built.intraday.rows.at(-1)?.change).toBe(bridge.pnl);

        const equity = files.get('equity.csv') ?? '';
        expect(column(equity, 'equity')).toEqual([bridge.startEquity, bridge.endEquity]);
        const unrealized = sumUsd(built.positions.map((row) => row.unrealized as number));
        expect(column(equity, 'unrealized').at(-1)).toBe(unrealized);
      }),
      { numRuns: 200 },
    );
  });

  it('a week or month ties in the same way, its days and groups with it', async () => {
    await fc.assert(
      fc.asyncProperty(days, fc.constantFrom('weekly', 'monthly'), async (history, kind) => {
        const { story, session } = play(history);
        const built = periodReport(story, kind as 'weekly', session);
        const { bridge } = JSON.parse(renderJson(built)) as typeof built;
        expect(bridge.unexplained).toBe(0);
        const rows = (bridge.rows ?? []).map(({ amount: value }) => value as number);
        expect(sumUsd([bridge.startEquity as number, ...rows])).toBe(bridge.endEquity);
        expect(bridge.tie?.mismatched).toEqual([]);

        const files = new Map(periodCsvFiles(built).map(({ name, text }) => [name, text]));
        const trades = files.get('trades.csv') ?? '';
        expect(bridge.tie?.closedTrades).toBe(sumUsd(column(trades, 'gross_pnl')));
        const net = sumUsd(column(trades, 'net_pnl'));
        expect(built.tradeSummary.metrics.netProfit.value ?? 0).toBe(net);
        expect(sumUsd(column(files.get('days.csv') ?? '', 'net_profit'))).toBe(net);
        for (const group of Object.values(built.groups)) {
          const nets = group.map(({ summary }) => summary.metrics.netProfit.value as number);
          expect(sumUsd(nets)).toBe(net);
        }
        expect(sumUsd(built.entries.map(({ netProfit }) => netProfit))).toBe(net);
        const paid = sumUsd(column(files.get('days.csv') ?? '', 'commissions'));
        expect(paid).toBe(built.execution.commissions);
        const pnl = column(files.get('days.csv') ?? '', 'pnl');
        // The account's first mark has no return: it is where the curve begins.
        expect(sumUsd(pnl)).toBe(bridge.pnl);

        const markdown = documentMarkdown(periodDocument(built));
        const { html } = await renderHtml(periodDocument(built));
        const shown = html.replace(/<[^>]*>/g, '').replaceAll('&amp;', '&');
        for (const text of [amount(bridge.endEquity), money(bridge.pnl), money(net)]) {
          expect(markdown).toContain(text);
          expect(shown).toContain(text);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('the page of a day shows the same amounts', async () => {
    await fc.assert(
      fc.asyncProperty(days, async (history) => {
        const { story, session } = play(history);
        const built = buildDailyReport(story.input(session));
        const { html } = await renderHtml(dailyDocument(built));
        const shown = html.replace(/<[^>]*>/g, '').replaceAll('&amp;', '&');
        for (const { amount: value } of built.bridge.rows ?? []) {
          expect(shown).toContain(money(value));
        }
        expect(shown).toContain(amount(built.bridge.endEquity));
        expect(shown).toContain(built.sentence);
      }),
      { numRuns: 40 },
    );
  });

  it('realised, unrealised and commissions of all days add up to the account', () => {
    fc.assert(
      fc.property(days, (history) => {
        const { story, session } = play(history);
        let at = '2026-03-03';
        let total = 1_000_000;
        while (at < session) {
          at = nextSession(sessionDate(at)).date;
          const { bridge } = buildDailyReport(story.input(at));
          expect(bridge.startEquity).toBe(total);
          total = bridge.endEquity as number;
        }
        const lots = story.book.openLots();
        expect(usd(total)).toBe(story.book.cash + lots.value);
      }),
      { numRuns: 50 },
    );
  });
});
