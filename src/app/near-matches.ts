/** Names shown as near. */
const MOST = 5;
/** Names that share fewer of their pairs of letters are not near. */
const LEAST_SHARE = 0.5;

/**
 * The names that a mistyped one may have meant, nearest first: by Dice's coefficient over pairs of
 * neighbouring letters, names that hold the typed text first. Of equals the earlier wins.
 */
export function nearMatches(typed: string, names: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  return names
    .map((name) => ({ name, share: likeness(wanted, name.toLowerCase()) }))
    .filter(({ share }) => share >= LEAST_SHARE)
    .sort((a, b) => b.share - a.share)
    .slice(0, MOST)
    .map(({ name }) => name);
}

function likeness(a: string, b: string): number {
  if (a === b) return 2;
  if (a !== '' && b.includes(a)) return 1;
  const left = pairsOf(b);
  let shared = 0;
  for (const [pair, count] of pairsOf(a)) shared += Math.min(count, left.get(pair) ?? 0);
  return (2 * shared) / Math.max(1, a.length + b.length - 2);
}

function pairsOf(text: string): Map<string, number> {
  const pairs = new Map<string, number>();
  for (let i = 0; i + 1 < text.length; i += 1) {
    const pair = text.slice(i, i + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}
