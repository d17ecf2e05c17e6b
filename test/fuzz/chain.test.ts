/** Certificate chains with any of their bytes changed, or put together anew: refused, without a word out of place. */

import { afterAll, expect, test } from "vitest";
import { NodeCrypto } from "../../host-sim/io/node-crypto.js";
import { verifyChain } from "../../src/transport/x509/verify-chain.js";
import { RandomSource } from "../mqtt/support/random.js";
import type { ChainCase } from "../support/authority.js";
import { makeAuthority } from "../support/authority.js";
import { spoiled } from "./support/mutation.js";
import { fuzzTarget, inputsOf, timeoutOf } from "./support/targets.js";

const TIMES = { timeout: timeoutOf("chain") };
const authority = makeAuthority();
afterAll(() => authority.dispose());
const crypto = new NodeCrypto();

test(`${inputsOf("chain")} changed chains are refused, unless nothing changed that counts`, TIMES, () => {
  const faults = new Map<string, number>();
  const good = authority.cases.filter(({ name }) => name.includes("with an intermediate")) as ChainCase[];
  const parts = good.flatMap(({ chain }) => chain);
  fuzzTarget("chain", (seed) => {
    const random = new RandomSource(seed * 32_416_190);
    const { authorities, chain, host } = good[random.below(good.length)] as ChainCase;
    const changed = chain.slice();
    const place = random.below(changed.length);
    const original = changed[place] as Uint8Array;
    changed[place] = spoiled(original, random, 1 + random.below(3));
    if (random.below(6) === 0) {
      changed.splice(random.below(changed.length + 1), 0, parts[random.below(parts.length)] as Uint8Array);
    }
    const { now, earliest } = authority;
    const verdict = verifyChain(changed, { authorities, host, now, earliest }, crypto);
    const outcome = "fault" in verdict ? verdict.fault : "accepted";
    faults.set(outcome, (faults.get(outcome) ?? 0) + 1);
    // The leaf is what the key is taken from: it is never accepted changed.
    if (outcome === "accepted")
      expect(chain.some((one) => Buffer.compare(one, changed[0] as Uint8Array) === 0)).toBe(true);
  });
  expect(faults.size).toBeGreaterThan(2);
});
