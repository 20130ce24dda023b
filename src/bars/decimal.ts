const DECIMAL = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;

/** True for the decimal notations a bar file may use: "187.43", "-1", ".5", "6.7e-05". No blanks, no separators. */
export const isDecimal = (text: string): boolean => DECIMAL.test(text);

/** The double nearest to a decimal text, as Number(text) gives it; NaN where it is not a decimal. */
export const parseDecimal = (text: string): number => (isDecimal(text) ? Number(text) : Number.NaN);
