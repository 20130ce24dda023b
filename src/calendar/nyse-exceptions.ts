/**
 * What the exchange did once and no rule foretells: days it stayed closed, and days it opened late
 * or closed early. Trading halts inside a session are not in it: a session is from its first to its
 * last regular trade. Left out on purpose for that reason: 1990-11-23, 1998-10-26, 2001-06-08 and
 * 2015-07-08 (systems), 1997-10-27 14:36 to 15:06 and 2020-03-09, -12, -16, -18 (circuit breakers),
 * and moments of silence after the open. On 2009-07-02 the exchange stayed open until 16:15 to
 * finish orders a system fault had held up; that session keeps its regular close.
 */

/** The exchange's own list of its special closings from 1885 to January 2011. */
export const NYSE_CLOSINGS =
  'NYSE, Special Closings 1885 to January 2011, ' +
  'https://github.com/rsheftel/pandas_market_calendars/files/6827110/Stocks.NYSE-Closings.pdf';

/** A weekday without trading. */
export interface SpecialClosure {
  readonly date: string;
  readonly name: string;
  readonly source: string;
}

/**
 * Hours that differ from 09:30 to 16:00; absent means the regular time. New York wall time,
 * "HH:MM".
 */
export interface SpecialHours {
  readonly date: string;
  readonly open?: string;
  readonly close?: string;
  readonly name: string;
  readonly source: string;
}

const SEPTEMBER_11 = 'Attack on the World Trade Center';
const SANDY = 'Hurricane Sandy';
const SANDY_SOURCE =
  'https://www.theguardian.com/business/marketforceslive/2012/oct/30/new-york-stock-exchanges-superstorm-sandy-1888 (2012-10-30)';

export const SPECIAL_CLOSURES: readonly SpecialClosure[] = [
  {
    date: '1994-04-27',
    name: 'National day of mourning for President Nixon',
    source: `${NYSE_CLOSINGS}; Chicago Tribune, 1994-04-26`,
  },
  { date: '2001-09-11', name: SEPTEMBER_11, source: NYSE_CLOSINGS },
  { date: '2001-09-12', name: SEPTEMBER_11, source: NYSE_CLOSINGS },
  { date: '2001-09-13', name: SEPTEMBER_11, source: NYSE_CLOSINGS },
  { date: '2001-09-14', name: SEPTEMBER_11, source: NYSE_CLOSINGS },
  {
    date: '2004-06-11',
    name: 'National day of mourning for President Reagan',
    source: NYSE_CLOSINGS,
  },
  {
    date: '2007-01-02',
    name: 'National day of mourning for President Ford',
    source: `${NYSE_CLOSINGS}; https://money.cnn.com/2006/12/28/markets/ford_nyse/index.htm (2006-12-29)`,
  },
  { date: '2012-10-29', name: SANDY, source: SANDY_SOURCE },
  { date: '2012-10-30', name: SANDY, source: SANDY_SOURCE },
  {
    date: '2018-12-05',
    name: 'National day of mourning for President George H. W. Bush',
    source: 'NYSE release, https://www.tmcnet.com/usubmit/2018/12/01/8860763.htm (2018-12-01)',
  },
  {
    date: '2025-01-09',
    name: 'National day of mourning for President Carter',
    source:
      'NYSE release, https://ir.theice.com/press/news-details/2024/The-New-York-Stock-Exchange-Will-Close-Markets-on-January-9-to-Honor-the-Passing-of-Former-President-Jimmy-Carter-on-National-Day-of-Mourning/default.aspx (2024-12-30)',
  },
];

