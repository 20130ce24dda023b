import { type Micros, micros, mulDiv, usd } from '../domain/money.ts';
import { assertExists } from '../domain/result.ts';
import { type SessionDate, sessionDate } from '../domain/time.ts';

/** The SEC's fee on sales from a date on. */
export interface SecRate {
  readonly from: SessionDate;
  /** US cents per million dollars of sales. */
  readonly centsPerMillionUsd: number;
  readonly source: string;
}

/** FINRA's trading activity fee on shares sold, from a date on. */
export interface TafRate {
  readonly from: SessionDate;
  readonly perShare: Micros;
  readonly maxPerTrade: Micros;
  readonly source: string;
}

const sec = (from: string, usdPerMillion: number, source: string): SecRate => ({
  from: sessionDate(from),
  centsPerMillionUsd: Math.round(usdPerMillion * 100),
  source,
});

const taf = (from: string, perShareUsd: number, maxUsd: number, source: string): TafRate => ({
  from: sessionDate(from),
  perShare: usd(perShareUsd),
  maxPerTrade: usd(maxUsd),
  source,
});

/**
 * Section 31 of the Securities Exchange Act: dollars per million of covered sales, by charge date. Exchanges pay it
 * and brokers pass it on to the seller. The first row also stands for earlier dates, the last for later ones until
 * the SEC publishes another. Rows "FINRA notice" and "SEC advisory" were read there or in a report that quotes them;
 * for the two rows marked "date not re-checked" only the rate was confirmed.
 */
export const SEC_RATES: readonly SecRate[] = [
  sec('2012-04-01', 22.4, 'SEC press release 2012-232, fee rate advisory 2 for fiscal year 2013'),
  sec('2013-05-25', 17.4, 'FINRA information notice 2014-03-03 names it as the rate before'),
  sec('2014-03-18', 22.1, 'FINRA information notice 2014-03-03'),
  sec('2015-02-14', 18.4, 'SEC fee rate advisory 2 for fiscal year 2015'),
  sec('2016-02-16', 21.8, 'FINRA information notice 2016-03-15'),
  sec('2017-07-04', 23.1, 'FINRA information notice 2018-05-07 names it as the rate before'),
  sec('2018-05-22', 13, 'FINRA information notice 2018-05-07'),
  sec('2019-04-16', 20.7, 'SEC fee rate advisory 2 for fiscal year 2019; 84 FR 9576'),
  sec('2020-02-18', 22.1, 'FINRA information notice 2020-02-03; 85 FR 2218'),
  sec('2021-02-25', 5.1, 'SEC fee rate advisory 2 for fiscal year 2021; 86 FR 6694'),
  sec('2022-05-14', 22.9, 'SEC fee rate advisory 2 for fiscal year 2022; date not re-checked'),
  sec('2023-02-27', 8, '88 FR 5051, order for fiscal year 2023; date not re-checked'),
  sec('2024-05-22', 27.8, '89 FR 29402, order for fiscal year 2024'),
  sec('2025-05-14', 0, 'FINRA information notice 2025-04-24; 90 FR 15492'),
  sec('2026-04-04', 20.6, '91 FR 10643, order for fiscal year 2026'),
];

/**
 * Section 1 of Schedule A to the FINRA By-Laws: dollars per share sold with a most per trade, by trade date. Lower
 * rates of 2012 and before are not listed: the first row stands for them too. FINRA filed a pause of the fee for
 * October to December 2026 (SR-FINRA-2026-021); it is not modelled, which overstates the cost of those months.
 */
export const TAF_RATES: readonly TafRate[] = [
  taf(
    '2012-07-01',
    0.000119,
    5.95,
    'FINRA fee increase schedule of SR-FINRA-2020-032, column 2020',
  ),
  taf('2022-01-01', 0.00013, 6.49, 'FINRA fee increase schedule of SR-FINRA-2020-032'),
  taf('2023-01-01', 0.000145, 7.27, 'FINRA fee increase schedule of SR-FINRA-2020-032'),
  taf(
    '2024-01-01',
    0.000166,
    8.3,
    'FINRA fee increase schedule of SR-FINRA-2020-032; kept in 2025',
  ),
  taf('2026-01-01', 0.000195, 9.79, 'SR-FINRA-2024-019, 89 FR 93709'),
  taf('2027-01-01', 0.000232, 11.61, 'SR-FINRA-2024-019, 89 FR 93709'),
  taf('2028-01-01', 0.00024, 12.05, 'SR-FINRA-2024-019, 89 FR 93709'),
];

function inForce<T extends { readonly from: SessionDate }>(
  rates: readonly T[],
  date: SessionDate,
): T {
  const row = rates.findLast((rate) => rate.from <= date) ?? rates[0];
  return assertExists(row, 'a fee table has rows');
}

/** The SEC fee of one sell order of this value, half even. */
export const secFee = (value: Micros, session: SessionDate): Micros =>
  micros(mulDiv(value, inForce(SEC_RATES, session).centsPerMillionUsd, 100_000_000, 'halfEven'));

/** The trading activity fee of one sell order of this many shares. */
export function tafFee(quantity: number, session: SessionDate): Micros {
  const rate = inForce(TAF_RATES, session);
  return micros(Math.min(mulDiv(rate.perShare, quantity, 1, 'halfEven'), rate.maxPerTrade));
}
