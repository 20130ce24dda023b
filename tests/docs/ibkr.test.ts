import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ibMessage } from '../../src/adapters/ib/ib-messages.ts';
import { orderMessage } from '../../src/adapters/ib/ib-order-errors.ts';
import { ROOT } from '../tidy/source.ts';
import { CODES } from './ibkr-codes.ts';
import { REQUIREMENTS, type Requirement } from './ibkr-requirements.ts';
import { hasTest, table, withPrinted } from './page.ts';

const PAGE = 'docs/IBKR.md';

const FOLLOWS = {
  nothing: 'nothing',
  line_lost: 'nothing is sent until it is back',
  line_restored: 'book and broker are compared',
  data_lost: 'everything is asked for again, book and broker are compared',
  connection_ends: 'this connection is given up, another is made',
  farm_broken: 'noted: prices or bars may be missing',
  farm_ok: 'noted',
  farm_idle: 'noted: it wakes up when it is asked',
  request_ends: 'what was asked for is unknown, or none where the text says so',
  person: 'a person has to change something',
} as const;

const SAYS_OF_ORDER = {
  refused: 'not taken, unless it is seen to work',
  id_used: 'not sent: the id was used before',
  cancelled: 'withdrawn',
  cancel_refused: 'the withdrawal was not taken: asked how it stands',
  remark: 'it works on',
  unknown: '',
} as const;

const testsOf = ({ tests }: Requirement): string =>
  tests.map(([file, title]) => `\`${file}\` "${title}"`).join('; ');

describe('docs/IBKR.md', () => {
  it('has every requirement with its code, its test, or why there is none', async () => {
    const page = withPrinted(PAGE, {
      codes: table(
        ['Code', 'What it says', 'On an order', 'Otherwise'],
        CODES.map(([code, words]) => [
          String(code),
          words,
          SAYS_OF_ORDER[orderMessage(code)],
          FOLLOWS[ibMessage(code).follows],
        ]),
      ),
      requirements: table(
        ['', 'What has to be', 'Code', 'Test', 'Not, or otherwise'],
        REQUIREMENTS.map((one, i) => [
          `R${i + 1}`,
          one.words,
          one.code.map((file) => `\`${file}\``).join(' '),
          testsOf(one),
          one.not ?? '',
        ]),
      ),
    });
    await expect(page).toMatchFileSnapshot(`../../${PAGE}`);
  });

  it.each(REQUIREMENTS.map((one, i) => [`R${i + 1}`, one] as const))(
    'names for %s code that exists, and a test that exists or why there is none',
    (_id, { code, tests, not }) => {
      expect(code.filter((file) => !existsSync(join(ROOT, 'src', file)))).toEqual([]);
      expect(tests.filter(([file, title]) => !hasTest(`tests/${file}`, title))).toEqual([]);
      expect(tests.length > 0 || not !== undefined).toBe(true);
    },
  );

  it('numbers sixty requirements', () => {
    expect(REQUIREMENTS).toHaveLength(60);
  });
});
