import {
  add,
  type Micros,
  maxOf,
  minOf,
  subtract,
  sum,
  timesFraction,
  timesQuantity,
  usd,
  ZERO,
} from '../domain/money.ts';
import type { Side } from '../domain/order.ts';
import { assert } from '../domain/result.ts';
import type { SessionDate } from '../domain/time.ts';
import { secFee, tafFee } from './regulatory-fees.ts';

/** What an order did on one trading day. `value` is the sum of price x quantity over its fills. */
export interface OrderExecution {
  readonly side: Side;
  readonly quantity: number;
  readonly value: Micros;
  readonly session: SessionDate;
}

/** Which commission is charged; a percentage is a fraction of the value (0.001 = 0.1 %). */
export type CommissionSpec =
  | 'ibkr-fixed'
  | 'ibkr-tiered'
  | 'none'
  | { readonly kind: 'percent'; readonly fraction: number };

/**
 * What an order costs, fees included. Minimum and cap hold per order, not per fill, and the cap wins over the
 * minimum. Never falls when an order fills further.
 */
export interface CommissionModel {
  /** How a report names it. */
  readonly label: string;
  /** The whole cost of what the order did that day; 0 for an order without fills. */
  ofOrder(execution: OrderExecution): Micros;
  /** The cost of an order of this size at this price, for budgets before it is sent. */
  estimate(quantity: number, price: Micros, side: Side, session: SessionDate): Micros;
}

/** A rate per share with a minimum per order and a most as a share of the order's value. */
interface PerShareRate {
  readonly perShare: Micros;
  readonly minimum: Micros;
  readonly maxFraction: number;
}

/** Interactive Brokers, US stocks, fixed plan: interactivebrokers.com/en/pricing/commissions-stocks.php. */
const IBKR_FIXED: PerShareRate = {
  perShare: usd(0.005),
  minimum: usd(1),
  maxFraction: 0.01,
};

/** The tiered plan's dearest tier, up to 300,000 shares a month; same page. */
const IBKR_TIERED: PerShareRate = {
  perShare: usd(0.0035),
  minimum: usd(0.35),
  maxFraction: 0.01,
};

/** NSCC and DTC clearing on the tiered plan, a share; same page. */
const CLEARING_PER_SHARE = usd(0.0002);
/** NYSE and FINRA pass-through on the tiered plan, as a fraction of the commission; same page. */
const PASS_THROUGH_FRACTION = 0.000175 + 0.00056;

function brokerCommission({ quantity, value }: OrderExecution, rate: PerShareRate): Micros {
  const wanted = maxOf(timesQuantity(rate.perShare, quantity), rate.minimum);
  return minOf(wanted, timesFraction(value, rate.maxFraction, 'halfEven'));
}

function regulatoryFees({ side, quantity, value, session }: OrderExecution): Micros {
  return side === 'sell' ? add(secFee(value, session), tafFee(quantity, session)) : ZERO;
}

const fixed = (execution: OrderExecution): Micros =>
  add(brokerCommission(execution, IBKR_FIXED), regulatoryFees(execution));

/**
 * Venue fees and rebates depend on where and how each share trades; they are left out, so that shares which take
 * liquidity cost up to about 0.003 dollars more than this, and shares which add it less.
 */
function tiered(execution: OrderExecution): Micros {
  const commission = brokerCommission(execution, IBKR_TIERED);
  return sum([
    commission,
    timesQuantity(CLEARING_PER_SHARE, execution.quantity),
    timesFraction(commission, PASS_THROUGH_FRACTION, 'halfEven'),
    regulatoryFees(execution),
  ]);
}

function model(label: string, charge: (execution: OrderExecution) => Micros): CommissionModel {
  const ofOrder = (execution: OrderExecution): Micros => {
    assert(
      Number.isSafeInteger(execution.quantity) && execution.quantity >= 0 && execution.value >= 0,
      `an execution has whole shares and a value, was ${execution.quantity} for ${execution.value}`,
    );
    return execution.quantity === 0 ? ZERO : charge(execution);
  };
  return {
    label,
    ofOrder,
    estimate: (quantity, price, side, session) =>
      ofOrder({ side, quantity, value: timesQuantity(price, quantity), session }),
  };
}

/**
 * The commission model of a config. Sells of the two broker plans add the SEC and FINRA fees of the trade date. The
 * consolidated audit trail fee (under 0.0001 a share since 2024) is not modelled. `percent` and `none` charge
 * nothing beside what they say.
 */
export function commissionModel(spec: CommissionSpec): CommissionModel {
  if (spec === 'ibkr-fixed') return model('IBKR fixed', fixed);
  if (spec === 'ibkr-tiered') return model('IBKR tiered, without venue fees', tiered);
  if (spec === 'none') return model('no commission', () => ZERO);
  const { fraction } = spec;
  assert(fraction >= 0 && fraction <= 1, `a commission fraction lies in 0..1, was ${fraction}`);
  const label = `${Number((fraction * 100).toFixed(7))} % of value`;
  return model(label, ({ value }) => timesFraction(value, fraction, 'halfEven'));
}

/**
 * The commission of the latest fill of an order that fills in parts: the cost of all its fills of the day, less what
 * the earlier ones were charged. Interactive Brokers counts an order that lives overnight as a new order of each day.
 */
export function incrementalCommission(
  commission: CommissionModel,
  soFar: OrderExecution,
  charged: Micros,
): Micros {
  return subtract(commission.ofOrder(soFar), charged);
}
