import { systemClock } from '../adapters/system/system-clock.ts';
import { EXIT, type ExitCode, Failure } from '../domain/failure.ts';
import { firstLook } from './globals.ts';
import { main, writeError } from './main.ts';
import { COMMANDS, type CommandEntry } from './program.ts';
import type { Output, World } from './world.ts';

/** Runs a command line in this process and ends it with the exit code. */
export async function runProgram(
  argv: readonly string[],
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<void> {
  const interrupt = new AbortController();
  const world = processWorld(interrupt.signal);
  const end = (code: ExitCode) => process.exit(code);
  const fail = (error: unknown) => end(writeError(error, firstLook(argv), world));
  let code: ExitCode = EXIT.OK;
  // The reader went away, as `| head` does: nobody is left to tell.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') end(code);
      throw error;
    });
  }
  process.on('uncaughtException', fail);
  process.on('SIGINT', () => {
    // A second Ctrl-C does not wait for an orderly stop.
    if (interrupt.signal.aborted) end(EXIT.INTERRUPTED);
    interrupt.abort();
  });
  process.once('beforeExit', () => fail(new Error(`"${argv.join(' ')}" ended without an answer`)));
  code = await main(argv, world, commands);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  end(code);
}

function processWorld(interrupt: AbortSignal): World {
  return {
    env: process.env,
    cwd: process.cwd(),
    now: () => systemClock.now(),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    stdinTerminal: process.stdin.isTTY === true,
    ask,
    interrupt,
  };
}

const outputOf = (stream: NodeJS.WriteStream): Output => ({
  write: (text) => {
    stream.write(text);
  },
  terminal: stream.isTTY === true,
  columns: stream.columns,
});

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

async function ask(question: string): Promise<string | null> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve, reject) => {
    lines.on('SIGINT', () => {
      reject(new Failure('INTERRUPTED', 'stopped by Ctrl-C'));
      lines.close();
    });
    lines.on('close', () => resolve(null));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
