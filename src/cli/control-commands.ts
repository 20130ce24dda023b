import { accountName } from '../app/account-name.ts';
import {
  askToAcknowledge,
  askToKill,
  askToPause,
  askToResume,
  type KillAnswer,
} from '../app/ask-to-control.ts';
import type { ControlResult } from '../app/control-trading.ts';
import { readBook } from '../app/read-book.ts';
import { openAlerts } from '../app/status.ts';
import { tradingSeen } from '../app/trading.ts';
import { momentText } from '../app/words.ts';
import { EXIT, Failure } from '../domain/failure.ts';
import { epochMs, parseInstant } from '../domain/time.ts';
import { plural } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { visible } from './errors.ts';
import { packageVersion } from './package-version.ts';
import { confirm, confirmAccount } from './prompt.ts';
import { alertData, sourceLine, tradingData, tradingText } from './trading-text.ts';

const requestOf = async (context: CommandContext) => ({
  home: context.home,
  loaded: await context.config(),
  version: packageVersion(),
  now: context.now(),
});

/** The account that has to be typed before something severe; a home whose configuration is broken has none. */
async function accountOf(context: CommandContext): Promise<string> {
  try {
    const { config } = await context.config();
    return accountName(config);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return 'KILL';
  }
}

export interface KillOptions {
  readonly positions: 'keep' | 'flatten';
  readonly cause: string;
  readonly timeoutMs: number;
  readonly confirm: string | undefined;
  readonly dryRun: boolean;
}

/** Works also where the configuration, the history or a running daemon does not: says what it could not do. */
export async function killCommand(
  context: CommandContext,
  { positions, cause, timeoutMs, confirm: given, dryRun }: KillOptions,
): Promise<CommandOutcome> {
  const sells = positions === 'flatten' ? 'are sold at the market' : 'keep their stops';
  const plan = `Entries: withdrawn, and none until trade-labs resume --clear-kill. Positions ${sells}.`;
  if (dryRun) return { data: { answer: null }, text: `DRY RUN\n${plan}` };
  context.stderr(`${plan}\n`);
  const account = await accountOf(context);
  if (!(await confirmAccount(context, account, given, 'stop trading'))) {
    return { data: { answer: null }, text: 'Nothing was done.' };
  }
  const { home } = context;
  const answer = await askToKill({
    home,
    now: context.now(),
    positions,
    cause,
    timeoutMs,
    open: () => requestOf(context),
  });
  const failed = answer.undone.length > 0 || isStuck(answer, positions);
  return {
    data: { answer },
    text: killText(answer, positions),
    ...(failed ? { exit: EXIT.PARTIAL } : {}),
  };
}

/** Something is held that nobody is selling, though it was to be sold. */
const isStuck = ({ result }: KillAnswer, positions: string): boolean =>
  positions === 'flatten' &&
  result !== null &&
  result.held.some(({ quantity, leaving }) => leaving < quantity);

function engagedText(by: KillAnswer['by'], file: string): string {
  if (by === 'file') {
    return `Engaged by its file alone, ${visible(file)}: no entry goes out, and a process that is stuck acts on it with its next step.`;
  }
  if (by === 'nobody') {
    return [
      'NOT ENGAGED: neither its file nor a process of this home took it, and entries may go on.',
      "End the daemon, and withdraw entries in the broker's own program; then mend what is named here.",
    ].join('\n');
  }
  return `Engaged, by ${by === 'daemon' ? 'the running daemon' : 'this command'}.`;
}

function killText({ by, file, result, undone }: KillAnswer, positions: string): string {
  const lines = [engagedText(by, file), ...undone.map((line) => `NOT DONE: ${visible(line)}`)];
  if (result === null) return lines.join('\n');
  const { cancelled, working, held, isFlat, isProven, armedFor } = result;
  lines.push(`${plural(cancelled.length, 'entry', 'entries')} withdrawn.`);
  if (working.length > 0) {
    lines.push(`May still fill, withdrawal not confirmed: ${working.map(visible).join(', ')}`);
  }
  for (const { symbol, quantity, leaving } of held) {
    if (positions === 'keep') lines.push(`${symbol}  ${quantity} kept, with its stop`);
    else if (leaving >= quantity) lines.push(`${symbol}  ${quantity} to be sold, at work`);
    else lines.push(`${symbol}  ${quantity - leaving} NOT SOLD: no order was taken`);
  }
  if (isFlat) return [...lines, 'Flat, says the broker.'].join('\n');
  const opening = armedFor === null ? null : parseInstant(armedFor);
  const when = opening === null ? '' : `; sales wait for the next open, ${momentText(opening)}`;
  const proof = isProven ? '' : '; the broker did not say all';
  const kept = positions === 'keep' ? ': positions are kept' : '';
  return [...lines, `Not flat${kept}${when}${proof}.`].join('\n');
}

