import { describe, expect, it } from 'vitest';
import { orderMessage } from '../../src/adapters/ib/ib-order-errors.ts';

describe('the code of a message on the id of an order', () => {
  it.each([
    [201, 'refused'],
    [203, 'refused'],
    [110, 'refused'],
    [200, 'refused'],
    [321, 'refused'],
    [10_289, 'refused'],
    [10_293, 'refused'],
    [104, 'refused'],
    [105, 'refused'],
    [135, 'refused'],
    [2_102, 'refused'],
    [154, 'refused'],
    [383, 'refused'],
    [405, 'refused'],
    [136, 'cancel_refused'],
    [103, 'id_used'],
    [202, 'cancelled'],
    [161, 'cancel_refused'],
    [10_147, 'cancel_refused'],
    [10_148, 'cancel_refused'],
    [399, 'remark'],
    [404, 'remark'],
    [2_109, 'remark'],
    [2_161, 'remark'],
    [10_349, 'remark'],
    [77_777, 'unknown'],
    [-1, 'unknown'],
  ] as const)('%i is %s', (code, expected) => {
    expect(orderMessage(code)).toBe(expected);
  });
});
