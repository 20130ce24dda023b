import { duration } from '../reporting/format.ts';
import type { CommandContext } from './command.ts';

/** How far something is, told to the person who waits. */
export interface Progress {
  /** So much of so much is done. The total may change. */
  readonly to: (done: number, total: number) => void;
  /** Leaves the last state standing; has to be called before anything else is written. */
  readonly end: () => void;
}

/** Without a terminal a line is written no more often than this. */
const LINE_EVERY_MS = 10_000;

/**
 * Progress with the time left on standard error: a bar on a terminal, else a line now and then, nothing with --quiet.
 * `what` names the units: "sessions".
 */
export async function showProgress(
  context: Pick<CommandContext, 'stderr' | 'now' | 'progress'>,
  what: string,
): Promise<Progress> {
  switch (context.progress) {
    case 'none':
      return { to: () => {}, end: () => {} };
    case 'lines':
      return lines(context, what);
    case 'bar':
      return bar(context, what);
  }
}

function lines({ stderr, now }: Pick<CommandContext, 'stderr' | 'now'>, what: string): Progress {
  const began = now();
  let begin: number | null = null;
  let told = began;
  return {
    to: (done, total) => {
      begin ??= done;
      const at = now();
      if (at - told < LINE_EVERY_MS || done <= begin) return;
      told = at;
      const left = ((at - began) / (done - begin)) * (total - done);
      stderr(`${done} of ${total} ${what}, ${duration(left)} left\n`);
    },
    end: () => {},
  };
}

async function bar({ stderr }: Pick<CommandContext, 'stderr'>, what: string): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress');
  // All that the bar asks of a stream; what it writes goes where everything else does.
  const stream = { isTTY: true, columns: 80, write: (text: string) => stderr(text) };
  const shown = new cliProgress.SingleBar({
    format: `{bar} {percentage} %  {value} of {total} ${what}  {eta_formatted} left`,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    barsize: 24,
    hideCursor: null,
    linewrap: null,
    gracefulExit: false,
    stream: stream as unknown as NodeJS.WritableStream,
  });
  let begun = false;
  return {
    to: (done, total) => {
      if (begun) {
        shown.setTotal(total);
        shown.update(done);
      } else {
        begun = true;
        shown.start(total, done);
      }
    },
    end: () => {
      if (begun) shown.stop();
    },
  };
}
