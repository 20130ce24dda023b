import { historyFolder } from '../adapters/file/file-history.ts';
import { loadSimAccount, saveSimAccount } from '../adapters/file/sim-account-file.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import { createSimBroker, type SimBroker } from '../adapters/sim/sim-broker.ts';
import type { SlippageModel } from '../adapters/sim/sim-slippage.ts';
import { sessionOf } from '../calendar/nyse.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { usd } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Book } from '../ledger/book.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import { commissionModel } from '../risk/commission.ts';
import { SIM_ACCOUNT } from './account-name.ts';
import type { Composition } from './compose.ts';

/** True for the home's own history and account; false for those of a run folder or of a run in memory. */
export const isOfHome = ({ runDir, inMemory }: Composition): boolean =>
  runDir === undefined && inMemory === undefined;

/** An account as the engine keeps it between processes. */
export interface Account {
  readonly broker: Exchange;
  readonly playedThrough: EpochMs;
  readonly setPlayed: (through: EpochMs) => void;
  readonly keep: () => void;
}

/** The simulated account, from its file or new. */
export function simulatedAccount(composition: Composition, source: BarSource, book: Book): Account {
  const { home, runDir, clock } = composition;
  const ownsHome = isOfHome(composition);
  const saved = ownsHome ? loadSimAccount<SimAccountState>(home) : null;
  refuseLostAccount(composition, book, saved !== null);
  const playedThrough = saved?.playedThrough ?? clock.now();
  let played = playedThrough;
  const keep = (): void => {
    if (composition.inMemory !== undefined) return;
    saveSimAccount(runDir ?? home, { account: broker.state(), playedThrough: played });
  };
  const restore = composition.startFrom?.account ?? saved?.account;
  const broker = openBroker(composition, source, restore, ownsHome ? keep : null);
  const setPlayed = (through: EpochMs): void => {
    played = through;
  };
  return { broker, playedThrough, setPlayed, keep };
}

/**
 * An account that is kept by its broker. Of what was played the journal alone has to be asked: up to the last close at
 * which the account was valued, all was.
 */
export function brokersAccount(broker: Exchange, book: Book, clock: Clock): Account {
  const nothing = (): void => {};
  const { lastClose } = book;
  const session = lastClose === null ? null : sessionOf(lastClose.session);
  const playedThrough = session?.closeAt ?? clock.now();
  return { broker, playedThrough, setPlayed: nothing, keep: nothing };
}

function openBroker(
  { loaded, clock, terms }: Composition,
  source: BarSource,
  restore: SimAccountState | undefined,
  keep: (() => void) | null,
): SimBroker {
  const { capital, costs, sim } = loaded.config;
  return createSimBroker({
    account: SIM_ACCOUNT,
    startingCash: usd(capital.startingCashUsd),
    source,
    clock,
    slippageBps: costs.slippageBps,
    ...(costs.slippageModel === 'fixed' ? {} : { slippage: spreadVolume(costs) }),
    commission: commissionModel(costs.commission),
    ...(costs.participationFraction === undefined
      ? {}
      : { participationFraction: costs.participationFraction }),
    accountKind: sim.account,
    childArm: 'partial',
    ...(terms === undefined ? {} : { ticks: terms.ticks }),
    ...(restore === undefined ? {} : { restore }),
    ...(keep === null ? {} : { keep }),
  });
}

/** A journal with trades and no simulated account would let the two tell different stories. */
function refuseLostAccount(composition: Composition, book: Book, hasAccount: boolean): void {
  const { home } = composition;
  if (!isOfHome(composition) || hasAccount || book.seq <= 3) return;
  throw new Failure('HISTORY_MISMATCH', 'the simulated account of this home is missing', {
    details: [`${historyFolder(home)} has a history, data/state/sim-account.json is not there`],
    hint: 'restore the file from a backup, or begin in another folder: --home DIR',
  });
}

const spreadVolume = ({ halfSpreadBps, volumeImpact }: Config['costs']): SlippageModel => ({
  kind: 'spread_volume',
  halfSpreadBps,
  impact: volumeImpact,
});
