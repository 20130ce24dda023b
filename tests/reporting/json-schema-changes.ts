/** A sound document with one thing changed, and where. */
export interface Changed {
  readonly change: string;
  readonly document: unknown;
}

/** Every list cut to its first row: what follows it is of the same kind. */
export function shortened(value: unknown, rows = 1): unknown {
  if (Array.isArray(value)) return value.slice(0, rows).map((item) => shortened(item, rows));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, shortened(item, rows)]),
  );
}

const another = (value: unknown): unknown => {
  if (typeof value === 'string') return 1;
  if (Array.isArray(value)) return {};
  return typeof value === 'object' && value !== null ? [] : 'another type';
};

/** Text is null for text that may be null as well, so null takes a type that nothing here has beside it. */
const changedType = (value: unknown): unknown => (value === null ? [[]] : another(value));

/**
 * A document once for every key taken away, every object with a key more, and every value of another type. `isOpen`
 * names objects whose keys are data, by their key: there none of the first two is a change of form.
 */
export function* changesOf(
  value: unknown,
  isOpen: (key: string) => boolean,
  path: readonly string[] = [],
): Generator<Changed> {
  const where = path.join('.');
  if (path.length > 0) yield { change: `${where} of another type`, document: changedType(value) };
  if (typeof value !== 'object' || value === null) return;
  const entries = Object.entries(value);
  const put = (key: string, own: unknown): unknown =>
    Array.isArray(value)
      ? value.map((item, i) => (String(i) === key ? own : item))
      : { ...value, [key]: own };
  if (!Array.isArray(value) && !isOpen(path.at(-1) ?? '')) {
    yield { change: `${where} with a key more`, document: { ...value, surprise: 1 } };
    for (const [key] of entries) {
      const document = Object.fromEntries(entries.filter(([other]) => other !== key));
      yield { change: `${where} without ${key}`, document };
    }
  }
  for (const [key, item] of entries) {
    for (const { change, document } of changesOf(item, isOpen, [...path, key])) {
      yield { change, document: put(key, document) };
    }
  }
}
