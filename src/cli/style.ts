import { styleText } from 'node:util';
import type { Output } from './world.ts';

export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Adds emphasis to text. Colour never carries meaning alone. */
export type Style = (formats: readonly Format[], text: string) => string;

export const plain: Style = (_formats, text) => text;

const coloured: Style = (formats, text) => styleText([...formats], text, { validateStream: false });

/**
 * The style of a stream: colours only on a terminal that wants them. NO_COLOR
 * (https://no-color.org), TERM=dumb and --no-color take them away; FORCE_COLOR adds them where
 * there is no terminal.
 */
export function styleFor(
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
  wanted: boolean,
): Style {
  const { FORCE_COLOR: force, NO_COLOR: none } = env;
  if (!wanted || (none !== undefined && none !== '')) return plain;
  if (force !== undefined && force !== '') return force === '0' ? plain : coloured;
  return output.terminal && env.TERM !== 'dumb' ? coloured : plain;
}
