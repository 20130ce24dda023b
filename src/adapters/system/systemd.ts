import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** What is told to the service manager. Silent where there is none. */
export interface ServiceNotifier {
  /** One or more assignments of sd_notify(3), such as "READY=1". */
  notify(...assignments: readonly string[]): void;
  /** A sign of life; told on at a third of the time after which the manager would kill. */
  alive(): void;
}

const SILENT: ServiceNotifier = { notify: () => {}, alive: () => {} };

/**
 * Speaks to systemd through its own systemd-notify, because Node.js has no datagram sockets of Unix. `--no-block`,
 * since it would wait for a barrier otherwise; the unit needs NotifyAccess=all. sd_notify(3), sd_watchdog_enabled(3).
 */
export function serviceNotifier(
  env: Readonly<Record<string, string | undefined>>,
  run: (args: readonly string[]) => void = systemdNotify,
): ServiceNotifier {
  if (env.NOTIFY_SOCKET === undefined || env.NOTIFY_SOCKET === '') return SILENT;
  const watchdogUs = Number(env.WATCHDOG_USEC ?? 0);
  const watched = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid;
  const everyMs = watched && watchdogUs > 0 ? watchdogUs / 1_000 / 3 : Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const notify = (...assignments: readonly string[]): void =>
    run(['--no-block', `--pid=${process.pid}`, ...assignments]);
  return {
    notify,
    alive: () => {
      const now = performance.now();
      if (everyMs === Number.POSITIVE_INFINITY || now - last < everyMs) return;
      last = now;
      notify('WATCHDOG=1');
    },
  };
}

function systemdNotify(args: readonly string[]): void {
  const child = spawn('systemd-notify', [...args], { stdio: 'ignore' });
  // Without the program there is nobody to tell; the service manager then says so itself.
  child.on('error', () => {});
  child.unref();
}
