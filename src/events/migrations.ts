import { assert, err, ok, type Result } from '../domain/result.ts';
import { JOURNAL_VERSION } from './event.ts';

/** A parsed line of the journal, of whatever version. */
export type RawLine = Readonly<Record<string, unknown>>;

/**
 * Brings a line of version `to - 1` to version `to`. Lines are upgraded as they are read and never rewritten: the
 * chain of hashes covers the text that was acknowledged.
 */
export interface Migration {
  readonly to: number;
  /** What changed, for the operator. */
  readonly name: string;
  readonly migrate: (line: RawLine) => RawLine;
}

/** Every migration there ever was, in order. Version 1 is the first, so it has none. */
export const MIGRATIONS: readonly Migration[] = consecutive([], JOURNAL_VERSION);

/** The migrations, or InvariantError unless they lead one by one from version 1 to the current one. */
export function consecutive(
  migrations: readonly Migration[],
  version: number,
): readonly Migration[] {
  migrations.forEach((migration, i) => {
    assert(
      migration.to === i + 2,
      `migration ${i + 1} leads to version ${i + 2}, was ${migration.to}`,
    );
  });
  assert(
    version === migrations.length + 1,
    `version ${version} needs ${version - 1} migrations, there are ${migrations.length}`,
  );
  return migrations;
}

/** Why a line cannot be brought to the current version. */
export type UpgradeProblem = 'too_new' | 'no_version';

/** The line in the current version's form. */
export function upgradeLine(
  line: RawLine,
  migrations: readonly Migration[] = MIGRATIONS,
): Result<RawLine, UpgradeProblem> {
  const version = line.v;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    return err('no_version');
  }
  if (version > migrations.length + 1) return err('too_new');
  let upgraded = line;
  for (const { to, migrate } of migrations.slice(version - 1)) {
    upgraded = { ...migrate(upgraded), v: to };
  }
  return ok(upgraded);
}
