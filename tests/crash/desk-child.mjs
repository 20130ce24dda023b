/** A desk that may die at any point: `node desk-child.mjs DIST HOME SOCKET DIE_AT`; never with DIE_AT 0. */
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [dist, home, path, dieAt] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(`${dist}/src/${file}`).href);
const { connectBroker } = await load('testing/remote-broker.js');
const { rehearse, approvedCandidate } = await load('testing/rehearsal.js');
const { openHistory } = await load('adapters/file/file-history.js');
const { Book } = await load('ledger/book.js');
const { sendEntry } = await load('pipeline/execute.js');
const { sessionOf } = await load('calendar/nyse.js');

const tell = (message) => writeSync(1, `${JSON.stringify(message)}\n`);
let points = 0;
const point = (name) => {
  points += 1;
  if (points !== Number(dieAt)) return;
  tell({ died: name });
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
/** Dies before or after what it does, whatever that is. */
const mortal =
  (name, act) =>
  async (...args) => {
    point(`${name} before`);
    const result = await act(...args);
    point(`${name} after`);
    return result;
  };

const line = await connectBroker(path);
let now = await line.control('now');
const clock = { now: () => now };
const book = new Book();
const store = await openHistory({
  home,
  mode: 'sim',
  account: 'SIM1',
  version: '0.1.0',
  role: 'a test',
  clock,
  fold: book,
  newFold: () => new Book(),
});
const history = { append: mortal('append', (drafts) => store.append(drafts)), close: () => {} };
const broker = {
  account: line.account,
  simulated: true,
  capabilities: line.capabilities,
  submit: mortal('submit', (bracket) => line.submit(bracket)),
  submitOrder: mortal('submitOrder', (order) => line.submitOrder(order)),
  modify: mortal('modify', (ref, change) => line.modify(ref, change)),
  cancel: mortal('cancel', (ref) => line.cancel(ref)),
  statement: (since) => line.statement(since),
  drain: () => line.drain(),
};
const { desk, look, context } = rehearse({ book, history, broker, now: clock.now, graceMs: 0 });
const SESSION = sessionOf('2015-03-02');
const AAA = 'AAA';
const settle = async () => {
  await desk.takeIn(SESSION.date);
  await look(SESSION.date);
};

await desk.recover();
await settle();
const asked = book.live().filter((order) => order.asked !== null);
tell({
  recovered: await line.control('truth'),
  owned: book.owned(AAA),
  asked: asked.map(({ orderRef }) => orderRef),
  stops: book
    .live()
    .filter(({ leg }) => leg === 'stop')
    .map(({ orderRef, quantity, stopPrice }) => ({ orderRef, quantity, stopPrice })),
});

const slot = { session: SESSION.date, slot: 'scan-open', slotAt: SESSION.openAt };
if (!book.isClaimed(slot.session, slot.slot, slot.slotAt)) {
  await history.append([{ type: 'slot.claimed', at: now, runId: null, job: 'scan', ...slot }]);
  const prices = { reference: 100_000_000, limit: 101_000_000, stop: 95_000_000 };
  const candidate = approvedCandidate({ symbol: AAA, quantity: 100, ...prices });
  await sendEntry(candidate, context(SESSION.date, 'scan-open'));
}
await settle();
now = await line.control('play', 1);
await settle();
for (const entry of book.live(AAA)) {
  if (entry.leg === 'entry') await desk.endEntry(entry, 'ttl', SESSION.date);
}
await settle();
for (const stop of book.live(AAA)) {
  if (stop.leg === 'stop') await desk.modify(stop.orderRef, { stopPrice: 96_000_000 }, 'trail');
}
await settle();
await desk.leave(AAA, 'manual', SESSION.date, 'manual');
await settle();
now = await line.control('play', 2);
await settle();
const live = book.live().map(({ orderRef, status }) => ({ orderRef, status }));
const done = { owned: book.owned(AAA), cash: book.cash, live, points };
tell({ done, truth: await line.control('truth') });
await store.close();
line.close();
