import type { BrokerStatement } from '../domain/account.ts';
import { Failure } from '../domain/failure.ts';
import { add, type Micros, maxOf, negate, subtract, timesFraction, ZERO } from '../domain/money.ts';
import type { AccountValue } from '../domain/portfolio.ts';
import type { Book } from '../ledger/book.ts';
import type { Broker } from '../ports/broker.ts';
import type { RiskLimits } from '../risk/limits.ts';
import type { Composition, System } from './compose.ts';

/** What a history of a real account begins with, by its broker. */
export interface Beginning {
  readonly cash: Micros;
  /** What is not ours counts in. */
  readonly worth: Micros;
}

/**
 * The cash that a history of a real account begins with, and what it is worth. Refused where the broker does not say
 * what the account is worth in dollars, or where it holds what is not ours and no limit says how much of it may be
 * used.
 */
export async function beginningOf(
  broker: Broker,
  { loaded, clock }: Pick<Composition, 'loaded' | 'clock'>,
): Promise<Beginning> {
  const statement = await broker.statement(clock.now());
  const { cash, positions, account } = statement;
  const worth = assertWorth(statement);
  if (cash === null || !statement.complete.positions) {
    throw new Failure('BROKER_UNREACHABLE', `${account} did not say what it holds`, {
      hint: 'look at the account in the gateway, then start again',
    });
  }
  const held = positions.filter(({ quantity }) => quantity !== 0);
  if (held.length > 0 && loaded.config.capital.maxUsd === undefined) {
    const names = held.map(({ symbol, quantity }) => `${quantity} ${symbol}`).join(', ');
    throw new Failure('CONFIG_INVALID', `${account} holds positions that are not ours`, {
      details: [names],
      hint: 'set capital.maxUsd: how much of the account may be used',
    });
  }
  return { cash, worth };
}

/** The one net liquidation of an account, in dollars; without it nothing is sized. */
function assertWorth({ netLiquidation, account }: BrokerStatement): Micros {
  if (netLiquidation !== null) return netLiquidation;
  throw new Failure('BROKER_UNREACHABLE', `${account} did not say what it is worth in USD`, {
    details: ['equity is taken from one finite net liquidation in USD, and from nothing else'],
    hint: 'look at it: trade-labs doctor ib',
  });
}

/**
 * What a real broker says that the account is worth; null for a simulated one, whose books say it. Throws
 * BROKER_UNREACHABLE where a real one does not say: then nothing is sized.
 */
export async function worthOf({ broker, clock }: System): Promise<Micros | null> {
  return broker.simulated ? null : assertWorth(await broker.statement(clock.now()));
}

/** The same at a close, where nothing is decided by it: null also where a real broker does not say. */
export const worthAtClose = async ({ broker, clock }: System): Promise<Micros | null> =>
  broker.simulated ? null : (await broker.statement(clock.now())).netLiquidation;

/** What a day lost, and what it is measured against. */
type DayLoss = Pick<AccountValue, 'dayPnl' | 'previousCloseEquity'>;

/**
 * The day's loss by our book or by the account itself, whichever leaves less of the daily limit: each against its own
 * worth at the previous close. The account may hold what is not ours, and lose by it. Our book's alone where the worth
 * of the account is not known now, or was not at that close.
 */
export function stricterLoss(
  ours: DayLoss,
  worth: Micros | null,
  { lastClose, flowSinceClose }: Pick<Book, 'lastClose' | 'flowSinceClose'>,
  { dailyLossFraction }: Pick<RiskLimits, 'dailyLossFraction'>,
): DayLoss {
  const before = lastClose?.worth;
  if (worth === null || before === undefined) return ours;
  const account = {
    previousCloseEquity: before,
    dayPnl: subtract(worth, add(before, flowSinceClose)),
  };
  const roomOf = ({ dayPnl, previousCloseEquity }: DayLoss): Micros =>
    subtract(
      timesFraction(previousCloseEquity, dailyLossFraction, 'floor'),
      maxOf(ZERO, negate(dayPnl)),
    );
  return roomOf(account) < roomOf(ours) ? account : ours;
}
