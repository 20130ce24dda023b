/** A simulated broker in a process of its own: `node broker-child.mjs DIST SOCKET CHILD_ARM`. */
import { pathToFileURL } from 'node:url';

const [dist, path, childArm] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(`${dist}/src/${file}`).href);
const { serveBroker } = await load('testing/broker-server.js');
const { createSimBroker } = await load('adapters/sim/sim-broker.js');
const { arrayBarSource, dailyBar } = await load('adapters/sim/array-bar-source.js');
const { sessionOf } = await load('calendar/nyse.js');
const { commissionModel } = await load('risk/commission.js');

const sessions = ['2015-03-02', '2015-03-03', '2015-03-04'].map((date) => sessionOf(date));
// A tenth of 600 shares: the entry of 100 fills in part.
const bars = sessions.map(({ date }) => dailyBar([date, 100, 101, 99, 100, 600]));
let now = sessions[0].openAt - 60_000;
let stage = 0;
const broker = createSimBroker({
  account: 'SIM1',
  startingCash: 100_000_000_000,
  source: arrayBarSource({ AAA: { daily: bars } }),
  clock: { now: () => now },
  slippageBps: 5,
  commission: commissionModel('ibkr-fixed'),
  accountKind: 'margin',
  participationFraction: 0.1,
  childArm,
});
const arrivals = {};
const counted = (refs) => {
  for (const ref of refs) arrivals[ref] = (arrivals[ref] ?? 0) + 1;
};
const { submit, submitOrder } = broker;
broker.submit = (bracket) => {
  counted([bracket.entry, bracket.stop].map(({ orderRef }) => orderRef));
  return submit.call(broker, bracket);
};
broker.submitOrder = (order) => {
  counted([order.orderRef]);
  return submitOrder.call(broker, order);
};

/** Plays the market up to a stage, each once whoever asks how often: the open of the first day, of the second. */
const play = (to) => {
  while (stage < to) {
    const session = sessions[stage];
    if (stage > 0) {
      const before = sessions[stage - 1];
      now = before.closeAt;
      broker.closeBars(now, before);
      broker.endOfSession(before);
    }
    now = session.openAt;
    broker.openBars(now, session);
    stage += 1;
  }
  return now;
};
const truth = async () => ({ statement: await broker.statement(0), arrivals });
const control = ([what, to]) => (what === 'play' ? play(to) : what === 'now' ? now : truth());

await serveBroker(path, { broker, control });
process.stdout.write('serving\n');
