/** Verifies chains of certificates made by hand, at a time and for a host that the tests share. */

import type { Crypto } from "../../../../src/transport/crypto/crypto.js";
import type { ChainVerdict, TrustOptions } from "../../../../src/transport/x509/trust.js";
import { verifyChain } from "../../../../src/transport/x509/verify-chain.js";
import { authority, PretendCrypto } from "./certificate-builder.js";

export const NOW = Date.UTC(2026, 0, 1);
export const EARLIEST = Date.UTC(2025, 5, 1);

/** For the host broker.example.com by an authority named Root, whose key is 9, unless `more` says otherwise. */
export function verify(
  chain: readonly Uint8Array[],
  more: Partial<TrustOptions> = {},
  pretend = new PretendCrypto(),
): ChainVerdict {
  const authorities = [authority("Root", 9)];
  const usual = { authorities, host: "broker.example.com", now: NOW, earliest: EARLIEST };
  return verifyChain(chain, { ...usual, ...more }, pretend as unknown as Crypto);
}

/** The fault, or "accepted". */
export function outcome(verdict: ChainVerdict): string {
  return "fault" in verdict ? verdict.fault : "accepted";
}

export function messageOf(verdict: ChainVerdict): string {
  return "message" in verdict ? verdict.message : "accepted";
}
