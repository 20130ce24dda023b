import { EventName } from '@stoqey/ib';
import { describe, expect, it } from 'vitest';
import { accountFunds, ownOpenOrders } from '../../src/adapters/ib/ib-account-questions.ts';
import { EndsOwed } from '../../src/adapters/ib/ib-ends-owed.ts';
import type { IbListener } from '../../src/adapters/ib/ib-gateway.ts';
import { usd } from '../../src/domain/money.ts';

const NOBODY = { sent: () => 0 };
const order = (orderId: number) => [orderId, { symbol: 'AAPL' }, { orderRef: `${orderId}` }, {}];
const api = { reqOpenOrders: () => undefined } as never;

describe('a question about open orders', () => {
  it('is answered by all that was told up to its end', () => {
    const question = ownOpenOrders(NOBODY);
    question.send(api, 1);
    expect(question.hear(EventName.openOrder, order(7), 1)).toBeUndefined();
    const answer = question.hear(EventName.openOrderEnd, [], 1);
    expect(answer?.map(({ orderId }) => orderId)).toEqual([7]);
  });

  it('is not answered by the end of one that was given up, nor by what that one was told', () => {
    const question = ownOpenOrders({ sent: () => 1 });
    question.send(api, 1);
    question.hear(EventName.openOrder, order(7), 1);
    expect(question.hear(EventName.openOrderEnd, [], 1)).toBeUndefined();
    question.hear(EventName.openOrder, order(8), 1);
    const answer = question.hear(EventName.openOrderEnd, [], 1);
    expect(answer?.map(({ orderId }) => orderId)).toEqual([8]);
  });
});

describe('the ends of questions', () => {
  it('are owed until they come, and no longer than their connection', () => {
    let hear: IbListener = () => undefined;
    const gateway = {
      connection: { number: 1, serverVersion: 193, nextValidId: 1 },
      listen: (listener: IbListener) => {
        hear = listener;
        return () => undefined;
      },
    };
    const owed = new EndsOwed(gateway);
    const comes = (end: string): void => hear(end, [], gateway.connection);
    expect(owed.sent(EventName.openOrderEnd)).toBe(0);
    expect(owed.sent(EventName.openOrderEnd)).toBe(1);
    expect(owed.sent(EventName.positionEnd)).toBe(0);
    comes(EventName.openOrderEnd);
    comes(EventName.execDetailsEnd);
    expect(owed.sent(EventName.openOrderEnd)).toBe(1);
    for (let i = 0; i < 5; i += 1) comes(EventName.openOrderEnd);
    expect(owed.sent(EventName.openOrderEnd)).toBe(0);
    gateway.connection = { ...gateway.connection, number: 2 };
    expect(owed.sent(EventName.openOrderEnd)).toBe(0);
  });
});

type Row = readonly [tag: string, value: string, currency: string, account?: string];

function funds(...rows: readonly Row[]) {
  const question = accountFunds('DU1');
  for (const [tag, value, currency, account = 'DU1'] of rows) {
    question.hear(EventName.accountSummary, [5, account, tag, value, currency], 5);
  }
  return question.hear(EventName.accountSummaryEnd, [5], 5);
}

describe('the values of an account', () => {
  it('are dollars, of that account alone', () => {
    const told = funds(
      ['NetLiquidation', '9.00', 'USD', 'DU2'],
      ['NetLiquidation', '100000.25', 'USD'],
      ['TotalCashValue', '-12.50', 'USD'],
      ['AccountType', 'INDIVIDUAL', ''],
    );
    expect(told).toMatchObject({
      netLiquidation: usd(100_000.25),
      cash: usd(-12.5),
      settledCash: null,
      accountType: 'INDIVIDUAL',
    });
  });

  it('are never another currency taken for dollars', () => {
    expect(funds(['NetLiquidation', '100000', 'EUR'])?.netLiquidation).toBeNull();
    const both = funds(['NetLiquidation', '90', 'EUR'], ['NetLiquidation', '100', 'USD']);
    expect(both?.netLiquidation).toBe(usd(100));
  });

  it('are none where several are told, or what is no number', () => {
    const two = funds(['NetLiquidation', '90', 'BASE'], ['NetLiquidation', '100', 'USD']);
    expect(two?.netLiquidation).toBeNull();
    for (const value of ['', 'NaN', 'Infinity', '1.7976931348623157E308', 'much']) {
      expect(funds(['NetLiquidation', value, 'USD'])?.netLiquidation).toBeNull();
    }
  });

  it('say how many day trades are left, unless they are not limited', () => {
    expect(funds(['DayTradesRemaining', '3', ''])?.dayTradesRemaining).toBe(3);
    expect(funds(['DayTradesRemaining', '-1', ''])?.dayTradesRemaining).toBeNull();
    expect(funds()?.dayTradesRemaining).toBeNull();
  });
});
