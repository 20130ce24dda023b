import { INELIGIBLE_REASONS, type IneligibleReason } from '../domain/reason.ts';

/** Reasons of rows are kept as their place in the closed list; a row with a score has none. */
export const SCORED = -1;

const CODES: ReadonlyMap<string, number> = new Map(INELIGIBLE_REASONS.map((name, i) => [name, i]));

/** The place of a reason in the closed list. */
export const codeOf = (reason: IneligibleReason): number => CODES.get(reason) as number;
