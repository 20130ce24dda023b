import { describe, expect, it } from 'vitest';
import {
  as,
  count,
  date,
  define,
  definitionsOf,
  list,
  mayBeAbsent,
  oneOf,
  only,
  orNull,
  text,
  usd,
} from '../../src/reporting/json-schema-parts.ts';

interface Pet {
  readonly name: string;
  readonly kind: 'cat' | 'dog';
  readonly price: number | null;
  readonly note?: string;
}

const PARTS = {
  name: text('Name'),
  kind: oneOf(['cat', 'dog'], 'Kind'),
  price: orNull(usd('Paid')),
  note: mayBeAbsent(text('Note')),
};
const pet = define<Pet>('Pet', 'An animal', PARTS);

describe('a defined object', () => {
  it('stands once under its name, closed, with what must be there', () => {
    expect(pet.json).toEqual({ $ref: '#/$defs/Pet' });
    expect(definitionsOf([pet, list('Some', pet), orNull(pet)])).toEqual({
      Pet: {
        type: 'object',
        description: 'An animal.',
        properties: {
          name: { type: 'string', description: 'Name.' },
          kind: { type: 'string', enum: ['cat', 'dog'], description: 'Kind.' },
          price: { type: ['number', 'null'], description: 'Paid. Unit: USD.' },
          note: { type: 'string', description: 'Note.' },
        },
        required: ['name', 'kind', 'price'],
        additionalProperties: false,
      },
    });
  });

  it('brings the definitions that it needs', () => {
    const home = define<{ pets: readonly Pet[]; best: Pet | null }>('Home', 'A home', {
      pets: list('All', pet),
      best: orNull(as('The best', pet)),
    });
    const { Home, ...others } = definitionsOf([home]);
    expect(Object.keys(others)).toEqual(['Pet']);
    expect(Home).toMatchObject({
      properties: {
        pets: { type: 'array', items: { $ref: '#/$defs/Pet' }, description: 'All.' },
        best: { anyOf: [{ $ref: '#/$defs/Pet' }, { type: 'null' }], description: 'The best.' },
      },
    });
  });

  it('may not share its name with another', () => {
    const other = define<{ name: string }>('Pet', 'Another', { name: text('Name') });
    expect(() => definitionsOf([pet, other])).toThrow('one definition is named Pet');
  });
});

describe('what may be null', () => {
  it('keeps its format and its values', () => {
    expect(orNull(date('Day')).json).toMatchObject({ type: ['string', 'null'], format: 'date' });
    expect(orNull(oneOf(['a'], 'A')).json).toMatchObject({ enum: ['a', null] });
    expect(() => orNull(only('a', 'A'))).toThrow('what may be null has one type');
  });
});

/** The compiler is the check: each line must be an error, or the type check of the tests fails. */
describe('the compiler refuses a schema', () => {
  it('that is not that of its type', () => {
    const { name: _name, ...nameless } = PARTS;
    const refused = [
      // @ts-expect-error a key is missing
      define<Pet>('Missing', 'A', nameless),
      // @ts-expect-error a key is too much
      define<Pet>('More', 'A', { ...PARTS, age: count('Age', 'years'), name: text('Name') }),
      // @ts-expect-error null is not allowed where the type has it
      define<Pet>('NotNull', 'A', { ...PARTS, price: usd('Paid') }),
      // @ts-expect-error null is allowed where the type has none
      define<Pet>('Null', 'A', { ...PARTS, name: orNull(text('Name')) }),
      // @ts-expect-error a value is missing
      define<Pet>('Value', 'A', { ...PARTS, kind: oneOf(['cat'], 'Kind') }),
      // @ts-expect-error a key that may be absent is asked for
      define<Pet>('Required', 'A', { ...PARTS, note: text('Note') }),
      // @ts-expect-error a key that must be there may be absent
      define<Pet>('Absent', 'A', { ...PARTS, name: mayBeAbsent(text('Name')) }),
    ];
    expect(refused).toHaveLength(7);
  });
});
