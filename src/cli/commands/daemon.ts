import { Failure } from '../../domain/failure.ts';
import { DAY_MS, dateToUtcMs, type SessionDate, utcMsToDate } from '../../domain/time.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { assertSpan, dateOption, textOption } from '../options.ts';

/** `trade-labs daemon`: the schedule, until it is stopped; its plan; or a rehearsal of it. */
export const daemon: CommandSpec = {
  path: 'daemon',
  group: 'Run',
  summary: 'Run the schedule until stopped; plan it, or play it on a simulated clock',
  examples: [
    { line: 'trade-labs daemon', does: 'every job at its time; Ctrl-C stops in order' },
    { line: 'trade-labs daemon --plan', does: 'the slots of the next days, and why not' },
    { line: 'trade-labs daemon --once scan', does: 'the scan that is due now, as from cron' },
    {
      line: 'trade-labs daemon --simulate --from 2025-01-02 --to 2025-12-31 --home year',
      does: 'a year of it in a minute or two',
    },
  ],
  stopsItself: true,
  configure: (command) => {
    command
      .option('--plan', 'print the slots to come with times and reasons, and end')
      .option(
        '--once <job>',
        'run the slot of a name, or the newest of a job, that is due, and end',
      )
      .option('--until <time>', 'stop in order at this New York time, HH:MM')
      .option('--simulate', 'play sessions on a simulated clock, in a home of their own')
      .option('--from <date>', 'first date of --plan or --simulate')
      .option('--to <date>', 'last date of --plan or --simulate')
      .option('--seed <n>', 'seed of the synthetic market that --simulate plays')
      .option('--observe', 'decide and record, send a real broker nothing, armed or not')
      .option('--log-stdout', 'write each line of the log to standard output too, for containers')
      .option('-n, --dry-run', 'decide and record, enter nothing; what is held is looked after');
  },
  run: async (context, _args, options) => {
    refuseMixed(options, context.json);
    const from = dateOption(context, '--from', options.from);
    const to = dateOption(context, '--to', options.to);
    const dryRun = options.dryRun === true;
    if (options.plan === true) {
      const { planSchedule } = await import('../plan-schedule.ts');
      return planSchedule(context, from, to);
    }
    const once = textOption(options.once);
    if (once !== undefined) {
      const { runOnceCommand } = await import('../run-daemon-command.ts');
      return runOnceCommand(context, once, dryRun);
    }
    const { runDaemonCommand } = await import('../run-daemon-command.ts');
    if (options.simulate === true) {
      const seed = seedOption(options.seed);
      const span = { from: needed('--from', from), to: needed('--to', to) };
      assertSpan(span.from, span.to, ['--from', '--to']);
      const asked = { simulate: span, dryRun };
      return runDaemonCommand(context, { ...asked, ...(seed === undefined ? {} : { seed }) });
    }
    const until = await untilOption(context, textOption(options.until));
    const logStdout = options.logStdout === true;
    return runDaemonCommand(context, {
      dryRun,
      observe: options.observe === true,
      logStdout,
      ...(until === undefined ? {} : { until }),
    });
  },
};

/** What only goes together, and what never does. */
function refuseMixed(options: Readonly<Record<string, unknown>>, json: boolean): void {
  const modes = ['plan', 'once', 'simulate'].filter((name) => options[name] !== undefined);
  if (modes.length > 1) {
    throw new Failure('USAGE', `--${modes[0]} does not go with --${modes[1]}`, {
      hint: 'ask for one of them',
    });
  }
  const mode = modes[0];
  const dated = ['from', 'to'].find((name) => options[name] !== undefined);
  if (dated !== undefined && mode !== 'plan' && mode !== 'simulate') {
    throw new Failure('USAGE', `--${dated} goes with --plan or --simulate`, {
      hint: 'trade-labs daemon --plan --from 2026-11-23 --to 2026-11-27',
    });
  }
  if (options.seed !== undefined && mode !== 'simulate') {
    throw new Failure('USAGE', '--seed goes with --simulate', {
      hint: 'for the daemon itself, set data.synthetic.seed in the configuration',
    });
  }
  if (options.logStdout === true && (mode !== undefined || json)) {
    throw new Failure('USAGE', `--log-stdout does not go with --${mode ?? 'json'}`, {
      hint: 'trade-labs daemon --log-stdout',
    });
  }
  if (options.observe === true && mode !== undefined) {
    throw new Failure('USAGE', `--observe does not go with --${mode}`, {
      hint: 'trade-labs daemon --observe',
    });
  }
  if (options.until !== undefined && mode !== undefined) {
    throw new Failure('USAGE', `--until does not go with --${mode}`, {
      hint: 'trade-labs daemon --until 16:15',
    });
  }
}

function needed(name: string, date: SessionDate | undefined): SessionDate {
  if (date !== undefined) return date;
  throw new Failure('USAGE', `--simulate needs ${name}`, {
    hint: 'trade-labs daemon --simulate --from 2025-01-02 --to 2025-12-31 --home year',
  });
}

function seedOption(value: unknown): string | undefined {
  const text = textOption(value);
  if (text === undefined || /^\d{1,10}$/.test(text)) return text;
  throw new Failure('USAGE', `--seed takes a whole number, was ${JSON.stringify(text)}`, {
    hint: 'trade-labs daemon --simulate --seed 7 ...',
  });
}

/** The next time that New York's clock shows this time. */
async function untilOption(context: CommandContext, text: string | undefined) {
  if (text === undefined) return undefined;
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) {
    throw new Failure('USAGE', `--until takes a New York time, was ${JSON.stringify(text)}`, {
      hint: 'write two digits each for hour and minute: --until 16:15',
    });
  }
  const { instantOf, newYorkDate } = await import('../../calendar/nyse.ts');
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  const now = context.now();
  const today = instantOf(newYorkDate(now), minutes);
  if (today > now) return today;
  return instantOf(utcMsToDate(dateToUtcMs(newYorkDate(now)) + DAY_MS), minutes);
}
