import { z } from 'zod';
import { MAX_MICROS, MICROS_PER_USD } from '../domain/money.ts';

/** What a key says of itself; `unit` is printed by `config explain` and kept in the JSON schema. */
interface Field<T> {
  readonly default: T;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
}

/** A share of a whole, 0..1. Above 1 it is refused: somebody wrote percent. */
export const fraction = (does: string, { default: value, min = 0, max = 1 }: Field<number>) =>
  bareFraction(min, max).default(value).meta({ description: does, unit: 'fraction' });

/** The same without a default, for alternatives that have none. */
export const requiredFraction = (does: string) =>
  bareFraction(0, 1).positive('must be above 0').meta({ description: does, unit: 'fraction' });

const aboveOne = (input: number): string =>
  `is above 1; it is a fraction, not percent: write ${plainNumber(input / 100)} for ${input} %`;

const bareFraction = (min: number, max: number) =>
  z
    .number()
    .min(min)
    .max(max, {
      error: ({ input }) => (max === 1 ? aboveOne(Number(input)) : undefined),
    });

/** Dollars: finite, not negative, at most six decimals, within the range of money. */
export const usd = (does: string, { default: value, min = 0 }: Field<number>) =>
  bareUsd(min).default(value).meta({ description: does, unit: 'USD' });

export const optionalUsd = (does: string) =>
  bareUsd(0).optional().meta({ description: does, unit: 'USD' });

const bareUsd = (min: number) =>
  z
    .number()
    .min(min)
    .max(MAX_MICROS / MICROS_PER_USD)
    .refine((dollars) => Math.round(dollars * MICROS_PER_USD) / MICROS_PER_USD === dollars, {
      error: 'has more than six decimals',
    });

/** A whole number. */
export const count = (does: string, { default: value, min = 0, max, unit }: Field<number>) => {
  const least = z.int().min(min);
  const bounded = max === undefined ? least : least.max(max);
  return bounded.default(value).meta({ description: does, ...(unit && { unit }) });
};

/** A whole number without a default: off unless set. */
export const optionalCount = (
  does: string,
  { min = 1, max, unit }: Pick<Field<number>, 'min' | 'max' | 'unit'> = {},
) => {
  const least = z.int().min(min);
  const bounded = max === undefined ? least : least.max(max);
  return bounded.optional().meta({ description: does, ...(unit && { unit }) });
};

/** Any number within bounds. */
export const number = (does: string, { default: value, min = 0, max, unit }: Field<number>) => {
  const least = z.number().min(min);
  const bounded = max === undefined ? least : least.max(max);
  return bounded.default(value).meta({ description: does, ...(unit && { unit }) });
};

/** A multiple or threshold without a default: above 0, at most 100. */
export const requiredMultiple = (does: string, unit: string) =>
  z.number().positive('must be above 0').max(100).meta({ description: does, unit });

export const flag = (does: string, value: boolean) =>
  z.boolean().default(value).meta({ description: does });

export const choice = <const T extends readonly [string, ...string[]]>(
  does: string,
  values: T,
  value: T[number],
) =>
  z
    .enum(values)
    .default(value as never)
    .meta({ description: does });

/** A path; a relative one starts at the home. */
export const optionalPath = (does: string) =>
  z
    .string()
    .min(1)
    .optional()
    .meta({ description: `${does}; a relative path starts at the home` });

/** Without the noise of binary fractions: 0.02, not 0.020000000000000004. */
export const plainNumber = (value: number): string => String(Number(value.toPrecision(12)));
