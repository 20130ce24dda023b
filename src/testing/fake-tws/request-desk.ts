import { type Answers, named } from './answers.ts';
import type { Audit, OrderMessage } from './audit.ts';
import type { BarFeed } from './bar-feed.ts';
import type { Exchange } from './exchange.ts';
import type { FaultPlan } from './faults.ts';
import type { Feed } from './feed.ts';
import type { Line } from './line.ts';
import type { News } from './news.ts';
import { marketRule } from './replies.ts';
import type { Request } from './requests.ts';
import type { Session } from './session.ts';
import { isFinal } from './working-order.ts';

/** What requests are answered with. */
export interface DeskParts {
  readonly exchange: Exchange;
  readonly faults: FaultPlan;
  readonly news: News;
  readonly answers: Answers;
  readonly feed: Feed;
  readonly barFeed: BarFeed;
  readonly line: Line;
  readonly audit: Audit;
  readonly positionListeners: Set<Session>;
}

const PRESET = [10_349, 'Order TIF was set to DAY based on order preset.'] as const;
/** Messages on an order that change nothing. */
const REMARKS = [
  PRESET,
  [399, 'Order Message: Warning: your order will not be placed at the exchange until 09:30'],
  [404, 'Order held while securities are located'],
  [2109, 'Outside Regular Trading Hours is ignored based on the order type and destination.'],
  [2161, 'In accordance with our regulatory obligations, your order will be capped.'],
] as const;

/** Takes what clients ask for to where it is answered. */
export class RequestDesk {
  /** orderRef of every order that was placed first, in order. */
  readonly placed: string[] = [];
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  take(session: Session, request: Request): void {
    this.#parts.line.asked(session, request.kind);
    switch (request.kind) {
      case 'placeOrder':
        this.#place(session, request.orderId, request.fields);
        return;
      case 'cancelOrder':
        this.#heard(session, 'cancel', request.orderId);
        this.#parts.exchange.cancel(session.clientId, request.orderId);
        return;
      case 'globalCancel':
        this.#heard(session, 'cancel_all', 0);
        for (const order of this.#parts.exchange.book.orders) {
          if (!isFinal(order)) this.#parts.exchange.cancel(order.clientId, order.orderId);
        }
        return;
      case 'currentTime':
        session.answerTime();
        return;
      case 'nextId':
        session.tellNextId();
        return;
      case 'openOrders':
        this.#parts.news.openOrders(session, session.clientId);
        return;
      case 'allOpenOrders':
        this.#parts.news.openOrders(session, null);
        return;
      case 'completedOrders':
        this.#parts.news.completedOrders(session);
        return;
      case 'executions':
        this.#parts.news.executions(session, request.reqId, request.filter);
        return;
      case 'positions':
        this.#parts.positionListeners.add(session);
        this.#parts.answers.positions(session);
        return;
      case 'cancelPositions':
        this.#parts.positionListeners.delete(session);
        return;
      default:
        this.#look(session, request);
    }
  }

  /** What changes nothing but who watches what. */
  #look(session: Session, request: Request): void {
    switch (request.kind) {
      case 'accountSummary':
        this.#parts.answers.summary(session, request);
        return;
      case 'contractDetails':
        this.#parts.answers.contract(session, request);
        return;
      case 'marketRule':
        session.send(marketRule(request.ruleId));
        return;
      case 'history':
        this.#parts.answers.history(session, request);
        return;
      case 'scanner':
        this.#parts.answers.scan(session, request);
        return;
      case 'marketDataType':
        session.marketDataType = request.type;
        return;
      case 'marketData':
        this.#parts.feed.watch(session, request.reqId, named(request), request.snapshot);
        return;
      case 'cancelHistory':
        this.#parts.barFeed.unwatch(session, request.reqId);
        return;
      case 'cancelMarketData':
        this.#parts.feed.unwatch(session, request.reqId);
        return;
      default:
    }
  }

  #place(session: Session, orderId: number, fields: Readonly<Record<string, string>>): void {
    const isNew = this.#parts.exchange.book.find(session.clientId, orderId) === undefined;
    if (fields.whatIf !== '1') this.#heard(session, isNew ? 'place' : 'modify', orderId, fields);
    if (this.#parts.faults.take('drop-order')) {
      session.drop();
      return;
    }
    if (isNew && fields.whatIf !== '1') this.placed.push(fields.orderRef ?? '');
    if (fields.whatIf === '1' && !this.#parts.faults.has('read-only')) {
      this.#parts.answers.margin(session, orderId, fields);
      return;
    }
    const isReleased = fields.transmit === '1';
    if (isReleased && this.#parts.faults.take('drop-before-ack')) session.drop();
    this.#parts.exchange.place(session.clientId, orderId, fields);
    if (!isReleased && this.#parts.faults.take('drop-after-parent')) session.drop();
    const { faults } = this.#parts;
    if (faults.has('preset-day')) session.notice(orderId, ...PRESET);
    if (!faults.take('message-on-live-order')) return;
    for (const [code, text] of REMARKS) session.notice(orderId, code, text);
  }

  #heard(
    session: Session,
    kind: OrderMessage['kind'],
    orderId: number,
    terms?: Readonly<Record<string, string>>,
  ): void {
    const { clientId } = session;
    const fields = terms ?? this.#parts.exchange.book.find(clientId, orderId)?.fields ?? {};
    this.#parts.audit.heard({
      kind,
      clientId,
      orderId,
      orderRef: fields.orderRef ?? '',
      action: fields.action ?? '',
      quantity: Number(fields.totalQuantity ?? 0),
      readiness: this.#parts.line.readiness(session, kind),
    });
  }
}
