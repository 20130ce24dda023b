import type { ReasonMeaning } from '../../app/explain-reason.ts';
import type { CommandSpec } from '../command.ts';
import { renderTable } from '../table.ts';

/** `trade-labs risk explain`: the control behind a reason code. Needs no configuration. */
export const riskExplain: CommandSpec = {
  path: 'risk explain',
  group: 'Inspect',
  summary: 'Say what a reason code means, which keys set it and where its rule comes from',
  examples: [
    { line: 'trade-labs risk explain OPEN_RISK', does: 'one reason' },
    { line: 'trade-labs risk explain', does: 'all reasons, in the order they are told' },
  ],
  configure: (command) => {
    command.argument('[code]', 'a reason code such as OPEN_RISK');
  },
  run: async (context, [code]) => {
    const { explainAllReasons, explainReason } = await import('../../app/explain-reason.ts');
    if (code !== undefined) {
      const meaning = explainReason(code);
      return { data: dataOf(meaning), text: textOf(meaning) };
    }
    const all = explainAllReasons();
    const rows = all.map(({ code: name, keys, rule }) => [name, keys[0]?.key ?? '-', rule]);
    const titles = [{ title: 'code' }, { title: 'key', priority: 1 }, { title: 'rule' }];
    const text = renderTable(titles, rows, { columns: context.columns });
    return { data: { reasons: all.map(dataOf) }, text };
  },
};

const dataOf = ({ keys, ...meaning }: ReasonMeaning) => ({
  ...meaning,
  keys: keys.map(({ key, unit, default: value, takes }) => ({ key, unit, default: value, takes })),
});

const PLACES: Readonly<Record<ReasonMeaning['heldBy'], string>> = {
  guards: 'before an order is approved',
  gate: 'at the last gate before the broker',
};

function textOf({ code, rule, sentence, heldBy, keys, sources }: ReasonMeaning): string {
  const keyLines = keys.map(({ key, unit, default: value, takes }) => {
    const by = value === null ? 'off unless set' : `${JSON.stringify(value)} by default`;
    return `${key}: ${takes}${unit === null ? '' : `, ${unit}`}; ${by}`;
  });
  return [
    code,
    `  Rule      ${rule}`,
    `  Held      ${PLACES[heldBy]}`,
    `  Told as   ${sentence}`,
    ...labelled('Keys', keyLines.length === 0 ? ['none'] : keyLines),
    ...labelled('Source', sources),
  ].join('\n');
}

/** Lines under one label: the label stands before the first. */
const labelled = (label: string, lines: readonly string[]): string[] =>
  lines.map((line, i) => `  ${(i === 0 ? label : '').padEnd(10)}${line}`);
