import { momentText } from '../../app/words.ts';
import { isoUtc } from '../../domain/time.ts';
import type { CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';

/** `trade-labs config history`: when the configuration changed, and which ones can be put back. */
export const configHistory: CommandSpec = {
  path: 'config history',
  group: 'Get started',
  summary: 'List when the configuration changed, in which keys and why',
  examples: [
    { line: 'trade-labs config history', does: 'oldest first' },
    { line: 'trade-labs config restore 3f2a91', does: 'puts one of them back' },
  ],
  run: async (context) => {
    const { configChanges } = await import('../../app/config-history.ts');
    const changes = await configChanges(context.home);
    const lines = changes.map(({ event, isKept }) => {
      const { at, oldHash, newHash, keys, cause } = event;
      const what = keys.length === 0 ? 'keys not known' : keys.join(', ');
      const kept = isKept ? '' : ' (not kept)';
      return `${momentText(at)}  ${oldHash.slice(0, 8)} -> ${newHash.slice(0, 8)}${kept}  ${visible(cause)}: ${visible(what)}`;
    });
    return {
      data: {
        changes: changes.map(({ event: { at, oldHash, newHash, keys, cause }, isKept }) => ({
          at: isoUtc(at),
          oldHash,
          newHash,
          keys,
          cause,
          isKept,
        })),
      },
      text: lines.length === 0 ? 'The configuration never changed here.' : lines.join('\n'),
    };
  },
};
