import { readFileSync } from 'node:fs';
import { readIbkrActivity } from '../adapters/file/ibkr-activity.ts';
import type { ActivityStatement } from '../domain/activity.ts';
import { Failure } from '../domain/failure.ts';
import { StatementTie, type TieRow } from '../ledger/statement-import.ts';
import { recordsOf } from './records.ts';

/** A broker's statement tied to the journal of a home. */
export interface TiedStatement {
  readonly statement: ActivityStatement;
  readonly rows: readonly TieRow[];
}

/** Reads an activity statement and ties it, day by day and in its sums, to the journal. Writes nothing. */
export async function tieStatementFile(
  home: string,
  path: string,
  name: string,
): Promise<TiedStatement> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure('INPUT_MISSING', `${name} cannot be read`, {
      details: [error instanceof Error ? error.message : String(error)],
      hint: 'name the CSV file of an activity statement',
      cause: error,
    });
  }
  if (/^\s*</.test(text)) {
    throw new Failure('DATA_REFUSED', `${name} is XML`, {
      details: ['this version reads activity statements in their CSV form'],
      hint: 'at Interactive Brokers: Reports, Statements, Activity, CSV',
    });
  }
  const statement = readIbkrActivity(text, name);
  const tie = new StatementTie(statement);
  for await (const event of recordsOf(home).events()) tie.add(event);
  return { statement, rows: tie.rows() };
}
