/** The natural logarithm of 2, as the language fixes it. */
const LN_2 = Math.LN2;

/** With |s| <= 1/5 the terms beyond s^25 are below half a unit in the last place. */
const LAST_TERM = 25;

/**
 * The natural logarithm of a positive finite number, NaN of anything else. Engines round Math.log differently; this
 * uses only operations that IEEE 754 fixes to the last bit: ln x = 2 artanh((x - 1) / (x + 1)), x brought to 2/3..4/3
 * by halving or doubling.
 */
export function naturalLog(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return Number.NaN;
  let near = x;
  let doublings = 0;
  for (; near > 4 / 3; near /= 2) doublings++;
  for (; near < 2 / 3; near *= 2) doublings--;
  const s = (near - 1) / (near + 1);
  const square = s * s;
  let series = 1 / LAST_TERM;
  for (let term = LAST_TERM - 2; term >= 1; term -= 2) series = series * square + 1 / term;
  return doublings * LN_2 + 2 * s * series;
}
