/** What people and supervisors ask of a process that runs for months. */
export interface SignalHandlers {
  /** The first SIGTERM or SIGINT. */
  readonly onStop: (signal: 'SIGTERM' | 'SIGINT') => void;
  /** Another one: does not return. */
  readonly onForce: () => void;
  readonly onReload: () => void;
  /** SIGUSR2: trading is to stop at once. */
  readonly onKill: () => void;
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
  const { onReload, onKill, onFatal } = handlers;
  process.on('SIGTERM', onTerm);
  process.on('SIGINT', onInt);
  process.on('SIGHUP', onReload);
  process.on('SIGUSR2', onKill);
  process.prependListener('uncaughtException', onFatal);
  return () => {
    process.off('SIGTERM', onTerm);
    process.off('SIGINT', onInt);
    process.off('SIGHUP', onReload);
    process.off('SIGUSR2', onKill);
    process.off('uncaughtException', onFatal);
  };
}
