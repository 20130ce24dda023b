import { z } from 'zod';
import { throughOwner } from '../adapters/file/owner-channel.ts';
import { lastSessionClosedBy, sessionContaining } from '../calendar/nyse.ts';
import { Failure } from '../domain/failure.ts';
import { EVENT_PAYLOADS, type EventDraft } from '../events/event.ts';
import type { InferredMatch } from '../ledger/inferred-matches.ts';
import type { System } from './compose.ts';
import type { Monitors } from './monitors.ts';
import { type HomeRequest, withJournal } from './reconcile-home.ts';
import { type Requester, recordCommand, requesterOf } from './record-command.ts';
import { type TiedStatement, tieStatementFile } from './tie-statement.ts';

/** The act's name, between processes and in the journal. */
export const CORRECT_INFERRED = 'reconcile --correct-inferred';

const { execId, orderRef, symbol, by } = EVENT_PAYLOADS['fill.corrected'];

/** What is to stand in the place of inferred fills, as it is handed to the process that writes the home. */
const CORRECTIONS = z.array(z.strictObject({ execId, orderRef, symbol, by }));

export type InferredCorrection = z.output<typeof CORRECTIONS>[number];

/** Who wants the fills that were inferred corrected by a broker's statement. */
export interface AskToCorrect extends HomeRequest {
  readonly path: string;
  /** The file as it was named. */
  readonly name: string;
  readonly dryRun: boolean;
  /** Shown what would be booked; false leaves the book as it is. */
  readonly confirm: (found: readonly InferredMatch[]) => Promise<boolean>;
}

export interface CorrectedStatement {
  /** As it ties in the end. */
  readonly tied: TiedStatement;
  /** What was, or with a dry run would be, corrected. */
  readonly corrected: readonly InferredMatch[];
}

/**
 * Ties a statement and puts its trades in the place of the fills that the book only inferred, where a person agrees:
 * through the daemon that holds the home, else here. What is not certain stays as it is. Throws INPUT_INVALID for a
 * statement of another account, and where the book has changed since it was read.
 */
export async function askToCorrectInferred(request: AskToCorrect): Promise<CorrectedStatement> {
  const { home, path, name } = request;
  const tied = await tieStatementFile(home, path, name);
  if (tied.isOther) {
    throw new Failure('INPUT_INVALID', `${name} is the statement of another account`, {
      details: tied.statement.warnings.slice(0, 1),
      hint: 'nothing was corrected: name a statement of this account',
    });
  }
  const found = tied.inferred.filter(({ state }) => state === 'found');
  if (request.dryRun || found.length === 0) return { tied, corrected: found };
  if (!(await request.confirm(found))) return { tied, corrected: [] };
  const corrections = found.map(
    ({ fill, by: fills }): InferredCorrection => ({
      execId: fill.execId,
      orderRef: fill.orderRef,
      symbol: fill.symbol,
      by: [...fills],
    }),
  );
  const handed = { corrections: z.encode(CORRECTIONS, corrections) };
  await throughOwner(home, { name: CORRECT_INFERRED, args: handed }, () =>
    withJournal(request, (system, monitors) =>
      correctInferredIn(
        system,
        monitors,
        corrections,
        requesterOf(system, CORRECT_INFERRED, 'cli', request.now),
      ),
    ),
  );
  return { tied: await tieStatementFile(home, path, name), corrected: found };
}

/** The corrections of a request. Throws USAGE for what are none. */
export function correctionsOf(value: unknown): InferredCorrection[] {
  const read = CORRECTIONS.safeParse(value);
  if (read.success) return read.data;
  throw new Failure('USAGE', 'corrections of a request must be fills and what stands for them', {
    cause: read.error,
  });
}

/** The same in a home that is open; all of it or nothing. Returns how many fills were corrected. */
export async function correctInferredIn(
  system: System,
  monitors: Monitors,
  corrections: readonly InferredCorrection[],
  requester: Requester,
): Promise<number> {
  const at = system.clock.now();
  const session = sessionContaining(at) ?? lastSessionClosedBy(at);
  const names = corrections.flatMap((correction) => correction.by.map((fill) => fill.execId));
  const orders = new Set(corrections.map((correction) => correction.orderRef));
  if (new Set(names).size < names.length || orders.size < corrections.length) {
    throw new Failure('INPUT_INVALID', 'a trade or an inferred fill is named twice', {
      hint: 'nothing was corrected: tie the statement again',
    });
  }
  const drafts = corrections.map((correction) => correctionDraft(system, correction));
  const symbols = [...new Set(corrections.map((correction) => correction.symbol))];
  const write = async (): Promise<number> => {
    await system.history.append(drafts);
    await monitors.takeIn(session.date);
    return drafts.length;
  };
  const tell = (count: number): string =>
    `${count} inferred ${count === 1 ? 'fill' : 'fills'} corrected`;
  return recordCommand(system, requester, { command: CORRECT_INFERRED, symbols }, write, tell);
}

/** What the journal gets; only for what the book still holds as inferred, share for share. */
function correctionDraft({ book, clock }: System, asked: InferredCorrection): EventDraft {
  const inferred = book.inferredFill(asked.orderRef);
  const total = asked.by.reduce((sum, { quantity }) => sum + quantity, 0);
  const isSound =
    inferred !== null &&
    inferred.execId === asked.execId &&
    inferred.quantity === total &&
    asked.by.every((fill) => !fill.inferred && !book.hasFill(fill.execId)) &&
    book.canCorrect(asked.execId, asked.by);
  if (!isSound) {
    throw new Failure('INPUT_INVALID', `the book no longer infers ${asked.execId} like this`, {
      hint: 'nothing was corrected: tie the statement again',
    });
  }
  const { side, session, quantity, price, commission } = inferred;
  return {
    type: 'fill.corrected',
    at: clock.now(),
    runId: null,
    execId: asked.execId,
    orderRef: asked.orderRef,
    symbol: asked.symbol,
    side,
    session,
    old: { quantity, price, commission },
    by: asked.by,
    revision: 0,
    cause: "the broker's statement of what was inferred",
  };
}
