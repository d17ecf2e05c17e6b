/**
 * The secrets that tests put into configs, and an ear for all that is printed: nothing of it may contain one.
 *
 * `no-secrets-setup.ts` has every test fail in which a secret was heard, on the console of the test, in the output of
 * `reed-sim`, or in the log of a device.
 */

/** Use these where a test needs a password, or a key in hexadecimal. */
export const PASSWORD = "hunter2";
export const HEX_KEY = "c0ffee00c0ffee00c0ffee00c0ffee00";

/** What must never be printed; a private key in PEM is known by its label. */
const SECRETS: readonly string[] = [PASSWORD, HEX_KEY, "PRIVATE KEY-----"];

const leaks: string[] = [];

/** Notes what was printed somewhere. */
export function overheard(text: string): void {
  for (const secret of SECRETS) if (text.includes(secret)) leaks.push(`${secret} in: ${text.trim()}`);
}

/** What was heard since the last call. */
export function takeLeaks(): readonly string[] {
  return leaks.splice(0);
}
