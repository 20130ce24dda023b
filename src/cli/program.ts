import type { CommandGroup, CommandSpec } from './command.ts';
import { DATA_COMMANDS } from './data-commands.ts';

/** One row of the table of commands: enough for the help without loading the command. */
export interface CommandEntry {
  readonly path: string;
  readonly group: CommandGroup;
  readonly summary: string;
  readonly load: () => Promise<CommandSpec>;
}

export const GROUPS: readonly CommandGroup[] = ['Get started', 'Run', 'Inspect', 'Control', 'Data'];

/** Every command there is, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    path: 'demo',
    group: 'Get started',
    summary: 'Play one whole simulated session and write its report',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    path: 'config show',
    group: 'Get started',
    summary: 'Print the settings that count and where they come from',
    load: async () => (await import('./commands/config-show.ts')).configShowCommand,
  },
  {
    path: 'config validate',
    group: 'Get started',
    summary: 'Check the configuration; lists every problem',
    load: async () => (await import('./commands/config-validate.ts')).configValidateCommand,
  },
  {
    path: 'config schema',
    group: 'Get started',
    summary: 'Print the JSON Schema of the configuration',
    load: async () => (await import('./commands/config-schema.ts')).configSchemaCommand,
  },
  {
    path: 'config explain',
    group: 'Get started',
    summary: 'Say what a key means, its unit, default and range',
    load: async () => (await import('./commands/config-explain.ts')).configExplainCommand,
  },
  {
    path: 'config history',
    group: 'Get started',
    summary: 'List when the configuration changed, in which keys and why',
    load: async () => (await import('./commands/config-history.ts')).configHistory,
  },
  {
    path: 'config restore',
    group: 'Get started',
    summary: 'Put an earlier configuration back, checked first',
    load: async () => (await import('./commands/config-restore.ts')).configRestore,
  },
  {
    path: 'doctor',
    group: 'Get started',
    summary: 'Prove that this home can work; say what to mend',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    path: 'doctor ib',
    group: 'Get started',
    summary: 'Look at an IB gateway without placing an order; say what to mend',
    load: async () => (await import('./commands/doctor-ib.ts')).doctorIb,
  },
  {
    path: 'version',
    group: 'Get started',
    summary: 'Print version, platform and configuration hash',
    load: async () => (await import('./commands/version.ts')).versionCommand,
  },
  {
    path: 'daemon',
    group: 'Run',
    summary: 'Run the schedule until stopped; plan it, or play it on a simulated clock',
    load: async () => (await import('./commands/daemon.ts')).daemon,
  },
  {
    path: 'pipeline',
    group: 'Run',
    summary: 'Scan, score, size, guard and execute once',
    load: async () => (await import('./commands/pipeline.ts')).pipeline,
  },
  {
    path: 'backtest',
    group: 'Run',
    summary: 'Play the schedule over recorded bars and write its tear sheet',
    load: async () => (await import('./commands/backtest.ts')).backtest,
  },
  {
    path: 'replay',
    group: 'Run',
    summary: 'Decide a recorded run or session again and compare',
    load: async () => (await import('./commands/replay.ts')).replay,
  },
  {
    path: 'parity',
    group: 'Run',
    summary: 'Compare two runs, two backtests, or a session with its backtest',
    load: async () => (await import('./commands/parity.ts')).parity,
  },
  {
    path: 'sweep',
    group: 'Run',
    summary: 'Backtest many settings, rank them, and say what of it may be luck',
    load: async () => (await import('./commands/sweep.ts')).sweep,
  },
  {
    path: 'status',
    group: 'Inspect',
    summary: 'Say how it is: daemon, market, account, positions, next jobs, alerts',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    path: 'stats',
    group: 'Inspect',
    summary: 'Measure the history or any equity curve: returns, risk, trades',
    load: async () => (await import('./commands/stats.ts')).stats,
  },
  {
    path: 'report',
    group: 'Inspect',
    summary: 'Write the report of a day, week or month: account, trades, checks',
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    path: 'reports list',
    group: 'Inspect',
    summary: 'List written reports, newest first, each with its sentence',
    load: async () => (await import('./commands/reports-list.ts')).reportsList,
  },
  {
    path: 'reconcile',
    group: 'Inspect',
    summary: "Compare the book with the broker's statement; corrects nothing by itself",
    load: async () => (await import('./commands/reconcile.ts')).reconcile,
  },
  {
    path: 'breaks',
    group: 'Inspect',
    summary: 'List proven differences between book and broker; open ones stop entries',
    load: async () => (await import('./commands/breaks.ts')).breaks,
  },
  {
    path: 'breaks resolve',
    group: 'Inspect',
    summary: 'Take note of a difference; entries go on while its numbers stay',
    load: async () => (await import('./commands/breaks-resolve.ts')).breaksResolve,
  },
  {
    path: 'positions',
    group: 'Inspect',
    summary: 'List positions with their stops, R now and protection',
    load: async () => (await import('./commands/positions.ts')).positions,
  },
  {
    path: 'orders',
    group: 'Inspect',
    summary: 'List working orders, and with --all the ended ones of the session',
    load: async () => (await import('./commands/orders.ts')).orders,
  },
  {
    path: 'protect',
    group: 'Inspect',
    summary: 'Prove that live stops cover every share, and that nothing can be oversold',
    load: async () => (await import('./commands/protect.ts')).protect,
  },
  {
    path: 'risk',
    group: 'Inspect',
    summary: 'Show each limit with what is used of it, the trading state and the intensity',
    load: async () => (await import('./commands/risk.ts')).risk,
  },
  {
    path: 'alerts',
    group: 'Inspect',
    summary: 'List open alerts, and take note of them with --ack',
    load: async () => (await import('./commands/alerts.ts')).alerts,
  },
  {
    path: 'risk explain',
    group: 'Inspect',
    summary: 'Say what a reason code means, which keys set it and where its rule comes from',
    load: async () => (await import('./commands/risk-explain.ts')).riskExplain,
  },
  {
    path: 'why',
    group: 'Inspect',
    summary: 'Explain a run, a trade or a symbol: why it did, or did not, trade',
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    path: 'runs',
    group: 'Inspect',
    summary: 'List runs: how many were found, scored, sized, filled, and why not',
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  {
    path: 'trades',
    group: 'Inspect',
    summary: 'List trades with net P&L, R and why they ended',
    load: async () => (await import('./commands/trades.ts')).trades,
  },
  {
    path: 'logs',
    group: 'Inspect',
    summary: "Show the log in New York's time, newest lines last",
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    path: 'close',
    group: 'Control',
    summary: 'Sell a position at the market, through the stop that covers it',
    load: async () => (await import('./commands/close.ts')).close,
  },
  {
    path: 'flatten',
    group: 'Control',
    summary: 'Sell every position at the market; outside hours at the next open',
    load: async () => (await import('./commands/flatten.ts')).flatten,
  },
  {
    path: 'pause',
    group: 'Control',
    summary: 'Stop entries until resumed, or for a while; positions keep their stops',
    load: async () => (await import('./commands/pause.ts')).pause,
  },
  {
    path: 'resume',
    group: 'Control',
    summary: 'Let entries go on: lift a pause and breakers, clear a kill, forgive a drawdown',
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  {
    path: 'kill',
    group: 'Control',
    summary: 'Stop trading: withdraw entries, keep or sell positions; sticky until cleared',
    load: async () => (await import('./commands/kill.ts')).kill,
  },
  ...DATA_COMMANDS,
];

/**
 * The command whose name the words start with, the longest name first; undefined when there is
 * none.
 */
export function findCommand(
  commands: readonly CommandEntry[],
  words: readonly string[],
): CommandEntry | undefined {
  const typed = `${words.join(' ')} `;
  return commands
    .filter(({ path }) => typed.startsWith(`${path} `))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** Whether the words name no command but the first part of some, as `data` does of `data check`. */
export const isGroup = (commands: readonly CommandEntry[], words: readonly string[]): boolean =>
  commands.some(({ path }) => path.startsWith(`${words.join(' ')} `));
