/** What verifying a server needs to know, and what comes of it: the seam between TLS and certificates. */

import type { Milliseconds } from "../../mqtt/ports.js";
import type { PublicKey } from "../crypto/crypto.js";

export interface TrustOptions {
  /** The certificates of the authorities, each in DER. */
  readonly authorities: readonly Uint8Array[];
  /** The host name or IP address that the leaf must be made out to. */
  readonly host: string;
  /** The time of day, in ms since 1970; undefined when it is not known. */
  readonly now: Milliseconds | undefined;
  /** No time before this one is credible: when the firmware was built, in ms since 1970. */
  readonly earliest: Milliseconds;
}

/** Why a chain is refused; stable, for tests and tables. */
export type ChainFault =
  | "certificate-malformed"
  | "certificate-expired"
  | "certificate-not-yet-valid"
  | "certificate-wrong-host"
  | "certificate-without-names"
  | "certificate-self-signed"
  | "certificate-unknown-authority"
  | "certificate-issuer-no-authority"
  | "certificate-bad-signature"
  | "certificate-weak-signature"
  | "certificate-wrong-use"
  | "certificate-unsupported";

/** `leaf` is the key that the server must prove to have. */
export type ChainVerdict =
  | { readonly leaf: PublicKey }
  | { readonly fault: ChainFault /** For people, with names and dates. */; readonly message: string };
