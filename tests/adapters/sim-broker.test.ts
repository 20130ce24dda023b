import { arrayBarSource, dailyBar } from '../../src/adapters/sim/array-bar-source.ts';
import { createSimBroker } from '../../src/adapters/sim/sim-broker.ts';
import { ordinalOf, sessionAt } from '../../src/calendar/nyse.ts';
import { type Bar, columnsFromBars } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import { type BrokerUnderTest, describeBroker } from '../contract/broker.ts';

/** Each trade is a session of its own, whose one bar is that price. */
function make(childArm: 'partial' | 'full'): BrokerUnderTest {
  let ordinal = ordinalOf(sessionDate('2026-03-05'));
  let now = sessionAt(ordinal).openAt;
  const bars: Bar[] = [];
  const broker = createSimBroker({
    account: 'SIM1',
    startingCash: usd(100_000),
    source: { ...arrayBarSource({}), daily: () => columnsFromBars(bars) },
    clock: { now: () => now },
    slippageBps: 5,
    commission: commissionModel('ibkr-fixed'),
    accountKind: 'margin',
    childArm,
  });
  return {
    broker,
    heard: () => Promise.resolve(broker.drain()),
    trade: (_, price) => {
      const session = sessionAt(ordinal);
      bars.push(dailyBar([session.date, price, price, price, price]));
      now = session.openAt;
      broker.openBars(now, session);
      now = session.closeAt;
      broker.closeBars(now, session);
      broker.endOfSession(session);
      ordinal += 1;
      return Promise.resolve();
    },
  };
}

for (const childArm of ['partial', 'full'] as const) {
  describeBroker(`the simulated broker (${childArm})`, () => Promise.resolve(make(childArm)));
}
