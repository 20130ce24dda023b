import { z } from 'zod';
import { MAX_MICROS, MICROS_PER_USD } from '../domain/money.ts';

/** What a key says of itself; `unit` is printed by `config explain` and kept in the JSON schema. */
interface Field<T> {
  readonly default: T;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
}

/** Says it of the schema itself, where `meta` would say it of a copy: the start of every command makes all these. */
const told = <T extends z.ZodType>(schema: T, says: z.core.GlobalMeta): T => {
  z.globalRegistry.add(schema, says);
  return schema;
};

/** A share of a whole, 0..1. Above 1 it is refused: somebody wrote percent. */
export const fraction = (does: string, { default: value, min = 0, max = 1 }: Field<number>) =>
  told(bareFraction(min, max).default(value), { description: does, unit: 'fraction' });

/** The same without a default, for alternatives that have none. */
export const requiredFraction = (does: string) =>
  told(bareFraction(0, 1).positive('must be above 0'), { description: does, unit: 'fraction' });

const aboveOne = (input: number): string =>
  `is above 1; it is a fraction, not percent: write ${plainNumber(input / 100)} for ${input} %`;

const bareFraction = (min: number, max: number) =>
  z
    .number()
    .check(
      z.gte(min),
      z.lte(max, { error: ({ input }) => (max === 1 ? aboveOne(Number(input)) : undefined) }),
    );

/** Dollars: finite, not negative, at most six decimals, within the range of money. */
export const usd = (does: string, { default: value, min = 0 }: Field<number>) =>
  told(bareUsd(min).default(value), { description: does, unit: 'USD' });

export const optionalUsd = (does: string) =>
  told(bareUsd(0).optional(), { description: does, unit: 'USD' });

const bareUsd = (min: number) =>
  z.number().check(
    z.gte(min),
    z.lte(MAX_MICROS / MICROS_PER_USD),
    z.refine((dollars) => Math.round(dollars * MICROS_PER_USD) / MICROS_PER_USD === dollars, {
      error: 'has more than six decimals',
    }),
  );

const bounds = (min: number, max: number | undefined) =>
  max === undefined ? [z.gte(min)] : [z.gte(min), z.lte(max)];

const wholeNumber = (min: number, max: number | undefined) => z.int().check(...bounds(min, max));

/** A whole number. */
export const count = (does: string, { default: value, min = 0, max, unit }: Field<number>) =>
  told(wholeNumber(min, max).default(value), { description: does, ...(unit && { unit }) });

/** A whole number without a default: off unless set. */
export const optionalCount = (
  does: string,
  { min = 1, max, unit }: Pick<Field<number>, 'min' | 'max' | 'unit'> = {},
) => told(wholeNumber(min, max).optional(), { description: does, ...(unit && { unit }) });

/** Any number within bounds. */
export const number = (does: string, { default: value, min = 0, max, unit }: Field<number>) => {
  const bounded = z.number().check(...bounds(min, max));
  return told(bounded.default(value), { description: does, ...(unit && { unit }) });
};

/** A multiple or threshold without a default: above 0, at most 100. */
export const requiredMultiple = (does: string, unit: string) =>
  told(z.number().positive('must be above 0').max(100), { description: does, unit });

export const flag = (does: string, value: boolean) =>
  told(z.boolean().default(value), { description: does });

export const choice = <const T extends readonly [string, ...string[]]>(
  does: string,
  values: T,
  value: T[number],
) => told(z.enum(values).default(value as never), { description: does });

/** A path; a relative one starts at the home. */
export const optionalPath = (does: string) =>
  told(z.string().min(1).optional(), {
    description: `${does}; a relative path starts at the home`,
  });

/** Without the noise of binary fractions: 0.02, not 0.020000000000000004. */
export const plainNumber = (value: number): string => String(Number(value.toPrecision(12)));
