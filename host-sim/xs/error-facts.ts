/** Errors on their way between the worker and its host: JSON would leave nothing of them. */

import { TransportError } from "../../src/mqtt/errors.js";
import type { OpeningStage } from "../../src/mqtt/ports.js";

/** What is to be known of an error on the other side. */
export interface ErrorFacts {
  readonly message: string;
  /** Of a `TransportError`. */
  readonly transport?: { readonly stage: OpeningStage; readonly code: string; readonly key?: string };
}

/** @param error whatever was thrown or reported */
export function factsOf(error: unknown): ErrorFacts {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof TransportError)) return { message };
  const { code, key, stage } = error;
  return { message, transport: { stage, code, ...(key === undefined ? {} : { key }) } };
}

/** The error anew: a `TransportError` if it was one, else one without a class of its own. */
export function errorFrom({ message, transport }: ErrorFacts): Error {
  if (transport === undefined) return new Error(message);
  return new TransportError(transport.stage, transport.code, message, transport.key);
}