export interface PauseOptions {
  readonly forMs: number | undefined;
  readonly cause: string;
  readonly dryRun: boolean;
}

export async function pauseCommand(
  context: CommandContext,
  { forMs, cause, dryRun }: PauseOptions,
): Promise<CommandOutcome> {
  const until = forMs === undefined ? null : epochMs(context.now() + forMs);
  const when = until === null ? 'until trade-labs resume' : `until ${momentText(until)}`;
  if (dryRun) {
    return {
      data: { result: null },
      text: `DRY RUN\nEntries stop ${when}; positions keep their stops.`,
    };
  }
  const result = await askToPause(await requestOf(context), { cause, until, at: context.now() });
  return outcomeOf(result, `Entries stop ${when}; positions keep their stops, exits go on.`);
}

export interface ResumeOptions {
  readonly clearKill: boolean;
  readonly rebasePeak: boolean;
  readonly cause: string;
  readonly yes: boolean;
  readonly confirm: string | undefined;
  readonly dryRun: boolean;
}

export async function resumeCommand(
  context: CommandContext,
  options: ResumeOptions,
): Promise<CommandOutcome> {
  const { clearKill, rebasePeak, cause, yes, confirm: given, dryRun } = options;
  const request = await requestOf(context);
  const { book } = await readBook(context.home);
  const before = tradingSeen(context.home, request.loaded, book, context.now());
  const plan = [
    `Now: ${tradingText(before)}`,
    'Lifts a pause and tripped breakers.',
    ...(clearKill ? ['Clears the kill switch.'] : []),
    ...(rebasePeak ? ['Lets the drawdown limit count from the last close on.'] : []),
  ].join('\n');
  if (dryRun) return { data: { before: tradingData(before) }, text: `DRY RUN\n${plan}` };
  context.stderr(`${plan}\n`);
  const agreed =
    clearKill || rebasePeak
      ? await confirmAccount(context, await accountOf(context), given, 'let trading go on')
      : yes || (await confirm(context, 'Let entries go on?'));
  if (!agreed) return { data: { before: tradingData(before) }, text: 'Nothing was changed.' };
  const result = await askToResume(request, { clearKill, rebasePeak, cause, at: context.now() });
  const done =
    result.done.length === 0 ? 'There was nothing to lift.' : `${result.done.join('; ')}.`;
  return outcomeOf(result, done);
}

function outcomeOf({ before, after, done }: ControlResult, text: string): CommandOutcome {
  const remains = after.restrictions.map((restriction) => `  ${sourceLine(restriction)}`);
  return {
    data: { before: tradingData(before), after: tradingData(after), done },
    text: [text, `Trading: ${before.state} -> ${after.state}`, ...remains].join('\n'),
  };
}

/** Lists open alerts, or takes note of them. */
export async function alertsCommand(
  context: CommandContext,
  asked: readonly number[] | 'all' | undefined,
): Promise<CommandOutcome> {
  if (asked !== undefined) {
    const noted = await askToAcknowledge(await requestOf(context), asked);
    return {
      data: { acknowledged: noted.map(alertData) },
      text: `${plural(noted.length, 'alert')} acknowledged.`,
    };
  }
  const { book } = await readBook(context.home);
  const open = openAlerts(book, context.now());
  const lines = open.map(({ id, level, code, message, lastAt, times, until }) => {
    const often = times > 1 ? ` (${times} times)` : '';
    const end = until === null ? '' : `, until ${momentText(until)}`;
    return `${String(id).padStart(6)}  ${level.padEnd(8)}  ${code}  ${visible(message)}${often}  ${momentText(lastAt)}${end}`;
  });
  return {
    data: { alerts: open.map(alertData) },
    text:
      lines.length === 0
        ? 'No open alerts.'
        : [...lines, '', 'Take note: trade-labs alerts --ack NUMBER, or all'].join('\n'),
  };
}
