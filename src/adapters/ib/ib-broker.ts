import {
  type CommissionReport,
  type Contract,
  EventName,
  type Execution,
  type OrderState,
  type Order as VendorOrder,
} from '@stoqey/ib';
import type { BrokerStatement } from '../../domain/account.ts';
import type { Symbol } from '../../domain/market.ts';
import { type Bracket, ORDER_TYPES, type Order } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import type {
  Broker,
  BrokerCapabilities,
  BrokerEvent,
  OrderChange,
  SendOutcome,
} from '../../ports/broker.ts';
import type { Timeline } from '../../ports/timeline.ts';
import type { IbFunds } from './ib-account-questions.ts';
import type { Answer } from './ib-ask.ts';
import { ChainCare } from './ib-chain-care.ts';
import { Changes } from './ib-changes.ts';
import { IbExecutions } from './ib-executions.ts';
import type { IbGateway } from './ib-gateway.ts';
import { Inquiries } from './ib-inquiries.ts';
import { OrderAmending } from './ib-order-amending.ts';
import { type IbStock, vendorContract, vendorOrder } from './ib-order-encoding.ts';
import { type OrderIdStore, OrderIds } from './ib-order-ids.ts';
import { OrderPlacing } from './ib-order-placing.ts';
import { IbOrders, type StatusTold } from './ib-orders.ts';
import { type OrderPreview, previewOf } from './ib-preview.ts';
import { type IbRemark, Remarks } from './ib-remarks.ts';
import { type ReadingParts, statementOf } from './ib-statement.ts';
import { ibSymbolOf, symbolOfIb } from './ib-symbols.ts';
import type { TrackedOrder } from './ib-tracked-order.ts';

/** What a broker over a gateway is made of. */
export interface IbBrokerOptions {
  /** Fixed for an account: orders can be changed only by the client that placed them. */
  readonly clientId: number;
  readonly orderIds: OrderIdStore;
  readonly timeline: Timeline;
  /** Asked before every message on an order, whoever asked before: why none may go out, or null. */
  readonly isArmed: () => string | null;
  /** Ends all waiting. */
  readonly giveUp: AbortSignal;
  /** How the broker names a stock; null where it does not know it. By its ticker alone where this is absent. */
  readonly stockOf?: (symbol: Symbol) => IbStock | null;
  /** How long an answer to an order may take before it is unknown. */
  readonly ackMs?: number;
  /** How long a message may be under way: what two complete statements so far apart do not show is not there. */
  readonly settleMs?: number;
  readonly onRemark?: (remark: IbRemark) => void;
  /** Called when there are messages to drain. */
  readonly onNews?: () => void;
}

const ACK_MS = 5_000;
const SETTLE_MS = 15_000;
/** How long an execution may be behind the status that counts it before it is asked for. */
const LATE_MS = 1_000;

/**
 * Interactive Brokers. Orders are told apart by our orderRef and the broker's lasting number, never by an id alone;
 * what is not answered is unknown, and shares change hands by executions only. Nothing is sent that was not asked for,
 * but what keeps a chain safe: the withdrawal of an entry that lost its stop, and the shrinking of stops whose entry
 * ended filled in part.
 */
export class IbBroker implements Broker {
  readonly simulated = false;
  readonly account: string;
  readonly capabilities: BrokerCapabilities;
  readonly #gateway: IbGateway;
  readonly #options: IbBrokerOptions;
  readonly #changes: Changes;
  readonly #inquiries: Inquiries;
  readonly #reading: ReadingParts;
  readonly #executions: IbExecutions;
  readonly #orders: IbOrders;
  readonly #ids: OrderIds;
  readonly #placing: OrderPlacing;
  readonly #amending: OrderAmending;
  readonly #care: ChainCare;
  readonly #unlisten: readonly (() => void)[];
  #events: BrokerEvent[] = [];
  #funds: IbFunds | null = null;

