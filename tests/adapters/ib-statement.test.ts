import { type Contract, SecType } from '@stoqey/ib';
import { expect, it } from 'vitest';
import type { IbFunds, PositionTold } from '../../src/adapters/ib/ib-account-questions.ts';
import type { Answer } from '../../src/adapters/ib/ib-ask.ts';
import { IbExecutions } from '../../src/adapters/ib/ib-executions.ts';
import { IbOrders } from '../../src/adapters/ib/ib-orders.ts';
import { statementOf } from '../../src/adapters/ib/ib-statement.ts';
import { usd } from '../../src/domain/money.ts';
import { type EpochMs, epochMs } from '../../src/domain/time.ts';

const NOW: EpochMs = epochMs(1_000);
const DESK = {
  account: 'DU1',
  now: () => NOW,
  tell: () => undefined,
  remark: () => undefined,
};

const row = (conId: number, shares: number): PositionTold => {
  const contract: Contract = { conId, symbol: 'ABC', secType: SecType.STK, currency: 'USD' };
  return { account: 'DU1', contract, shares, averageCost: 50 };
};

/** The shares that a statement shows where these rows were told. */
function sharesOf(...told: readonly PositionTold[]) {
  const all = <T>(value: T): Answer<T> => ({ complete: true, value });
  const funds: Answer<IbFunds> = { complete: false, code: null, why: 'not asked' };
  const orders = new IbOrders({
    ...DESK,
    clientId: 17,
    ended: () => undefined,
    seen: () => undefined,
    ask: () => undefined,
  });
  const answers = {
    own: all([]),
    all: all([]),
    completed: all([]),
    executions: all(true as const),
  };
  return statementOf(
    { ...answers, positions: all(told), funds },
    { at: NOW, fillsSince: NOW, isOneLook: true },
    { ...DESK, orders, executions: new IbExecutions(DESK) },
  ).positions.map(({ quantity, averageCost }) => [quantity, averageCost]);
}

it('a position that is told again is as it was told last', () => {
  expect(sharesOf(row(1, 100), row(1, 60))).toEqual([[60, usd(50)]]);
  expect(sharesOf(row(1, 100), row(1, 0))).toEqual([]);
});

it('a contract without shares takes none from another of the same ticker', () => {
  expect(sharesOf(row(2, 100), row(1, 0))).toEqual([[100, usd(50)]]);
  expect(sharesOf(row(1, 0), row(2, 100))).toEqual([[100, usd(50)]]);
  expect(sharesOf(row(1, 30), row(2, 100))).toEqual([
    [30, usd(50)],
    [100, usd(50)],
  ]);
});
