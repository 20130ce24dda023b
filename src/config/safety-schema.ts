import { z } from 'zod';
import { choice, count, fraction } from './fields.ts';

export const breakersSchema = z.strictObject({
  slippageFraction: fraction('Slippage of one fill at which entries stop; 0 is off', {
    default: 0.01,
  }),
  dataSilenceMs: count('Silence of the data in a session with positions; 0 is off', {
    default: 30_000,
    unit: 'ms',
  }),
  rejections: count('Entries that the broker rejects in a row; 0 is off', {
    default: 5,
    unit: 'orders',
  }),
  stopOuts: count('Trades of a session that a stop ends with a loss; 0 is off', {
    default: 5,
    unit: 'trades',
  }),
  equityJumpFraction: fraction('Change of the account between two valuations; 0 is off', {
    default: 0.1,
  }),
  clockSkewMs: count('Difference between clocks that is tolerated; 0 is off', {
    default: 10_000,
    unit: 'ms',
  }),
  coolOffMs: count('How long a tripped breaker blocks entries, in time of open market', {
    default: 3_600_000,
    unit: 'ms',
  }),
});

export const approvalSchema = z.strictObject({
  mode: choice(
    'Who has to agree before an entry is sent; live trading takes two-person',
    ['off', 'two-person'],
    'off',
  ),
});
