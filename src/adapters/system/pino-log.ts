import type { Logger } from 'pino';
import { Failure } from '../../domain/failure.ts';
import { isoUtc } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log, LogFields, LogLevel } from '../../ports/log.ts';
import { mainLog, pipelineLog } from './log-files.ts';
import { LogWriter } from './log-writer.ts';
import { type Scrubber, scrubberFor } from './scrub.ts';

export interface LogOptions {
  readonly home: string;
  /** Lines below it are not written. */
  readonly level: LogLevel;
  /** Days that past log files are kept. */
  readonly keepDays: number;
  readonly clock: Clock;
  /** Values that must not stand in any line. */
  readonly secrets: readonly string[];
  /** Also prints every line on standard output, for containers. */
  readonly stdout?: boolean;
}

/**
 * Opens the log of a home: NDJSON in logs/trade-labs.log, every line of it, and in
 * logs/pipeline/pipeline.log once more the lines of runs, so that a run is read without the rest.
 * A line has level, time, pid, the fields, msg, and err with its stack. Throws CANNOT_WRITE.
 */
export async function openLog(options: LogOptions): Promise<Log> {
  const { home, level, keepDays, clock, secrets, stdout = false } = options;
  const now = () => clock.now();
  const files: LogFiles = {
    main: new LogWriter(mainLog(home), { keepDays, now }),
    pipeline: new LogWriter(pipelineLog(home), { keepDays, now }),
  };
  try {
    files.main.open();
    files.pipeline.open();
  } catch (error) {
    throw new Failure('CANNOT_WRITE', `cannot write logs in ${home}: ${messageOf(error)}`, {
      cause: error,
      hint: 'make the folder writable, or use another one with --home DIR',
    });
  }
  const { pino } = await import('pino');
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${isoUtc(now())}"`,
      formatters: { level: (label) => ({ level: label }) },
      // pino's own serializer copies whatever hangs on an error.
      serializers: { err: (told: unknown) => told },
    },
    destination(files, scrubberFor(secrets), stdout),
  );
  return new PinoLog(logger, files, {});
}

interface LogFiles {
  readonly main: LogWriter;
  readonly pipeline: LogWriter;
}

/** Where pino's lines go: without secrets, at once, so that they survive process.exit. */
function destination(files: LogFiles, scrubber: Scrubber, stdout: boolean) {
  return {
    write(raw: string): void {
      const line = `${scrubber.line(raw.trimEnd())}\n`;
      files.main.write(line);
      // Inside a text the quotes would be escaped.
      if (line.includes('"runId":"')) files.pipeline.write(line);
      if (stdout) process.stdout.write(line);
    },
  };
}

/** pino behind the house's port. */
class PinoLog implements Log {
  readonly #logger: Logger;
  readonly #files: LogFiles;
  readonly #fields: LogFields;

  constructor(logger: Logger, files: LogFiles, fields: LogFields) {
    this.#logger = logger;
    this.#files = files;
    this.#fields = fields;
  }

  write(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.#logger[level](this.#line(fields), message);
  }

  failure(message: string, error: unknown, fields: LogFields = {}): void {
    this.#logger.error({ ...this.#line(fields), err: errorFields(error) }, message);
  }

  // Fields are merged here, not by pino's own children, which would write a field twice.
  child(fields: LogFields): Log {
    return new PinoLog(this.#logger, this.#files, { ...this.#fields, ...fields });
  }

  #line(fields: LogFields): LogFields {
    const all = Object.entries({ ...this.#fields, ...fields });
    return Object.fromEntries(
      all.map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value]),
    );
  }

  close(): Promise<void> {
    this.#files.main.close();
    this.#files.pipeline.close();
    return Promise.resolve();
  }
}

/** Names that a line has anyway. */
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'msg', 'err']);
const DEEPEST_CAUSE = 5;

/**
 * What is told of an error. Its other properties are not: vendors keep whole requests there, with
 * their headers.
 */
function errorFields(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code } = error as { code?: unknown };
  const known = typeof code === 'string' || typeof code === 'number';
  const goOn = depth < DEEPEST_CAUSE;
  return {
    type: error.name,
    ...(known ? { code } : {}),
    message: error.message,
    ...(error instanceof Failure && error.details.length > 0 ? { details: error.details } : {}),
    stack: error.stack ?? '',
    ...(error.cause !== undefined && goOn ? { cause: errorFields(error.cause, depth + 1) } : {}),
    ...(error instanceof AggregateError && goOn
      ? { errors: error.errors.slice(0, 10).map((inner) => errorFields(inner, depth + 1)) }
      : {}),
  };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
