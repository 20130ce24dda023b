import type { BrokerStatement } from '../domain/account.ts';
import { Failure } from '../domain/failure.ts';
import type { Micros } from '../domain/money.ts';
import type { Broker } from '../ports/broker.ts';
import type { Composition, System } from './compose.ts';

/**
 * The cash that a history of a real account begins with. Refused where the broker does not say what the account is
 * worth in dollars, or where it holds what is not ours and no limit says how much of it may be used.
 */
export async function cashOf(
  broker: Broker,
  { loaded, clock }: Pick<Composition, 'loaded' | 'clock'>,
): Promise<Micros> {
  const statement = await broker.statement(clock.now());
  const { cash, positions, account } = statement;
  assertWorth(statement);
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
  return cash;
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
