import { afterEach, describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { AAPL, accepted, bracket, ENTRY, STOP, TARGET, target } from '../contract/orders.ts';
import { ACCOUNT } from '../testing/fake-tws/serving.ts';
import { closeIbWorlds, type IbWorld, ibWorld } from './ib-world.ts';

afterEach(closeIbWorlds);

const fieldsOf = ({ server }: IbWorld) => server.exchange.book.orders.map(({ fields }) => fields);

/** What presets of the gateway would fill in where nothing is sent. */
const SAID =
  'action totalQuantity orderType tif account orderRef transmit parentId ocaType outsideRth ' +
  'includeOvernight hidden allOrNone whatIf blockOrder sweepToFill displaySize triggerMethod ' +
  'notHeld solicited overridePercentageConstraints usePriceMgmtAlgo discretionaryAmt exemptCode ' +
  'origin shortSaleSlot optOutSmartRouting autoCancelParent isOmsContainer';

describe.each([193, 178])('a chain on the wire at server version %i', (version) => {
  const SINCE_189 = version < 189 ? ['includeOvernight'] : [];

  it('is released by its last order, and each child names its entry', async () => {
    const it = await ibWorld({ server: { version } });
    expect(await it.broker.submit({ ...bracket, target })).toEqual(accepted);
    const chain = fieldsOf(it).map((fields) => [
      fields.orderRef,
      fields.orderId,
      fields.parentId,
      fields.transmit,
      fields.tif,
    ]);
    expect(chain).toEqual([
      [ENTRY, '1', '0', '0', 'DAY'],
      [STOP, '2', '1', '0', 'GTC'],
      [TARGET, '3', '1', '1', 'GTC'],
    ]);
    const messages = it.sent.map(([message]) => message);
    const first = messages.indexOf(3);
    expect(messages.slice(first, first + 3)).toEqual([3, 3, 3]);
    expect(it.server.record.problems).toEqual([]);
  });

  it('says every field that a preset could fill in', async () => {
    const it = await ibWorld({ server: { version } });
    await it.broker.submit({ ...bracket, target });
    for (const fields of fieldsOf(it)) {
      const left = SAID.split(' ').filter(
        (name) => fields[name] === '' || fields[name] === undefined,
      );
      expect(left).toEqual(SINCE_189);
      expect(fields).toMatchObject({ account: ACCOUNT, outsideRth: '0', whatIf: '0' });
    }
  });

  it('sends a change as the whole order again, under its id', async () => {
    const it = await ibWorld({ server: { version } });
    await it.broker.submit({ ...bracket, target });
    const before = fieldsOf(it);
    expect(await it.broker.modify(STOP, { quantity: 60 })).toEqual(accepted);
    const after = fieldsOf(it);
    expect(after).toHaveLength(3);
    expect(after[1]).toEqual({ ...before[1], totalQuantity: '60', transmit: '1' });
  });

  it('names the entry of a stop in a change while that lives, and nobody afterwards', async () => {
    const it = await ibWorld({ server: { version } });
    await it.broker.submit(bracket);
    await it.broker.modify(STOP, { stopPrice: usd(96) });
    expect(fieldsOf(it)[1]).toMatchObject({ parentId: '1', auxPrice: '96' });
    await it.trade(AAPL, 100);
    await it.broker.modify(STOP, { stopPrice: usd(97) });
    expect(fieldsOf(it)[1]).toMatchObject({ parentId: '0', auxPrice: '97' });
  });

  it('cancels one order by its id, and never all of them', async () => {
    const it = await ibWorld({ server: { version } });
    await it.broker.submit(bracket);
    await it.trade(AAPL, 100);
    expect(await it.broker.cancel(STOP)).toEqual(accepted);
    const sent = it.sent.filter(([message]) => message === 4 || message === 58);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.map(String)).toContain('2');
  });
});
