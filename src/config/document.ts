import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parse,
  parseDocument,
} from 'yaml';
import { dotted, type Problem } from './problem.ts';

/** A configuration file as plain values, and where each of them stands. */
export interface ConfigDocument {
  /** Undefined where the text is not YAML at all. */
  readonly tree: Readonly<Record<string, unknown>> | undefined;
  readonly problems: readonly Problem[];
  /** "FILE:line:col" of the value at a path, or of the nearest one around it. */
  readonly valueAt: (path: readonly PropertyKey[]) => string;
  /** The same of the key itself. */
  readonly keyAt: (path: readonly PropertyKey[]) => string;
  /** Whether the file itself gives this path a value. */
  readonly has: (path: readonly PropertyKey[]) => boolean;
}

interface Offsets {
  readonly key: number;
  readonly value: number;
}

/**
 * Reads YAML 1.2 (of which JSON is a part). Finds broken syntax and duplicate keys; the schema
 * finds the rest.
 */
export function readDocument(text: string, label: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${label}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const offsets = new Map<string, Offsets>();
  const repeated = new Map<number, string>();
  indexNode(document.contents, [], offsets, repeated);
  const problem = (offset: number, key: string, message: string): Problem => ({
    where: at(offset),
    key,
    message,
    source: 'config',
  });
  const problems = [...document.errors, ...document.warnings].map(
    ({ code, message, pos: [start] }) =>
      code === 'DUPLICATE_KEY'
        ? problem(start, repeated.get(start) ?? '', 'stands twice; keep one')
        : problem(start, '', firstLine(message)),
  );
  const broken = [...document.errors, ...document.warnings].some(
    ({ code }) => code !== 'DUPLICATE_KEY',
  );
  let tree: unknown;
  try {
    if (!broken) tree = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    problems.push(problem(0, '', firstLine((error as Error).message)));
  }
  if (tree !== undefined && (tree === null || typeof tree !== 'object' || Array.isArray(tree))) {
    problems.push(problem(0, '', 'must be keys with values, as in "mode: sim"'));
    tree = undefined;
  }
  const find = (path: readonly PropertyKey[]): Offsets =>
    offsets.get(dotted(path)) ??
    (path.length === 0 ? { key: 0, value: 0 } : find(path.slice(0, -1)));
  return {
    tree: tree as Readonly<Record<string, unknown>> | undefined,
    problems,
    valueAt: (path) => at(find(path).value),
    keyAt: (path) => at(find(path).key),
    has: (path) => offsets.has(dotted(path)),
  };
}

/**
 * One value written in flow style, as an environment variable holds a list or a map. Throws on
 * broken syntax.
 */
export const readFlow = (text: string): unknown => parse(text, { maxAliasCount: 0 });

const firstLine = (text: string): string => text.split('\n')[0] ?? text;

function indexNode(
  node: Node | null,
  path: readonly PropertyKey[],
  offsets: Map<string, Offsets>,
  repeated: Map<number, string>,
): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      const start = (key as Node | null)?.range?.[0] ?? 0;
      const child = [...path, name];
      if (offsets.has(dotted(child))) repeated.set(start, dotted(child));
      offsets.set(dotted(child), {
        key: start,
        value: (value as Node | null)?.range?.[0] ?? start,
      });
      if (!isAlias(value)) indexNode(value as Node | null, child, offsets, repeated);
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      const start = (item as Node | null)?.range?.[0] ?? 0;
      offsets.set(dotted([...path, index]), { key: start, value: start });
      if (!isAlias(item)) indexNode(item as Node | null, [...path, index], offsets, repeated);
    });
  }
}
