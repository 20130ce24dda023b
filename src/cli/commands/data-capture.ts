import { relative, resolve } from 'node:path';
import type { Capture } from '../../app/capture-data.ts';
import { EXIT, Failure } from '../../domain/failure.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import { plural } from '../../reporting/format.ts';
import type { CommandContext, CommandOutcome, CommandSpec } from '../command.ts';
import { assertSpan, dateOption, symbolsOption, textOption } from '../options.ts';

/** `trade-labs data capture`: sessions of the configured market in a folder of their own. */
export const dataCapture: CommandSpec = {
  path: 'data capture',
  group: 'Data',
  summary: 'Write sessions of the market down: bars and quotes, to play later',
  examples: [
    { line: 'trade-labs data capture', does: 'the last session that has closed' },
    {
      line: 'trade-labs data capture --from 2026-03-02 --to 2026-03-06',
      does: 'a week',
    },
    { line: 'trade-labs data capture --every 1', does: 'with quotes of each minute' },
  ],
  configure: (command) => {
    command
      .option('--symbols <symbols>', 'only these, separated by commas')
      .option('--from <date>', 'first session: YYYY-MM-DD, yesterday, -5d')
      .option('--to <date>', 'last session')
      .option('--every <minutes>', 'between two looks at the quotes', '5')
      .option('--out <dir>', 'folder to make, else data/captures/FROM_TO')
      .addHelpText(
        'after',
        '\nCaptured: daily bars with all their history, intraday bars and quotes of the\n' +
          'sessions, splits and dividends up to the last, sectors. Not captured: depth of\n' +
          'book, single trades, halts, and anything after the last session.\n' +
          'In modes paper and live no broker is asked: the daily bars that this home kept\n' +
          'of it are captured, and the quotes of its recordings.',
      );
  },
  stopsItself: true,
  run: async (context, _args, options) => {
    const symbols = symbolsOption(options.symbols);
    const from = dateOption(context, '--from', options.from);
    const to = dateOption(context, '--to', options.to);
    assertSpan(from, to, ['--from', '--to']);
    const out = textOption(options.out);
    const { captureData } = await import('../../app/capture-data.ts');
    const capture = await captureData({
      home: context.home,
      loaded: await context.config(),
      now: context.now(),
      everyMs: minutesOption(options.every) * MINUTE_MS,
      interrupt: context.interrupt,
      onSession: (done, total, session) => {
        if (!context.quiet) context.stderr(`captured ${session}, ${done} of ${total}\n`);
      },
      ...(symbols === undefined ? {} : { symbols }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(out === undefined ? {} : { out: resolve(context.cwd, out) }),
    });
    return outcomeOf(context, capture);
  },
};

/** A session has at most 390 minutes. */
const MOST_MINUTES = 390;

function minutesOption(value: unknown): number {
  const minutes = Number(value);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES) return minutes;
  throw new Failure('USAGE', `--every takes 1 to ${MOST_MINUTES} minutes, was ${String(value)}`, {
    hint: 'write, for example, --every 5',
  });
}

function outcomeOf(context: CommandContext, capture: Capture): CommandOutcome {
  const { dir, sessions, symbols, dailyBars, intraday, intradayBars, quotes, label } = capture;
  const near = relative(context.cwd, dir);
  const shown = near.startsWith('..') ? dir : `./${near}`;
  const last = sessions.at(-1) ?? '';
  const lines = [
    `Captured ${plural(sessions.length, 'session')} of ${plural(symbols, 'symbol')} from ${label}:`,
    `  ${plural(dailyBars, 'daily bar')}, with all the history up to ${last}`,
    intraday === null
      ? `  no intraday bars: the source has daily bars only; ${plural(quotes, 'quote')}`
      : `  ${plural(intradayBars, `${intraday} bar`)}, ${plural(quotes, 'quote')}${capture.modelledQuotes ? ' (modelled from bars)' : ''}`,
    `  in ${shown}`,
    '',
    ...(capture.complete
      ? [
          `Next:  trade-labs replay ${last} --data ${shown} --speed 60x   play the last session`,
          `       trade-labs backtest --data ${shown} --from ${sessions[0]} --to ${last}`,
        ]
      : ['Stopped before the end: the folder has no meta.json.']),
  ];
  const { warnings, ...data } = capture;
  return {
    data,
    text: lines.join('\n'),
    warnings: [...warnings, ...lackingText(capture)],
    exit: capture.complete ? EXIT.OK : EXIT.INTERRUPTED,
  };
}

/** Bars of a session are told after its close, and asked for when the next one is prepared. */
function lackingText({ lacking, sessions, symbols }: Capture): string[] {
  if (lacking.length === 0) return [];
  const [few, more] = [lacking.slice(0, NAMED).join(', '), lacking.length > NAMED ? ', ...' : ''];
  return [
    `${lacking.length} of ${symbols} symbols have no bar of ${sessions.at(-1)}: ${few}${more}`,
  ];
}

const NAMED = 5;
