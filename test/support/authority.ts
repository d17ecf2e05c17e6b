/**
 * A certificate authority made at test time with the `openssl` command: a table of good and bad certificate chains,
 * and client certificates in every format. Nothing private is ever in the repository.
 *
 * One table for every implementation of TLS: `verifyChain`, Reed's own TLS and `node:tls`. Use:
 *
 *     const authority = makeAuthority();           // once per test file; takes about a second
 *     afterAll(() => authority.dispose());
 *     test.each(authority.cases)("$name: $expected", ({ expected, host, caFile, certFile, keyFile }) => …);
 *
 * A server of a case is `tls.createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) })`; when the case
 * says `needsSecurityLevel0`, also with `ciphers: "DEFAULT@SECLEVEL=0"`, since OpenSSL does not load such certificates
 * otherwise. The client connects to 127.0.0.1, whatever `host` is, and expects `host`.
 */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChainFault } from "../../src/transport/x509/trust.js";
import { makeChainCases } from "./authority/chain-cases.js";
import type { ClientCredentials } from "./authority/client-credentials.js";
import { makeClientCredentials } from "./authority/client-credentials.js";
import { OpensslCa } from "./authority/openssl-ca.js";

export type { ClientCredentials };

/** A server's chain, the authorities that a client knows, and what is to come of it. */
export interface ChainCase {
  /** A sentence. */
  readonly name: string;
  readonly expected: "accepted" | ChainFault;
  /** The host name or IP address that the client has in its config. */
  readonly host: string;
  /** The client's authorities: PEM, with text around the blocks in some cases; DER where the name says so. */
  readonly caFile: string;
  /** What the server sends, in this order, leaf first: PEM. */
  readonly certFile: string;
  /** The leaf's private key: PEM, PKCS#8. */
  readonly keyFile: string;
  /** `certFile` as DER. */
  readonly chain: readonly Uint8Array[];
  /** `caFile` as DER. */
  readonly authorities: readonly Uint8Array[];
  /** OpenSSL loads the server's certificates only at security level 0: short key, SHA-1 or MD5. */
  readonly needsSecurityLevel0: boolean;
  /** Set where `openssl verify` says otherwise: why. */
  readonly opensslDiffers?: string;
}

export interface Authority {
  readonly directory: string;
  /** When it was made, in ms since 1970: the time of day for clients that know it. */
  readonly now: number;
  /** A time that a firmware may have been built at: before `now`, and after everything that is expired. */
  readonly earliest: number;
  readonly cases: readonly ChainCase[];
  /** A good server chain (EC, P-256) for the host names broker.example.com and localhost, 127.0.0.1 and ::1. */
  readonly good: ChainCase;
  /** PEM: what a server must know to accept the client certificates. */
  readonly clientCaFile: string;
  /** Client certificates with their keys, in every format that must be understood. */
  readonly clients: readonly ClientCredentials[];
  /** Removes the folder, which also happens when the process ends. */
  dispose(): void;
}

export function makeAuthority(): Authority {
  const directory = mkdtempSync(join(tmpdir(), "authority-test-"));
  const dispose = () => rmSync(directory, { recursive: true, force: true });
  process.once("exit", dispose);
  const ca = new OpensslCa(directory);
  const cases = makeChainCases(ca);
  const clientDirectory = join(directory, "client");
  mkdirSync(clientDirectory);
  const clients = makeClientCredentials(new OpensslCa(clientDirectory));
  return {
    directory,
    now: ca.now,
    earliest: ca.now - 43_200_000,
    cases,
    good: cases[0] as ChainCase,
    clientCaFile: clients.caFile,
    clients: clients.credentials,
    dispose: () => {
      process.off("exit", dispose);
      dispose();
    },
  };
}
