import { join } from 'node:path';
import { writeAtomic } from '../adapters/file/atomic-file.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import { newYorkTime } from '../calendar/nyse.ts';
import { type EpochMs, isoUtc, type Session } from '../domain/time.ts';
import { type Reconciliation, reconcile } from '../ledger/reconcile.ts';
import type { System } from './compose.ts';

/**
 * Compares the book with the broker's statement, journals the result and writes it to
 * reports/reconciliation/YYYY-MM-DDTHHMM.json, so that a second one the same day erases nothing.
 */
export async function runReconcile(
  system: System,
  session: Session,
  at: EpochMs,
): Promise<Reconciliation> {
  const { book, broker, clock, history, outputDir } = system;
  const statement = await broker.statement(session.openAt);
  const result = reconcile(book, statement);
  const time = newYorkTime(at).slice(0, 5).replace(':', '');
  const dir = join(outputDir, 'reports', 'reconciliation');
  nodeFileSystem.makeFolder(dir);
  const content = {
    schemaVersion: 1,
    session: session.date,
    at: isoUtc(at),
    account: statement.account,
    complete: result.complete,
    compared: result.compared,
    discrepancies: result.discrepancies,
  };
  const path = join(dir, `${session.date}T${time}.json`);
  writeAtomic(nodeFileSystem, path, `${JSON.stringify(content, null, 2)}\n`);
  await history.append([
    {
      type: 'reconcile.completed',
      at: clock.now(),
      runId: null,
      complete: result.complete,
      compared: result.compared,
      discrepancies: [...result.discrepancies],
    },
  ]);
  return result;
}
