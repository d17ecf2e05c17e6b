/** Every chain of the table, by `verifyChain` with both implementations of cryptography; OpenSSL is asked too. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import type { Crypto } from "../../../src/transport/crypto/crypto.js";
import { StrictPublicKey } from "../../../src/transport/crypto/strict-public-key.js";
import { readCertificates } from "../../../src/transport/x509/credentials.js";
import type { ChainVerdict } from "../../../src/transport/x509/trust.js";
import { verifyChain } from "../../../src/transport/x509/verify-chain.js";
import type { ChainCase } from "../../support/authority.js";
import { makeAuthority } from "../../support/authority.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";

const authority = makeAuthority();
afterAll(() => authority.dispose());

const strict = new StrictPublicKey(new BigArithmetic(), new NodeCrypto());
/** As on the device: only hashes are the platform's. */
const strictCrypto: Crypto = Object.assign(new NodeCrypto(), {
  verify: strict.verify.bind(strict),
  sign: strict.sign.bind(strict),
});

describe.each([
  ["node:crypto", new NodeCrypto()],
  ["the strict arithmetic", strictCrypto],
] as const)("with %s, a server's chain", (_name, crypto) => {
  test.each(authority.cases)("$name: $expected", ({ expected, host, caFile, certFile }) => {
    const { now, earliest } = authority;
    const chain = readCertificates(readFileSync(certFile), "ssl_cert");
    const authorities = readCertificates(readFileSync(caFile), "ssl_ca_cert");
    const verdict = verifyChain(chain, { authorities, host, now, earliest }, crypto);
    expect([outcome(verdict), verdict]).toEqual([expected, verdict]);
  });
});

test.each(authority.cases)("the files of the case are its DER bytes: $name", (entry) => {
  expect(readCertificates(readFileSync(entry.certFile), "ssl_cert")).toEqual(entry.chain);
  expect(readCertificates(readFileSync(entry.caFile), "ssl_ca_cert")).toEqual(entry.authorities);
});

// The oracle: where it says otherwise, the table says why.
test.each(authority.cases.filter(({ name }) => !name.endsWith("in DER")))(
  "openssl verify agrees, or the table says why not: $name",
  (entry) => {
    const accepts = opensslAccepts(entry);
    const agrees = accepts === (entry.expected === "accepted");
    expect({ accepts, why: agrees ? undefined : entry.opensslDiffers }).toEqual({
      accepts,
      why: agrees ? undefined : expect.any(String),
    });
    // And what is said to differ, does.
    expect(agrees).toBe(entry.opensslDiffers === undefined);
  },
);

test("each fault but a malformed certificate has a case", () => {
  expect([...new Set(authority.cases.map(({ expected }) => expected))].sort()).toEqual([
    "accepted",
    "certificate-bad-signature",
    "certificate-expired",
    "certificate-issuer-no-authority",
    "certificate-not-yet-valid",
    "certificate-self-signed",
    "certificate-unknown-authority",
    "certificate-unsupported",
    "certificate-weak-signature",
    "certificate-without-names",
    "certificate-wrong-host",
    "certificate-wrong-use",
  ]);
});

function outcome(verdict: ChainVerdict): ChainCase["expected"] {
  return "fault" in verdict ? verdict.fault : "accepted";
}

function opensslAccepts({ caFile, certFile, host }: ChainCase): boolean {
  const expected = isIP(host) === 0 ? ["-verify_hostname", host] : ["-verify_ip", host];
  const trust = ["-no-CAfile", "-no-CApath", "-no-CAstore", "-trusted", caFile, "-untrusted", certFile];
  try {
    execFileSync(
      "openssl",
      ["verify", "-purpose", "sslserver", "-auth_level", "1", ...expected, ...trust, certFile],
      { stdio: "pipe", cwd: join(certFile, "..") },
    );
    return true;
  } catch {
    return false;
  }
}
