/** Single keys of a terminal as actions on the device. */

import type { Action } from "./do-list.js";

const KEYS: Readonly<Record<string, Action>> = Object.freeze({
  o: "open",
  c: "close",
  " ": "toggle",
  a: "arm",
  d: "disarm",
  q: "exit",
  x: "crash",
  "\u0003": "exit",
});

export const KEYS_HELP = "o open, c close, space toggle, a arm, d disarm, q quit, x crash";

/** Calls `onAction` for each key until the function it returns is called. Standard input must be a terminal. */
export function listenToKeys(onAction: (action: Action) => void): () => void {
  const { stdin } = process;
  const onData = (data: Buffer): void => {
    for (const key of data.toString()) {
      const action = KEYS[key.toLowerCase()];
      if (action !== undefined) onAction(action);
    }
  };
  // Raw: a key counts without Enter. Ctrl-C then is a key like others.
  stdin.setRawMode(true);
  stdin.on("data", onData);
  stdin.resume();
  return () => {
    stdin.off("data", onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
