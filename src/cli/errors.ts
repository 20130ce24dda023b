import { EXIT, type ExitCode, Failure } from '../domain/failure.ts';
import { systemFailure } from '../domain/system-failure.ts';
import { plain, type Style } from './style.ts';

/** A failure as both readers see it: the document of --json, and the lines for people. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly details: readonly string[];
  readonly hint: string | null;
  readonly exit: ExitCode;
  /** Of what was thrown by others than us, and of our mistakes; shown with -v. */
  readonly stack: string | undefined;
}

/** Any thrown value as a report. What is no Failure, and nothing that the system refused, is our own mistake. */
export function reportOf(error: unknown): ErrorReport {
  const failure = error instanceof Failure ? error : systemFailure(error);
  if (failure !== null) {
    const { code, message, details, exit } = failure;
    const stack = failure === error ? undefined : (error as Error).stack;
    return { code, message, details, hint: failure.hint ?? null, exit, stack };
  }
  const known = error instanceof Error ? error : new Error(String(error));
  return {
    code: 'BUG',
    message: `${known.name}: ${known.message}`.split('\n')[0] as string,
    details: ['This is a bug in trade-labs, not a mistake of yours.'],
    hint: 'run the same command with -v and report what it prints',
    exit: EXIT.ERROR,
    stack: known.stack,
  };
}

/** The document of --json for a failure, one line. */
export function errorDocument({ code, message, hint, details, exit }: ErrorReport): string {
  return `${JSON.stringify({ ok: false, error: { code, message, hint, details, exit } })}\n`;
}

/** The lines for people: what failed, why, what to do next. */
export function errorText(report: ErrorReport, verbose: boolean, style: Style = plain): string {
  const lines = [
    `${style(['red', 'bold'], 'error:')} ${visible(report.message)}  [${report.code}]`,
    ...report.details.map((detail) => `  ${visible(detail)}`),
  ];
  if (report.hint !== null) lines.push(`  Try: ${visible(report.hint)}`);
  if (verbose && report.stack !== undefined) lines.push(report.stack);
  return `${lines.join('\n')}\n`;
}

/** Control characters made visible: a file name or a broker's text must not steer the terminal. */
export function visible(text: string): string {
  return text.replace(
    /(?![\t\n])\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
