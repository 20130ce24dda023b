import { createHash } from 'node:crypto';
import { type LimitValues, liveAck } from '../risk/arming.ts';
import type { Config } from './schema.ts';

/** Sections that say how much may be lost and how fast: what live trading acknowledges. */
const LIMITS = ['capital', 'sizing', 'risk', 'breakers', 'intensity', 'approval'] as const;
/** Keys of other sections that hold entries back. */
const BESIDES: readonly (readonly [string, string])[] = [
  ['entry', 'type'],
  ['entry', 'collarFraction'],
  ['entry', 'maxQuoteAgeMs'],
  ['entry', 'noEntryFirstMinutes'],
  ['entry', 'noEntryLastMinutes'],
  ['entry', 'scaleIn'],
  ['scan', 'minPriceUsd'],
  ['scan', 'minActivityUsd'],
  ['scan', 'maxSpreadBps'],
];

/** Every limit of a configuration by its key, "risk.maxPositions"; deeper values are one key. */
export function limitsOf(config: Config): LimitValues {
  const sections = config as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const limits = new Map<string, unknown>();
  for (const section of LIMITS) {
    for (const [key, value] of Object.entries(sections[section] ?? {})) {
      limits.set(`${section}.${key}`, value);
    }
  }
  for (const [section, key] of BESIDES) {
    const value = sections[section]?.[key];
    if (value !== undefined) limits.set(`${section}.${key}`, value);
  }
  return new Map([...limits].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** SHA-256 in hex of all limits: another value of any of them is another hash. */
export const limitsHash = (config: Config): string =>
  createHash('sha256')
    .update(JSON.stringify([...limitsOf(config)]))
    .digest('hex');

/** What live trading has to acknowledge: the account with every limit. */
export const liveAckOf = (
  config: Config,
): { readonly ack: string; readonly limits: LimitValues } => ({
  ack: liveAck(config.ib.account, limitsHash(config)),
  limits: limitsOf(config),
});
