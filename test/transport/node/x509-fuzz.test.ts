/** Damaged certificates: none is accepted, whatever byte of it is damaged, and nothing is ever thrown. */

import { afterAll, describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import type { Crypto } from "../../../src/transport/crypto/crypto.js";
import { StrictPublicKey } from "../../../src/transport/crypto/strict-public-key.js";
import type { ChainFault } from "../../../src/transport/x509/trust.js";
import { verifyChain } from "../../../src/transport/x509/verify-chain.js";
import type { ChainCase } from "../../support/authority.js";
import { makeAuthority } from "../../support/authority.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";

const authority = makeAuthority();
afterAll(() => authority.dispose());

const nodeCrypto = new NodeCrypto();
const strict = new StrictPublicKey(new BigArithmetic(), nodeCrypto);
const strictCrypto: Crypto = Object.assign(new NodeCrypto(), { verify: strict.verify.bind(strict) });

const names = ["EC, with an intermediate", "RSA, with an intermediate", "P-384 with SHA-384"];
const cases = names.map((name) => authority.cases.find((entry) => entry.name === name) as ChainCase);

/** The outcome of the case with another certificate in place of the one at `index`. */
function outcomeWith(entry: ChainCase, index: number, bytes: Uint8Array, crypto: Crypto): string {
  const { now, earliest } = authority;
  const { authorities, host } = entry;
  const verdict = verifyChain(entry.chain.with(index, bytes), { authorities, host, now, earliest }, crypto);
  return "fault" in verdict ? verdict.fault : "accepted";
}

function count(outcomes: Map<string, number>, outcome: string): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}

const damagedFaults: readonly ChainFault[] = ["certificate-bad-signature", "certificate-malformed"];

describe.each(cases)("$name", (entry) => {
  test.each(entry.chain.map((_bytes, index) => index))("every bit of certificate %i counts", (index) => {
    const bytes = entry.chain[index] as Uint8Array;
    const outcomes = new Map<string, number>();
    for (let i = 0; i < bytes.length; i += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = bytes.slice();
        damaged[i] = (damaged[i] as number) ^ (1 << bit);
        count(outcomes, outcomeWith(entry, index, damaged, nodeCrypto));
      }
    }
    expect(outcomes.get("accepted")).toBe(undefined);
    for (const fault of damagedFaults) expect(outcomes.get(fault)).toBeGreaterThan(100);
  });

  test.each(entry.chain.map((_bytes, index) => index))(
    "certificate %i is refused when cut off, or with a byte more or less",
    (index) => {
      const bytes = entry.chain[index] as Uint8Array;
      const outcomes = new Map<string, number>();
      for (let i = 0; i < bytes.length; i += 1) {
        count(outcomes, outcomeWith(entry, index, bytes.subarray(0, i), nodeCrypto));
        const shorter = Uint8Array.of(...bytes.subarray(0, i), ...bytes.subarray(i + 1));
        count(outcomes, outcomeWith(entry, index, shorter, nodeCrypto));
        const longer = Uint8Array.of(...bytes.subarray(0, i), 0, ...bytes.subarray(i));
        count(outcomes, outcomeWith(entry, index, longer, nodeCrypto));
      }
      expect([...outcomes.keys()]).toEqual(["certificate-malformed"]);
    },
  );

  test("the device's own verification refuses a flip anywhere", () => {
    const bytes = entry.chain[0] as Uint8Array;
    const outcomes = new Map<string, number>();
    for (let i = 0; i < bytes.length; i += 5) {
      const damaged = bytes.slice();
      damaged[i] = (damaged[i] as number) ^ (1 << (i % 8));
      count(outcomes, outcomeWith(entry, 0, damaged, strictCrypto));
    }
    expect(outcomes.get("accepted")).toBe(undefined);
    expect(outcomes.get("certificate-bad-signature")).toBeGreaterThan(10);
  });

  // What the authority itself says is not signed by anybody who counts: it may be accepted or not, without harm.
  test("a damaged authority throws nothing", () => {
    const { chain, host } = entry;
    const { now, earliest } = authority;
    const [bytes] = entry.authorities as [Uint8Array];
    const damaged = bytes.slice();
    for (let i = 0; i < bytes.length; i += 1) {
      damaged[i] = (bytes[i] as number) ^ 0x11;
      const verdict = verifyChain(chain, { authorities: [damaged], host, now, earliest }, nodeCrypto);
      expect("leaf" in verdict || "fault" in verdict).toBe(true);
      damaged[i] = bytes[i] as number;
    }
  });
});
