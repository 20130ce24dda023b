import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Config, configSchema } from '../../src/config/schema.ts';

/** A new folder that goes away with the test. */
export function homeFolder(): string {
  const home = mkdtempSync(join(tmpdir(), 'trade-labs-strategy-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

export const configWith = (sections: object): Config => configSchema.parse(sections);

/** A home whose configuration names a strategy file of this text. */
export function homeWith(text: string, params: object = {}): { home: string; config: Config } {
  const home = homeFolder();
  writeFileSync(join(home, 'mine.mjs'), text);
  return { home, config: configWith({ strategy: { file: 'mine.mjs', params } }) };
}

/** The text of a strategy file that works, with parts of it replaced. */
export function strategyText(parts: Readonly<Record<string, string>> = {}): string {
  const whole: Record<string, string> = {
    name: "'mine'",
    description: "'a test'",
    params: 'z.strictObject({ bars: z.int().min(1).default(10) })',
    warmupBars: '(p) => p.bars',
    inputs: "(p) => ({ average: 'sma' + p.bars })",
    features: "() => [{ name: 'change', weight: 1, lo: 0, hi: 1, inverted: false }]",
    evaluate: "() => ({ direction: 'long', reason: 'always', features: [0.5] })",
    ...parts,
  };
  const members = Object.entries(whole).map(([key, value]) => `  ${key}: ${value},\n`);
  return `export default ({ z }) => ({\n${members.join('')}});\n`;
}
