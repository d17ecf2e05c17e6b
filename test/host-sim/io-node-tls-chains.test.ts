/** TLS by Node with every chain of the common table, each presented by a real server. */

import { afterAll, describe, expect, test } from "vitest";
import type { ChainCase } from "../support/authority.js";
import { makeAuthority } from "../support/authority.js";
import { attemptTls, presenting, startTlsServer } from "../support/tls-world.js";

/** Where OpenSSL may be of another opinion, and why that is none the worse. */
const DIFFERENCES: Readonly<Record<string, readonly [result: string, why: string]>> = {
  "RSA-PSS": ["accepted", "it knows more algorithms"],
  "an Ed25519 key": ["accepted", "it knows more algorithms"],
  "an authority for e-mail addresses": ["accepted", "it knows what to do with them"],
  "another authority of that name, without key identifiers": [
    "certificate-unknown-authority",
    "it says so when no authority has signed, whatever its name",
  ],
  "the root has no basicConstraints": ["certificate-wrong-use", "it says it this way"],
  "the intermediate has no basicConstraints": ["certificate-wrong-use", "it says it this way"],
  "any extended use": ["certificate-wrong-use", "it is stricter"],
  "may not sign": ["accepted", "it looks at the key usage only of the server that it is itself"],
};

const authority = makeAuthority();
afterAll(() => authority.dispose());

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a server's chain over %s", (version) => {
  test.each(authority.cases)("$name: $expected", async (chain) => {
    if (chain.name === "may not sign" && version === "TLSv1.2") {
      // Node's server does not use such a certificate itself.
      expect(await resultOf(chain, version)).toBe("alert-handshake-failure");
    } else {
      const [other = chain.expected] = DIFFERENCES[chain.name] ?? [];
      expect([chain.expected, other]).toContain(await resultOf(chain, version));
    }
  });
});

test("the differences are those of chains that are in the table", () => {
  const names = authority.cases.map(({ name }) => name);
  expect(Object.keys(DIFFERENCES).filter((name) => !names.includes(name))).toEqual([]);
});

/** "accepted", or the code of the refusal. */
async function resultOf(chain: ChainCase, version: "TLSv1.2" | "TLSv1.3"): Promise<string> {
  const port = await startTlsServer({ ...presenting(chain), maxVersion: version });
  const { handler, transport, failure } = await attemptTls(port, chain.host, {
    caCertificates: chain.caFile,
  });
  if (handler.opened) {
    expect(transport.peerVerified).toBe(true);
    return "accepted";
  }
  expect(failure).toMatchObject({ name: "TransportError", stage: "tls", key: expect.any(String) });
  return failure.code;
}
