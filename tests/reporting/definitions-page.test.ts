import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/ledger/metrics-definitions.ts';
import { definitionsPage } from '../../src/reporting/definitions-page.ts';

describe('docs/METRICS.md', () => {
  it('is what the definitions in the code say', async () => {
    await expect(definitionsPage()).toMatchFileSnapshot('../../docs/METRICS.md');
  });

  it('has a row for every metric', () => {
    const page = definitionsPage();
    for (const [id, { label }] of Object.entries(METRICS)) {
      expect(page).toMatch(new RegExp(`\\| ${label.replace(/[()%.]/g, '\\$&')} +\\| ${id} `));
    }
  });
});
