import type { Occurrence } from '../calendar/windows.ts';
import type { BrokerWindow } from '../config/schema.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../domain/time.ts';
import { caughtUpUntil, type PlannedSlot } from './session-plan.ts';
import { durationText } from './words.ts';

/** What to do with a slot whose time has come. */
export type SlotVerdict =
  | { readonly kind: 'begin'; readonly lateMs: number }
  /** The broker is away until then, and the law lets the slot wait. */
  | { readonly kind: 'hold'; readonly until: EpochMs }
  | { readonly kind: 'miss'; readonly cause: string };

/** What is known when a slot is judged. */
export interface Circumstances {
  readonly now: EpochMs;
  /** The window of the broker that is in progress. */
  readonly window: Occurrence<BrokerWindow> | null;
  /** Why a slot that is late now is late. */
  readonly delay: string;
  /** When the close of the slot's session will be valued, where that is still to come; null where it was. */
  readonly closesAt: EpochMs | null;
  /** Why no scan may begin, though nothing is late; null where it may. */
  readonly noEntries: string | null;
}

/** Judges a slot by the law of its job. */
export function judgeSlot(slot: PlannedSlot, circumstances: Circumstances): SlotVerdict {
  const { now, window, delay, noEntries, closesAt } = circumstances;
  const { maxLatenessMs } = slot.law;
  const lateMs = Math.max(0, now - slot.at);
  if (window !== null) {
    const { name, kind, to } = window.window;
    if (mayBegin(slot, window.to)) return { kind: 'hold', until: window.to };
    return { kind: 'miss', cause: `${kind} of the broker: ${name} until ${to} ET` };
  }
  if (!mayBegin(slot, now)) {
    const most = durationText(maxLatenessMs);
    return { kind: 'miss', cause: `late by ${durationText(lateMs)}, ${most} at most: ${delay}` };
  }
  if (slot.row.job === 'report' && closesAt !== null) return { kind: 'hold', until: closesAt };
  if (slot.row.job === 'scan' && noEntries !== null) return { kind: 'miss', cause: noEntries };
  return { kind: 'begin', lateMs };
}

/** True where the law lets a slot begin at an instant. */
function mayBegin(slot: PlannedSlot, at: EpochMs): boolean {
  if (at - slot.at <= slot.law.maxLatenessMs) return true;
  return slot.law.catchUp === 'once' && at < caughtUpUntil(slot);
}

/** How long a failed job waits before it begins once more: 5 s, 30 s, then 3 minutes. */
const BACKOFF_MS = [5 * SECOND_MS, 30 * SECOND_MS, 3 * MINUTE_MS] as const;

/** The wait after so many attempts. */
export const backoffMs = (attempts: number): number =>
  BACKOFF_MS[Math.min(attempts, BACKOFF_MS.length) - 1] ?? BACKOFF_MS[0];
