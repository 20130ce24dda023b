import fc from 'fast-check';
import { nextSession } from '../../src/calendar/nyse.ts';
import { micros, usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { EventOf } from '../../src/events/event.ts';
import { quantityOf } from '../../src/ledger/lots.ts';
import { sumUsd } from '../../src/ledger/metrics-trades.ts';
import { Story, symbol } from './story.ts';

/** What happens on one day of a random history. */
const action = fc.oneof(
  fc.record({
    kind: fc.constant('buy' as const),
    name: fc.constantFrom('AAA', 'BBB', 'CCC'),
    quantity: fc.integer({ min: 1, max: 300 }),
    micros: fc.integer({ min: 1_000_000, max: 90_000_000 }),
    parts: fc.integer({ min: 1, max: 3 }),
    late: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('sell' as const),
    name: fc.constantFrom('AAA', 'BBB', 'CCC'),
    share: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 1, noNaN: true })),
    micros: fc.integer({ min: 1_000_000, max: 90_000_000 }),
    late: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom(
      'deposit' as const,
      'withdrawal' as const,
      'dividend' as const,
      'interest' as const,
      'fee' as const,
    ),
    cents: fc.integer({ min: 1, max: 500_000 }),
    /** After the account was marked: it is in the next bridge. */
    evening: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('split' as const),
    name: fc.constantFrom('AAA', 'BBB', 'CCC'),
    ratio: fc.constantFrom(2, 3, 0.5),
  }),
  fc.record({ kind: fc.constant('pay' as const) }),
  fc.record({
    kind: fc.constant('correct' as const),
    pick: fc.nat(),
    /** So many shares more or fewer: of a round trip that is over, some may be owned again. */
    more: fc.integer({ min: -60, max: 60 }),
    micros: fc.integer({ min: 1_000_000, max: 90_000_000 }),
    commission: fc.integer({ min: 0, max: 400 }),
  }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Plays random days and returns the story with its last session. */
export function play(days: readonly (readonly Action[])[]): {
  story: Story;
  session: string;
  flow: number;
} {
  const story = new Story();
  story.open('2026-03-03', 1_000_000);
  let session = '2026-03-03';
  let flow = 0;
  let next = 0;
  const isLater = (step: Action) => 'evening' in step && step.evening;
  const unpaid: string[] = [];
  for (const actions of days) {
    session = nextSession(sessionDate(session)).date;
    flow = next;
    next = 0;
    actions.forEach((step, i) => {
      if (isLater(step)) return;
      flow += act(story, [session, `10:${String(i).padStart(2, '0')}`], step, i, unpaid);
    });
    story.closeTrades([session, '16:00']);
    const prices = Object.fromEntries(
      story.book.openTrades().map((trade, i) => [trade.symbol, 20 + i * 3.37]),
    );
    story.mark([session, '16:00'], 'close', prices, { flow: sumUsd([flow]) });
    // The account is looked at after the last mark.
    if (actions === days.at(-1)) break;
    actions.forEach((step, i) => {
      if (isLater(step)) next += act(story, [session, '18:00'], step, i, unpaid);
    });
  }
  return { story, session, flow: sumUsd([flow]) };
}

function act(
  story: Story,
  when: readonly [string, string],
  step: Action,
  i: number,
  unpaid: string[],
): number {
  const trade = 'name' in step ? story.book.trade(symbol(step.name)) : null;
  const owned = trade === null ? 0 : quantityOf(trade.lots);
  const fill = (ref: string, quantity: number, micros: number, late: boolean) => {
    const execId = story.fill(when, ref, quantity, micros / 1e6, late ? null : 1.005);
    if (late) unpaid.push(execId);
  };
  switch (step.kind) {
    case 'buy': {
      const ref = `${when[0]}/s${i}/${step.name}/entry/1`;
      story.order(when, ref, { quantity: step.quantity * step.parts, limit: 100 });
      for (let part = 0; part < step.parts; part += 1) {
        fill(ref, step.quantity, step.micros + part * 10_001, step.late);
      }
      return 0;
    }
    case 'sell': {
      const quantity = Math.ceil(owned * step.share);
      if (quantity === 0) return 0;
      const ref = `${when[0]}/s${i}/${step.name}/exit/1`;
      story.order(when, ref, { quantity }, { exitReason: 'signal' });
      fill(ref, quantity, step.micros, step.late);
      return 0;
    }
    case 'split': {
      const quantityAfter = Math.floor(owned * step.ratio);
      if (quantityAfter === 0) return 0;
      story.add('split.applied', when, {
        symbol: symbol(step.name),
        session: sessionDate(when[0]),
        ratio: step.ratio,
        quantityBefore: owned,
        quantityAfter,
        cashInLieu: usd(quantityAfter === owned * step.ratio ? 0 : 7.31),
      });
      return 0;
    }
    case 'pay': {
      const execId = unpaid.shift();
      if (execId !== undefined)
        story.add('commission.recorded', when, { execId, commission: usd(0.37) });
      return 0;
    }
    case 'correct': {
      correctOne(story, when, step);
      return 0;
    }
    default: {
      const out = step.kind === 'fee' || step.kind === 'withdrawal';
      const dollars = (out ? -step.cents : step.cents) / 100;
      story.cash(when, step.kind, dollars, 'x');
      return step.kind === 'deposit' || step.kind === 'withdrawal' ? dollars : 0;
    }
  }
}

/** The broker says of an execution, at whatever time, that it was of other shares, at another price and cost. */
function correctOne(
  story: Story,
  when: readonly [string, string],
  { pick, more, micros: price, commission }: Extract<Action, { kind: 'correct' }>,
): void {
  const known = story.events.filter(
    (event) => event.type === 'fill.recorded' && story.book.execution(event.execId) !== null,
  ) as EventOf<'fill.recorded'>[];
  const old = known[pick % Math.max(1, known.length)];
  const booked = old === undefined ? null : story.book.execution(old.execId);
  if (old === undefined || booked === null) return;
  const { fill, revision } = booked;
  const { execId, orderRef, symbol: name, side, session } = old;
  const by = {
    execId: `${execId}.${revision + 2}`,
    quantity: Math.max(1, fill.quantity + more),
    price: micros(price),
    commission: usd(commission / 100),
    filledAt: fill.filledAt,
    inferred: false,
  };
  if (!story.book.canCorrect(execId, [by])) return;
  const inForce = { quantity: fill.quantity, price: fill.price, commission: fill.commission };
  const place = { execId, orderRef, symbol: name, side, session };
  story.add('fill.corrected', when, {
    ...place,
    old: inForce,
    by: [by],
    revision: revision + 1,
    cause: 'busted and printed again',
  });
}

/** A few days, each with what happens on it. */
export const days = fc.array(fc.array(action, { maxLength: 8 }), { minLength: 1, maxLength: 4 });