  constructor(gateway: IbGateway, options: IbBrokerOptions) {
    const { account } = gateway;
    const { timeline, clientId, ackMs = ACK_MS, settleMs = SETTLE_MS } = options;
    this.account = account;
    this.capabilities = {
      orderTypes: ORDER_TYPES,
      timesInForce: ['DAY', 'GTC'],
      ocaReduces: true,
      showsCompletedOrders: true,
      remembersDays: 1,
      settleMs,
    };
    this.#gateway = gateway;
    this.#options = options;
    this.#changes = new Changes(timeline, options.giveUp);
    this.#ids = new OrderIds(options.orderIds);
    this.#inquiries = new Inquiries(gateway);
    const tell = (event: BrokerEvent): void => {
      this.#events.push(event);
    };
    const remarks = new Remarks(
      () => timeline.now(),
      (said) => options.onRemark?.(said),
    );
    const remark = (said: IbRemark): void => remarks.add(said);
    this.#executions = new IbExecutions({ account, tell, remark });
    this.#orders = new IbOrders({
      account,
      clientId,
      now: () => timeline.now(),
      tell,
      remark,
      seen: (orderId) => this.#ids.seen(orderId),
      ended: (order) => this.#care.settle(order),
      ask: () => this.#inquiries.look(),
    });
    this.#reading = { account, orders: this.#orders, executions: this.#executions, remark };
    const sending = {
      gateway,
      orders: this.#orders,
      ids: this.#ids,
      changes: this.#changes,
      ackMs,
      wordsOf: (order: Order, routing: { parentId: number; transmit: boolean }) =>
        [this.#contractOf(order.symbol), vendorOrder(order, { account, ...routing })] as const,
    };
    const openOrders = () => this.#inquiries.openOrders();
    const now = (): EpochMs => timeline.now();
    const disarmed = (): SendOutcome | null => this.#disarmed();
    this.#amending = new OrderAmending({ ...sending, clientId, now, tell, openOrders, disarmed });
    this.#placing = new OrderPlacing(sending, (entry, cause) => {
      void this.#amending.withdraw(entry, cause);
    });
    const { broken } = this.#placing;
    this.#care = new ChainCare({ orders: this.#orders, amending: this.#amending, broken });
    this.#unlisten = [
      gateway.listen((name, args) => this.#hear(name, args)),
      gateway.onConnection(() => this.#inquiries.look()),
      gateway.link.onNews(() => this.#changes.tell()),
    ];
  }

  /** Values of the account as of the last statement that had them. */
  get funds(): IbFunds | null {
    return this.#funds;
  }

  /** Hears nothing more; the gateway stays open. */
  close(): void {
    this.#inquiries.close();
    for (const unlisten of this.#unlisten) unlisten();
  }

  async submit(bracket: Bracket): Promise<SendOutcome> {
    const { entry, stop, target } = bracket;
    return this.#placing.place(target === null ? [entry, stop] : [entry, stop, target], () =>
      this.#refusal(entry),
    );
  }

  async submitOrder(order: Order): Promise<SendOutcome> {
    return this.#placing.place([order], () => this.#refusal(order));
  }

  modify(orderRef: string, change: OrderChange): Promise<SendOutcome> {
    return this.#amending.modify(orderRef, change);
  }

  cancel(orderRef: string): Promise<SendOutcome> {
    return this.#amending.cancel(orderRef, 'requested');
  }

  /** Our own last look: nothing leaves the house while we are not armed. */
  #disarmed(): SendOutcome | null {
    const why = this.#options.isArmed();
    return why === null ? null : { outcome: 'denied', code: 'DISARMED', message: why };
  }

  #refusal({ leg, symbol }: Order): SendOutcome | null {
    const disarmed = this.#disarmed();
    if (disarmed !== null || leg !== 'entry') return disarmed;
    const unknown = (message: string): SendOutcome => ({
      outcome: 'denied',
      code: 'SYMBOL_UNKNOWN',
      message,
    });
    // What is bought under one name and told under another would be nobody's.
    const name = symbolOfIb(ibSymbolOf(symbol));
    if (name !== symbol) return unknown(`the broker tells ${symbol} as ${name}: write it so`);
    const { stockOf } = this.#options;
    if (stockOf === undefined || stockOf(symbol) !== null) return null;
    return unknown(`the broker has no contract of ${symbol}`);
  }

  #contractOf(symbol: Symbol): Contract {
    return vendorContract(symbol, this.#options.stockOf?.(symbol) ?? null);
  }

  /** What an order would do to margin and costs. It is asked, not placed, and whoever asks may size by it. */
  async preview(order: Order): Promise<Answer<OrderPreview>> {
    const { connection } = this.#gateway;
    if (connection === null) return { complete: false, code: null, why: 'there is no connection' };
    // On the wire it differs from an order by one field: unarmed, it does not leave either.
    const disarmed = this.#options.isArmed();
    if (disarmed !== null) return { complete: false, code: null, why: disarmed };
    let orderId: number;
    try {
      [orderId = 0] = this.#ids.take(1, connection.nextValidId);
    } catch (error) {
      return { complete: false, code: null, why: (error as Error).message };
    }
    const terms = vendorOrder(order, { account: this.account, parentId: 0, transmit: true });
    return this.#gateway.ask(previewOf(orderId, this.#contractOf(order.symbol), terms));
  }

  async statement(fillsSince: EpochMs): Promise<BrokerStatement> {
    // What was sent after this instant need not be in the answers.
    const at = this.#changes.now();
    const { link } = this.#gateway;
    const { episode } = link.standing;
    const answers = await this.#inquiries.all();
    if (answers.funds.complete) this.#funds = answers.funds.value;
    // Without its own line to the market a gateway tells what it remembers; of two lines, answers do not go together.
    const { state, episode: since } = link.standing;
    const isOneLook = state !== 'degraded' && episode === since;
    const statement = statementOf(answers, { at, fillsSince, isOneLook }, this.#reading);
    if (statement.complete.openOrders) this.#care.mend();
    return statement;
  }

  drain(): readonly BrokerEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #hear(name: string, args: readonly unknown[]): void {
    const before = this.#events.length;
    switch (name) {
      case EventName.openOrder: {
        const [id, contract, order, state] = args as [number, Contract, VendorOrder, OrderState];
        this.#orders.open(id, contract, order, state);
        break;
      }
      case EventName.orderStatus:
        this.#status(args);
        break;
      case EventName.execDetails: {
        const [, contract, execution] = args as [number, Contract, Execution];
        this.#executed(contract, execution);
        break;
      }
      case EventName.commissionReport:
        this.#executions.pay(args[0] as CommissionReport, this.#changes.now());
        break;
      case EventName.error: {
        const [error, code, orderId, advanced] = args as [Error, number, number, unknown];
        const more = advanced === undefined ? '' : ` ${JSON.stringify(advanced)}`;
        this.#orders.message(orderId, code, `${error.message}${more}`);
        break;
      }
      default:
        return;
    }
    this.#changes.tell();
    if (this.#events.length > before) this.#options.onNews?.();
  }

  #status(args: readonly unknown[]): void {
    const [orderId, status, filled, remaining, , permId = 0, , , clientId = -1, whyHeld = ''] =
      args as [number, string, number, number, number, number?, number?, number?, number?, string?];
    const told: StatusTold = { orderId, status, filled, remaining, permId, clientId, whyHeld };
    this.#orders.status(told);
    const order = this.#orders.find(told);
    if (order === undefined || order.sought >= order.filled || !this.#isBehind(order)) return;
    order.sought = order.filled;
    void this.#waitForExecution(order);
  }

  #isBehind({ orderRef, permId, filled }: TrackedOrder): boolean {
    return this.#executions.filledOf(orderRef, permId) < filled;
  }

  /**
   * A status that counts shares without an execution: where none follows soon, it was lost, and is asked for, once. The
   * answer repeats the status, also where the execution is of another day and is never told.
   */
  async #waitForExecution(order: TrackedOrder): Promise<void> {
    const came = await this.#changes.until(() => (this.#isBehind(order) ? null : true), LATE_MS);
    if (came === null) this.#inquiries.look();
  }

  #executed(contract: Contract, execution: Execution): void {
    this.#executions.take(contract, execution, this.#changes.now());
    const { orderRef = '', permId = 0, clientId, orderId } = execution;
    if (clientId === this.#options.clientId && orderId !== undefined) this.#ids.seen(orderId);
    this.#orders.executed(orderRef, permId, this.#executions.filledOf(orderRef, permId));
  }
}

/** Interactive Brokers over a gateway that is, or will be, connected. */
export const openIbBroker = (gateway: IbGateway, options: IbBrokerOptions): IbBroker =>
  new IbBroker(gateway, options);
