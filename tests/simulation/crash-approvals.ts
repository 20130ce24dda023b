import type { Session } from '../../src/domain/time.ts';
import type { EventOf, JournalEvent } from '../../src/events/event.ts';
import type { Findings, Tape, ToldAccount } from './crash-account.ts';
import type { Played } from './crash-world.ts';

type Approval = EventOf<'intent.approved'>;

/** The account as a run began with it. Millionths of a dollar. */
interface Snapshot {
  readonly equity: number;
  readonly cash: number;
  readonly exposure: number;
  readonly openRisk: number;
  readonly positions: number;
  readonly entriesToday: number;
  readonly lossRoom: number;
  /** What the approvals so far add to it. */
  cost: number;
  commission: number;
  risk: number;
  count: number;
}

/** Interactive Brokers' fixed prices: half a cent a share, a dollar at least, a hundredth of the value at most. */
const commissionOf = (shares: number, value: number): number =>
  Math.min(Math.max(5_000 * shares, 1_000_000), value / 100);

/** Holds every approval to every limit, on the account as its run saw it, counted anew. */
export class ApprovalRules {
  readonly #played: Played;
  readonly #found: Findings;
  readonly #tape: Tape;
  readonly #account: ToldAccount;
  #run: { readonly id: string | null; readonly snapshot: Snapshot } | null = null;
  readonly #sent = new Map<string, number>();
  readonly #approved = new Map<string, Approval>();

  constructor(played: Played, tape: Tape, account: ToldAccount, found: Findings) {
    this.#played = played;
    this.#found = found;
    this.#tape = tape;
    this.#account = account;
  }

  /** `before`: equity at the last close. */
  see(event: JournalEvent, session: Session, before: number): void {
    if (event.type === 'intent.approved') {
      if (this.#run?.id !== event.runId) {
        this.#run = { id: event.runId, snapshot: this.#snapshot(event.at, session, before) };
      }
      this.#approve(event, this.#run.snapshot, session);
    }
    if (event.type !== 'order.submitted' || event.leg !== 'entry') return;
    this.#sent.set(event.session, (this.#sent.get(event.session) ?? 0) + 1);
    const approval = this.#approved.get(event.orderRef);
    if (approval?.approved !== event.quantity || approval.limitPrice !== event.limitPrice) {
      this.#found.fault(event.at, `${event.orderRef} was not sent as it was approved`);
    }
  }

  #snapshot(at: number, session: Session, before: number): Snapshot {
    const { dailyLossFraction } = this.#played.config.risk;
    let exposure = 0;
    let openRisk = 0;
    for (const [symbol, owned] of this.#account.held) {
      const mark = this.#tape.mark(symbol, at, session);
      exposure += owned * mark;
      openRisk += owned * Math.max(0, mark - (this.#account.stopOf(symbol)?.price ?? 0));
    }
    const working = this.#account.live('entry');
    for (const { ref } of working) this.#found.fault(at, `${ref} works while another run decides`);
    const equity = this.#account.cash + exposure;
    const loss = Math.max(0, before + this.#account.flow - equity);
    return {
      equity,
      cash: this.#account.cash,
      exposure,
      openRisk,
      positions: this.#account.held.size,
      entriesToday: this.#sent.get(session.date) ?? 0,
      lossRoom: dailyLossFraction * before - loss,
      cost: 0,
      commission: 0,
      risk: 0,
      count: 0,
    };
  }

  #approve(event: Approval, seen: Snapshot, session: Session): void {
    const { risk, sizing } = this.#played.config;
    const { symbol, approved, limitPrice, stopPrice, referencePrice } = event;
    this.#approved.set(event.entryRef, event);
    const cost = approved * limitPrice;
    seen.cost += cost;
    seen.commission += commissionOf(approved, cost);
    seen.risk += approved * (limitPrice - stopPrice);
    seen.count += 1;
    const { equity } = seen;
    const atRisk = approved * (referencePrice - stopPrice);
    const limits: readonly (readonly [string, number, number])[] = [
      ['gross exposure', seen.exposure + seen.cost, equity * risk.maxGrossFraction],
      ['open risk', seen.openRisk + seen.risk, equity * risk.maxOpenRiskFraction],
      ['loss room', seen.risk, seen.lossRoom],
      ['cash', seen.cost + seen.commission, seen.cash],
      ['positions', seen.positions + seen.count, risk.maxPositions],
      ['entries of the day', seen.entriesToday + seen.count, risk.maxEntriesPerDay],
      ['size of the position', cost, equity * sizing.maxPositionFraction],
      ['risk of the trade', atRisk, equity * sizing.perTradeFraction],
      ['usual volume', approved, risk.maxAdvFraction * this.#tape.usualVolume(symbol, session)],
      ['approved of sized', approved, event.sized],
    ];
    for (const [name, value, limit] of limits) {
      this.#found.count(`approvals held to ${name}`);
      // Fractions of billions are not exact in floats.
      if (value > limit + 0.5)
        this.#found.fault(event.at, `${symbol}: ${name} is ${value} of ${limit}`);
    }
    if (this.#account.held.has(symbol)) this.#found.fault(event.at, `${symbol} is held already`);
  }
}
