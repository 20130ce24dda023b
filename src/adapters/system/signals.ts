/** What people and supervisors ask of a process that runs for months. */
export interface SignalHandlers {
  /** The first SIGTERM or SIGINT. */
  readonly onStop: (signal: 'SIGTERM' | 'SIGINT') => void;
  /** Another one: does not return. */
  readonly onForce: () => void;
  readonly onReload: () => void;
  /** An error that nobody caught, before the process ends. Synchronous. */
  readonly onFatal: (error: unknown) => void;
}

/** Listens until the returned function is called. */
export function listenToSignals(handlers: SignalHandlers): () => void {
  let asked = false;
  const stop = (signal: 'SIGTERM' | 'SIGINT') => (): void => {
    if (asked) handlers.onForce();
    asked = true;
    handlers.onStop(signal);
  };
  const onTerm = stop('SIGTERM');
  const onInt = stop('SIGINT');
  const { onReload, onFatal } = handlers;
  process.on('SIGTERM', onTerm);
  process.on('SIGINT', onInt);
  process.on('SIGHUP', onReload);
  process.prependListener('uncaughtException', onFatal);
  return () => {
    process.off('SIGTERM', onTerm);
    process.off('SIGINT', onInt);
    process.off('SIGHUP', onReload);
    process.off('uncaughtException', onFatal);
  };
}

/** Calls back on SIGUSR2, by which trading is to stop at once, until the returned function is called. */
export function listenToKill(onKill: () => void): () => void {
  process.on('SIGUSR2', onKill);
  return () => process.off('SIGUSR2', onKill);
}
