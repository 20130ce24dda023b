import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vitest/node';

/** A node of the syntax tree: its type, where it stands, and children under any other name. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** One use of another module, in whatever form: import, export from, import(), typeof import(), new URL. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the root of the project where the specifier is relative, else null. */
  readonly target: string | null;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** One file of the house, read and parsed. Paths are from the root, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly nodes: readonly Node[];
  readonly imports: readonly Import[];
  readonly lineOf: (offset: number) => number;
}

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Files below the given places of the project, where these exist, whose names end as given; results are skipped. */
export function filesIn(places: readonly string[], endings: readonly string[]): string[] {
  const walk = (path: string): string[] =>
    readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) => {
      const below = posix.join(path, entry.name);
      if (entry.isDirectory()) return entry.name === 'results' ? [] : walk(below);
      return endings.some((ending) => entry.name.endsWith(ending)) ? [below] : [];
    });
  return places
    .filter((place) => existsSync(join(ROOT, place)))
    .flatMap((place) => (statSync(join(ROOT, place)).isDirectory() ? walk(place) : [place]))
    .sort();
}

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export const readSource = (path: string): Source => sourceOf(path, readText(path));

/** A text as the source it would be at that path. */
export function sourceOf(path: string, text: string): Source {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lineOf = (offset: number) => starts.findLastIndex((start) => start <= offset) + 1;
  const program = parseAst(text, { lang: 'ts', sourceType: 'module' }, path) as unknown as Node;
  const nodes = [...descend(program)];
  return { path, text, nodes, imports: importsOf(path, nodes, lineOf), lineOf };
}

function* descend(node: Node): Generator<Node> {
  yield node;
  for (const child of Object.values(node)) {
    for (const item of Array.isArray(child) ? child : [child])
      if (isNode(item)) yield* descend(item);
  }
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** The text of a literal or identifier, or of "Date.now" for a member; null for anything less plain. */
export function nameOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === 'Identifier') return String(node.name);
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'ChainExpression') return nameOf(node.expression);
  if (node.type === 'MetaProperty') return `${nameOf(node.meta)}.${nameOf(node.property)}`;
  if (node.type !== 'MemberExpression') return null;
  const [object, property] = [nameOf(node.object), nameOf(node.property)];
  const plain =
    node.computed !== true || (isNode(node.property) && node.property.type === 'Literal');
  return object !== null && property !== null && plain ? `${object}.${property}` : null;
}

function importsOf(
  path: string,
  nodes: readonly Node[],
  lineOf: (offset: number) => number,
): Import[] {
  return nodes.flatMap((node) => {
    const named = moduleNamedBy(node);
    // A computed specifier names no module that could be looked up here.
    if (!isNode(named) || named.type !== 'Literal') return [];
    const specifier = String(named.value);
    const relative = specifier.startsWith('.');
    const target = relative
      ? posix.join(posix.dirname(path), specifier.replace(/(?<=\/[^/]+)\.js$/, '.ts'))
      : null;
    return [{ specifier, target, typeOnly: isTypeOnly(node), line: lineOf(node.start) }];
  });
}

function moduleNamedBy(node: Node): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source;
    case 'NewExpression': {
      const [file, base] = node.arguments as unknown[];
      const beside = nameOf(node.callee) === 'URL' && nameOf(base) === 'import.meta.url';
      return beside && /\.[jt]s$/.test(nameOf(file) ?? '') ? file : null;
    }
    default:
      return null;
  }
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type')
    return true;
  const specifiers = Array.isArray(node.specifiers) ? (node.specifiers as Node[]) : [];
  return (
    specifiers.length > 0 &&
    specifiers.every((item) => item.importKind === 'type' || item.exportKind === 'type')
  );
}
