/** Gives Node's error for "no address of this name could be reached" a message; it comes without one. */

/** Returns `error` itself, or for an `AggregateError` one that says what became of each address, with its `code`. */
export function legibleError(error: Error): Error {
  if (!(error instanceof AggregateError) || error.message !== "") {
    return error;
  }
  const failures = error.errors.map((failure: unknown) =>
    failure instanceof Error ? failure.message : String(failure),
  );
  const code: unknown = "code" in error ? error.code : undefined;
  return Object.assign(new Error(failures.join("; "), { cause: error }), { code });
}
