/** How the command line ends: exit statuses, and the errors that lead to them. */

/** Done. */
export const DONE = 0;
/** It did not work: no connection, refused, a step not observed. */
export const FAILED = 1;
/** The command line or the config is wrong. */
export const BAD_USAGE = 2;

/** A failure to be told in one line and without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly status: number;

  constructor(message: string, status: number = FAILED) {
    super(message);
    this.status = status;
  }
}
