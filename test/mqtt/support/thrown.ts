/** What a call throws, reduced to the word that programs go by; an error of another class passes through. */

import { LimitError, ProtocolError, UsageError } from "../../../src/mqtt/errors.js";

/** The statement of the `ProtocolError` that `action` throws; undefined when it throws nothing. */
export function violationOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error.statement;
    throw error;
  }
  return undefined;
}

/** The code and the statements named by the `UsageError` or `LimitError` that `action` throws, as `code [statement]`. */
export function refusalOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof LimitError)) throw error;
    const open = error.message.indexOf("[MQTT");
    if (open === -1) return error.code;
    return `${error.code} ${error.message.slice(open, error.message.indexOf("]", open) + 1)}`;
  }
  return undefined;
}
