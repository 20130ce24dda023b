import type { CommissionReport, Contract, Execution } from '@stoqey/ib';
import type { Fill } from '../../domain/fill.ts';
import type { Micros } from '../../domain/money.ts';
import { legOfRef } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { BrokerEvent } from '../../ports/broker.ts';
import { executionInstant } from './ib-execution-time.ts';
import { amountOf, symbolOf } from './ib-order-decoding.ts';
import type { IbRemark } from './ib-remarks.ts';

export interface ExecutionParts {
  readonly account: string;
  readonly tell: (event: BrokerEvent) => void;
  readonly remark: (remark: IbRemark) => void;
}

/** What the broker says where it does not know a commission yet; so does a number that is left out. */
const NOT_YET = -1;

/** "0000e0d5.6405c9b5.01.02": all corrections of an execution are the same up to the last point. */
const NAME = /^(.+)\.(\d+)$/;

interface Booked {
  fill: Fill;
  readonly permId: number;
  readonly revision: number;
}

/**
 * Executions by their names, each booked once however often it is told, with the last correction in force. They are
 * the only proof that shares changed hands: https://interactivebrokers.github.io/tws-api/executions_commissions.html
 */
export class IbExecutions {
  readonly #parts: ExecutionParts;
  /** By the part of the name that corrections have in common. */
  readonly #booked = new Map<string, Booked>();
  readonly #early = new Map<string, Micros>();

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
  }

  /** Those in force, of an instant and after it, in the order they were told. */
  since(from: EpochMs): Fill[] {
    return [...this.#booked.values()].flatMap(({ fill }) => (fill.filledAt >= from ? [fill] : []));
  }

  /** Shares that an order executed, by its lasting number where it has one. */
  filledOf(orderRef: string, permId: number): number {
    let shares = 0;
    for (const { fill, permId: of } of this.#booked.values()) {
      const isIts = fill.orderRef === orderRef && (of === permId || of === 0 || permId === 0);
      if (isIts) shares += fill.quantity;
    }
    return shares;
  }

  /** Books an execution that is told; one of another account, or of what is no stock, is none of our business. */
  take(contract: Contract, told: Execution, heardAt: EpochMs): void {
    if (told.acctNumber !== this.#parts.account) return;
    const symbol = symbolOf(contract);
    if (symbol === null) return;
    const { execId = '', shares = Number.NaN, permId = 0, orderRef = '' } = told;
    const price = amountOf(told.price);
    const match = NAME.exec(execId);
    const isWhole = Number.isSafeInteger(shares) && shares > 0;
    if (match === null || !isWhole || price === null || price <= 0) {
      const message = `execution ${execId} of ${shares} ${symbol} at ${told.price} cannot be read`;
      this.#parts.remark({ kind: 'unreadable', message, code: null, orderRef: orderRef || null });
      return;
    }
    const [, root = '', last = ''] = match;
    const revision = Number(last) - 1;
    const known = this.#booked.get(root);
    if (known !== undefined && revision <= known.revision) return;
    const fill: Fill = {
      execId,
      orderRef: legOfRef(orderRef) === null ? `foreign/${permId}` : orderRef,
      symbol,
      side: told.side === 'BOT' ? 'buy' : 'sell',
      quantity: shares,
      price,
      // What the one before cost may be another amount: until this one's own is told, it is not known.
      commission: this.#early.get(execId) ?? null,
      filledAt: this.#instantOf(execId, told.time ?? '', orderRef) ?? heardAt,
      ...(revision > 0
        ? { corrects: { of: `${root}.${'1'.padStart(last.length, '0')}`, revision } }
        : {}),
    };
    this.#booked.set(root, { fill, permId, revision });
    this.#parts.tell({ kind: 'filled', fill, at: heardAt });
  }

  /** Null where the time cannot be read: then it counts from when it was heard, which a person has to know. */
  #instantOf(execId: string, time: string, orderRef: string): EpochMs | null {
    const instant = executionInstant(time);
    if (instant !== null) return instant;
    const message = `execution ${execId}: its time "${time}" cannot be read, that of its message counts`;
    this.#parts.remark({ kind: 'unreadable', message, code: null, orderRef: orderRef || null });
    return null;
  }

  /** Joins a commission to its execution, which may come later. */
  pay({ execId = '', commission, currency = 'USD' }: CommissionReport, heardAt: EpochMs): void {
    const amount = commission === NOT_YET ? null : amountOf(commission);
    const root = NAME.exec(execId)?.[1];
    if (amount === null || root === undefined) return;
    if (currency !== 'USD') {
      // Never added to dollars as it is: it stays unknown until somebody says what it was in dollars.
      const message = `commission of ${execId} is ${commission} ${currency}, and is not counted`;
      this.#parts.remark({ kind: 'commission_currency', message, code: null, orderRef: null });
      return;
    }
    const booked = this.#booked.get(root);
    if (booked?.fill.execId !== execId) {
      // It waits for its execution; what was corrected since waits for nothing any more.
      this.#early.set(execId, amount);
      return;
    }
    const { fill } = booked;
    if (fill.commission === amount) return;
    booked.fill = { ...fill, commission: amount };
    this.#parts.tell({ kind: 'commission', execId, commission: amount, at: heardAt });
  }
}
