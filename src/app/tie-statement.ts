import { readFileSync, statSync } from 'node:fs';
import type { ActivityStatement } from '../domain/activity.ts';
import { Failure } from '../domain/failure.ts';
import type { InferredMatch } from '../ledger/inferred-matches.ts';
import { StatementTie, type TieRow } from '../ledger/statement-import.ts';
import { recordsOf } from './records.ts';

/** A broker's statement tied to the journal of a home. */
export interface TiedStatement {
  readonly statement: ActivityStatement;
  readonly rows: readonly TieRow[];
  /** Fills that the book only inferred, and what the statement says of each. */
  readonly inferred: readonly InferredMatch[];
  /** True where the statement names another account than the home's. */
  readonly isOther: boolean;
}

/** Larger files are no statement of a month: a year of many trades has some tens of megabytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Reads a broker's statement, an activity statement as CSV or a Flex query as XML, and ties it, day by day and in its
 * sums, to the journal. Writes nothing.
 */
export async function tieStatementFile(
  home: string,
  path: string,
  name: string,
): Promise<TiedStatement> {
  const text = textOf(path, name);
  const read = await statementIn(text, name);
  const tie = new StatementTie(read);
  let account: string | null = null;
  for await (const event of recordsOf(home).events()) {
    if (event.type === 'history.opened') account = event.account;
    tie.add(event);
  }
  const other =
    read.account === null || account === null || read.account === account
      ? []
      : [`the statement is of ${read.account}, this home of ${account}`];
  return {
    statement: { ...read, warnings: [...other, ...read.warnings] },
    rows: tie.rows(),
    inferred: tie.inferred(),
    isOther: other.length > 0,
  };
}

/** The parsers are loaded when there is a statement: a daemon may never see one. */
async function statementIn(text: string, name: string): Promise<ActivityStatement> {
  if (/^\uFEFF?\s*</.test(text)) {
    const { readIbkrFlex } = await import('../adapters/file/ibkr-flex.ts');
    return readIbkrFlex(text, name);
  }
  const { readIbkrActivity } = await import('../adapters/file/ibkr-activity.ts');
  return readIbkrActivity(text, name);
}

function textOf(path: string, name: string): string {
  try {
    if (statSync(path).size <= MOST_BYTES) return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure('INPUT_MISSING', `${name} cannot be read`, {
      details: [error instanceof Error ? error.message : String(error)],
      hint: 'name the file of an activity statement (CSV) or Flex query (XML)',
      cause: error,
    });
  }
  throw new Failure('DATA_REFUSED', `${name} is larger than a statement of a month`, {
    details: [`more than ${MOST_BYTES / 1024 / 1024} MB`],
    hint: 'export one month',
  });
}