export const SPECIAL_HOURS: readonly SpecialHours[] = [
  {
    // Not 09:31, as some libraries have it: the exchange's list and the reports of the day say 11:00.
    date: '1990-12-27',
    open: '11:00',
    name: 'Late open: transformer explosion',
    source: `${NYSE_CLOSINGS}; https://www.latimes.com/archives/la-xpm-1990-12-27-fi-10307-story.html (1990-12-27)`,
  },
  {
    date: '1991-01-17',
    open: '09:31',
    name: 'Late open: minute of silence for the troops in the Persian Gulf',
    source: NYSE_CLOSINGS,
  },
  {
    date: '1991-02-25',
    open: '09:31',
    name: 'Late open: minute of silence for the troops in the Persian Gulf',
    source: NYSE_CLOSINGS,
  },
  { date: '1994-02-11', close: '14:30', name: 'Early close: snowstorm', source: NYSE_CLOSINGS },
  {
    date: '1995-12-18',
    open: '10:30',
    name: 'Late open: computer trouble',
    source: `${NYSE_CLOSINGS}; https://www.latimes.com/archives/la-xpm-1995-12-19-fi-15720-story.html (1995-12-19)`,
  },
  {
    date: '1996-01-08',
    open: '11:00',
    close: '14:00',
    name: 'Late open and early close: blizzard',
    source: `${NYSE_CLOSINGS}; https://www.apnews.com/5a53fc70e2d1e46e52cd5d636020d891 (1996-01-08)`,
  },
  {
    date: '1997-10-27',
    close: '15:30',
    name: 'Early close: circuit breaker',
    source:
      'SEC Division of Market Regulation, Trading Analysis of October 27 and 28, 1997, http://www.columbia.edu/~hcs14/tradrep.htm (1998-09)',
  },
  {
    date: '1997-12-26',
    close: '13:00',
    name: 'Early close: day after Christmas',
    source: NYSE_CLOSINGS,
  },
  {
    // Not in the exchange's list of special closings; its board decided it in June 1999 and the
    // session ended at 13:00.
    date: '1999-12-31',
    close: '13:00',
    name: "Early close: New Year's Eve before 2000",
    source:
      'NYSE board, https://mondovisione.com/media-and-resources/news/the-new-york-stock-exchange-defers-offhours-trading-until-second-half-2000 (1999-06-04); https://benzinga.com/general/education/21/12/24844850/this-day-in-market-history-nyse-braces-for-potential-y2k-chaos',
  },
  {
    date: '2001-09-17',
    open: '09:33',
    name: 'Late open: silence for the victims of September 11',
    source: NYSE_CLOSINGS,
  },
  {
    date: '2001-10-08',
    open: '09:31',
    name: 'Late open: minute of silence for the troops',
    source: NYSE_CLOSINGS,
  },
  {
    // 11:00 was announced in August; the exchange waited for the end of the ceremonies.
    date: '2002-09-11',
    open: '12:00',
    name: 'Late open: anniversary of September 11',
    source: `${NYSE_CLOSINGS}; http://variety.com/2002/scene/markets-festivals/market-s-mourning-session-1117872664/ (2002-09-11)`,
  },
  {
    date: '2003-03-20',
    open: '09:32',
    name: 'Late open: silence for the troops in Iraq',
    source: NYSE_CLOSINGS,
  },
  {
    date: '2003-12-26',
    close: '13:00',
    name: 'Early close: day after Christmas',
    source: NYSE_CLOSINGS,
  },
  {
    date: '2004-06-07',
    open: '09:32',
    name: 'Late open: silence for President Reagan',
    source: NYSE_CLOSINGS,
  },
  {
    date: '2005-06-01',
    close: '15:56',
    name: 'Early close: communications failure',
    source: `${NYSE_CLOSINGS}; https://www.latimes.com/archives/la-xpm-2005-jun-02-fi-glitch2-story.html (2005-06-02)`,
  },
  {
    date: '2006-12-27',
    open: '09:32',
    name: 'Late open: silence for President Ford',
    source: `${NYSE_CLOSINGS}; https://www.foxnews.com/story/stock-markets-observe-moments-of-silence-in-honor-of-late-president-gerald-ford (2006-12-27)`,
  },
];
