import type { Token } from './frame.ts';

/** A field: its name, its value where none is given, and the server versions that have it: from, and before. */
type Field = readonly [name: string, absent?: string, from?: number, before?: number];

/** The fields of a message in order, after its id. */
export interface Layout {
  /** The tokens of a message at a server version. Throws at a value for a field that does not exist. */
  write(version: number, values: Readonly<Record<string, Token>>): Token[];
  /** Name to token, of a message at a server version. Throws where the count is another. */
  read(version: number, tokens: readonly string[]): Record<string, string>;
}

/** A message by the table of its fields. */
export function layout(fields: readonly Field[]): Layout {
  const names = new Set(fields.map(([name]) => name));
  const at = (version: number): readonly Field[] =>
    fields.filter(([, , from = 0, before = Infinity]) => version >= from && version < before);
  return {
    write: (version, values) => {
      const unknown = Object.keys(values).find((name) => !names.has(name));
      if (unknown !== undefined) throw new Error(`no field ${unknown}`);
      return at(version).map(([name, absent = '']) => values[name] ?? absent);
    },
    read: (version, tokens) => {
      const present = at(version);
      if (present.length !== tokens.length) {
        throw new Error(`${tokens.length} fields, ${present.length} expected at ${version}`);
      }
      return Object.fromEntries(present.map(([name], i) => [name, tokens[i] as string]));
    },
  };
}
