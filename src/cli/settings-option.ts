import { resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { CommandContext } from './command.ts';
import { textOption } from './options.ts';

type Options = Readonly<Record<string, unknown>>;

/** What an option that may be given again gathered. */
export const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : [];

/** A strategy of its own brings its own parameters: those of the configured one would not fit. */
export function strategyOf(context: CommandContext, options: Options): Record<string, string> {
  const text = textOption(options.strategy);
  if (text === undefined) return {};
  const isFile = /[/\\]|\.[cm]?[jt]s$/.test(text);
  const strategy = isFile ? { file: resolve(context.cwd, text) } : { name: text };
  return { strategy: JSON.stringify(strategy) };
}

/** What every --set KEY=VALUE says, by its key. */
export function settingsOf(value: unknown): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const text of listOf(value)) {
    const at = text.indexOf('=');
    const key = text.slice(0, at).trim();
    if (at < 1 || key === '') {
      throw new Failure('USAGE', `--set takes KEY=VALUE, was ${JSON.stringify(text)}`, {
        hint: 'write --set risk.maxPositions=5',
      });
    }
    if (Object.hasOwn(settings, key)) {
      throw new Failure('USAGE', `--set ${key} is given twice`, { hint: 'keep one of them' });
    }
    settings[key] = text.slice(at + 1).trim();
  }
  return settings;
}

/** Puts each further value of an option behind those before it. */
export const gather = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  value,
];
