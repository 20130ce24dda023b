// A plain portfolio loop over typed arrays: what a backtest could do at most in this language, and nothing of what
// makes one trustworthy. One average crosses another, one position a symbol, a fixed stake, equity at each close.
// Frozen: its trades and its result on workload W1 are asserted, so that it stays the same yardstick.
const FAST = 20;
const SLOW = 50;
const CASH = 10_000_000;
const STAKE = 10_000;

/** Adds up by sliding sums, symbol by symbol for the averages and session by session for the portfolio. */
export function plainLoop(columns, sessions) {
  const symbols = columns.length;
  const signals = columns.map(({ close }) => {
    const above = new Uint8Array(close.length);
    let fast = 0;
    let slow = 0;
    for (let i = 0; i < close.length; i++) {
      fast += close[i];
      slow += close[i];
      if (i >= FAST) fast -= close[i - FAST];
      if (i >= SLOW) slow -= close[i - SLOW];
      above[i] = i >= SLOW - 1 && fast / FAST > slow / SLOW ? 1 : 0;
    }
    return above;
  });
  const shares = new Float64Array(symbols);
  const equity = new Float64Array(sessions);
  let cash = CASH;
  let trades = 0;
  for (let t = 0; t < sessions; t++) {
    let held = 0;
    for (let s = 0; s < symbols; s++) {
      const { open, close } = columns[s];
      // What yesterday's close said is done at today's open.
      const wanted = t > 0 ? signals[s][t - 1] : 0;
      if (wanted === 1 && shares[s] === 0) {
        shares[s] = Math.floor(STAKE / open[t]);
        cash -= shares[s] * open[t];
      } else if (wanted === 0 && shares[s] > 0) {
        cash += shares[s] * open[t];
        shares[s] = 0;
        trades++;
      }
      held += shares[s] * close[t];
    }
    equity[t] = cash + held;
  }
  return { trades, profit: Math.round((equity[sessions - 1] - CASH) * 100) / 100 };
}
