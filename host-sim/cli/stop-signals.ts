/** Ctrl-C and SIGTERM as one call, once; the second time the process ends at once, as people expect. */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Calls `onStop` at the first signal. Returns a function that takes the handlers away again. */
export function onStopSignal(onStop: () => void): () => void {
  let asked = false;
  const handler = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(128 + (signal === "SIGINT" ? 2 : 15));
    asked = true;
    onStop();
  };
  for (const signal of SIGNALS) process.on(signal, handler);
  return () => {
    for (const signal of SIGNALS) process.off(signal, handler);
  };
}
