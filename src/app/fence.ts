import type { History } from '../ports/history.ts';
import type { System } from './compose.ts';
import type { TakeIn } from './reconcile-job.ts';

/** Thrown into a job that goes on after it was given up. */
class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/**
 * A system for one job, which can be taken away from it. Whatever a job does to the account it writes down first, so a
 * job that can no longer write can no longer send; it ends at its next step.
 */
export function fenced(
  system: System,
  takeIn: TakeIn,
): { readonly system: System; readonly takeIn: TakeIn; readonly close: () => void } {
  let closed = false;
  const unlessClosed = <T>(act: () => Promise<T>): Promise<T> =>
    closed ? Promise.reject(new Abandoned('this job was given up')) : act();
  const history: History = {
    append: (events) => unlessClosed(() => system.history.append(events)),
    close: () => system.history.close(),
  };
  return {
    system: { ...system, history },
    takeIn: (session) => unlessClosed(() => takeIn(session)),
    close: () => {
      closed = true;
    },
  };
}
