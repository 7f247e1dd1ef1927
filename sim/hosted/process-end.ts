const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const pending = new Set<() => void>();

function cleanUpAll(): void {
  for (const cleanUp of [...pending]) cleanUp();
  pending.clear();
}

/** Where somebody else listens, they decide what the signal means: what is left when the process exits is cleaned up then. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  cleanUpAll();
  unwatch();
  process.kill(process.pid, signal); // die of it, as without us
}

function watch(): void {
  process.on("exit", cleanUpAll);
  for (const signal of SIGNALS) process.prependListener(signal, onSignal); // before those that listen once are gone
}

function unwatch(): void {
  process.off("exit", cleanUpAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/**
 * Runs `cleanUp` (synchronous) if this process ends, also by Ctrl-C, before the returned function is called. While
 * nothing waits, no signal is watched.
 */
export function atProcessEnd(cleanUp: () => void): () => void {
  if (pending.size === 0) watch();
  pending.add(cleanUp);
  return () => {
    if (pending.delete(cleanUp) && pending.size === 0) unwatch();
  };
}
