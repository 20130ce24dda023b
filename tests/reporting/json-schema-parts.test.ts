import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  as,
  date,
  define,
  definitionsOf,
  list,
  mayBeAbsent,
  oneOf,
  only,
  orNull,
  type Shape,
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

describe('the parts of an object', () => {
  // The type check of the tests refuses a line that is not so.
  it('are those of its type, in what they hold, in null and in absence', () => {
    const { name: _name, ...nameless } = PARTS;
    const valueless = oneOf(['cat'], 'Kind');
    expectTypeOf(PARTS).toExtend<Shape<Pet>>();
    expectTypeOf(nameless).not.toExtend<Shape<Pet>>();
    expectTypeOf({ ...PARTS, price: usd('Paid') }).not.toExtend<Shape<Pet>>();
    expectTypeOf({ ...PARTS, price: orNull(text('Paid')) }).not.toExtend<Shape<Pet>>();
    expectTypeOf({ ...PARTS, name: orNull(text('Name')) }).not.toExtend<Shape<Pet>>();
    expectTypeOf({ ...PARTS, name: mayBeAbsent(text('Name')) }).not.toExtend<Shape<Pet>>();
    expectTypeOf({ ...PARTS, note: text('Note') }).not.toExtend<Shape<Pet>>();
    expectTypeOf({ ...PARTS, kind: valueless }).not.toExtend<Shape<Pet>>();
    expectTypeOf({ ...PARTS, kind: text('Kind') }).not.toExtend<Shape<Pet>>();
  });
});
