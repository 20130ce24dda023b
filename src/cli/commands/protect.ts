import { EXIT } from '../../domain/failure.ts';
import { toUsd } from '../../domain/money.ts';
import type { JournalEvent } from '../../events/event.ts';
import { arithmetic, type SymbolProof } from '../../ledger/protection.ts';
import { duration, plural, price } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';

const BROKEN: ReadonlySet<SymbolProof['state']> = new Set(['over', 'under', 'unknown']);

/** `trade-labs protect`: the proof that every share has a working stop. */
export const protect: CommandSpec = {
  path: 'protect',
  group: 'Inspect',
  summary: 'Prove that live stops cover every share, and that nothing can be oversold',
  examples: [
    { line: 'trade-labs protect', does: 'the proof of every position, from book and broker' },
    { line: 'trade-labs protect --json', does: 'for a monitor; exit code 20 where it fails' },
  ],
  run: async (context) => {
    const { viewDesk } = await import('../../app/desk-view.ts');
    const { proofs, recent, statement } = await viewDesk(context.home);
    const relevant = proofs.filter(isRelevant);
    const broken = relevant.filter(({ state }) => BROKEN.has(state));
    const data = {
      at: statement === null ? null : new Date(statement.at).toISOString(),
      proofs: relevant.map(dataOf),
      uncovered: uncoveredOf(recent),
    };
    const text = textOf(relevant, broken, recent, statement === null);
    return broken.length === 0 ? { data, text } : { data, text, exit: EXIT.FINDINGS };
  },
};

const isRelevant = (proof: SymbolProof): boolean =>
  proof.state !== 'none' || (proof.brokerShares ?? 0) !== 0 || proof.foreignOrders.length > 0;

/** Shares that were without a working stop, and are covered again, since the last checkpoint of the journal. */
const uncoveredOf = (recent: readonly JournalEvent[]) =>
  recent.flatMap((event) =>
    event.type === 'protection.restored' && event.uncoveredMs > 0
      ? [{ symbol: event.symbol, uncoveredMs: event.uncoveredMs }]
      : [],
  );

function textOf(
  proofs: readonly SymbolProof[],
  broken: readonly SymbolProof[],
  recent: readonly JournalEvent[],
  isSilent: boolean,
): string {
  const head = isSilent
    ? 'The broker cannot be asked from here: nothing is proved.'
    : broken.length === 0
      ? `Every share has a working stop: ${plural(held(proofs), 'position')}, ${shares(proofs)} shares.`
      : `NOT PROTECTED: ${broken.map(({ symbol, state }) => `${symbol} is ${state}`).join(', ')}.`;
  const uncovered = uncoveredOf(recent).map(
    ({ symbol, uncoveredMs }) => `${symbol} was without a stop for ${duration(uncoveredMs)}`,
  );
  return [head, ...proofs.map(proofText), ...uncovered].join('\n\n');
}

const held = (proofs: readonly SymbolProof[]): number =>
  proofs.filter(({ owned }) => owned > 0).length;
const shares = (proofs: readonly SymbolProof[]): number =>
  proofs.reduce((total, { owned }) => total + owned, 0);

function proofText(proof: SymbolProof): string {
  const { symbol, state, orders, unknown, foreignOrders, brokerShares, owned } = proof;
  const foreign = brokerShares === null ? 0 : brokerShares - owned;
  return [
    `${symbol}  ${state}`,
    `  ${arithmetic(proof)}`,
    ...orders.map((order) => {
      const level = order.stopPrice ?? order.limitPrice;
      const at = level === null ? '' : ` at ${price(toUsd(level))}`;
      const left = order.quantity - order.filledQuantity;
      return `  ${order.side} ${left}, ${order.type}${at}, ${order.timeInForce}, ${order.status}  ${order.orderRef}`;
    }),
    ...unknown.map((ref) => `  no answer yet for ${ref}`),
    ...(foreign === 0 ? [] : [`  ${foreign} shares are not ours: never touched`]),
    ...foreignOrders.map(
      ({ side, quantity, orderRef }) =>
        `  not ours, never touched: ${side} ${quantity}  ${visible(orderRef)}`,
    ),
  ].join('\n');
}

const dataOf = (proof: SymbolProof) => ({
  symbol: proof.symbol,
  state: proof.state,
  owned: proof.owned,
  cover: proof.cover,
  sellable: proof.sellable,
  entryRemainder: proof.entryRemainder,
  brokerShares: proof.brokerShares,
  foreignShares: proof.brokerShares === null ? null : proof.brokerShares - proof.owned,
  arithmetic: arithmetic(proof),
  stops: proof.orders
    .filter(({ stopPrice }) => stopPrice !== null)
    .map(({ orderRef, quantity, filledQuantity, stopPrice, status }) => ({
      orderRef,
      remaining: quantity - filledQuantity,
      stopPrice: stopPrice === null ? null : toUsd(stopPrice),
      status,
    })),
  unknownOrders: proof.unknown,
  foreignOrders: proof.foreignOrders.map(({ orderRef }) => orderRef),
});
