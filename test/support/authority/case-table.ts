/** What the cases of the table are made with: keys, authorities, and the extensions of a good server certificate. */

import type { ChainCase } from "../authority.js";
import type { Certificate, CertificateOptions, KeyFile, OpensslCa } from "./openssl-ca.js";

export const DAY = 86_400_000;

export const HOST = "broker.example.com";
export const CA = [
  "basicConstraints=critical,CA:TRUE",
  "keyUsage=critical,keyCertSign,cRLSign",
  "subjectKeyIdentifier=hash",
];
export const SERVER = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth"];
export const SIGNING = "keyUsage=critical,digitalSignature";
export const NAMES = `subjectAltName=DNS:${HOST},DNS:localhost,IP:127.0.0.1,IP:::1`;
export const LEAF = [...SERVER, SIGNING, NAMES, "authorityKeyIdentifier=keyid"];

/** What may differ from the usual: for the host `HOST`, the authorities in PEM one after the other. */
export interface CaseDetails {
  readonly host?: string;
  readonly opensslDiffers?: string;
  readonly needsSecurityLevel0?: boolean;
  readonly caFile?: string;
}

export class CaseTable {
  readonly cases: ChainCase[] = [];
  readonly ca: OpensslCa;
  readonly rootKey: KeyFile;
  readonly leafKey: KeyFile;
  readonly otherKey: KeyFile;
  readonly intermediateKey: KeyFile;
  /** Issues `intermediate`, and most leaves. */
  readonly root: Certificate;
  readonly intermediate: Certificate;
  /** A good leaf, by `root`. */
  readonly direct: Certificate;
  /** A good leaf, by `intermediate`. */
  readonly below: Certificate;

  constructor(ca: OpensslCa) {
    this.ca = ca;
    this.rootKey = ca.ecKey("root");
    this.leafKey = ca.ecKey("leaf");
    this.otherKey = ca.ecKey("other");
    this.intermediateKey = ca.ecKey("intermediate");
    this.root = this.makeRoot();
    this.intermediate = this.makeIntermediate();
    this.direct = this.makeLeaf();
    this.below = this.makeLeaf({ issuer: this.intermediate });
  }

  /** The root, or one in its place with the differences that are given. */
  makeRoot(more: Partial<CertificateOptions> = {}): Certificate {
    return this.ca.issue({ key: this.rootKey, name: "Root", extensions: CA, ...more });
  }

  makeIntermediate(more: Partial<CertificateOptions> = {}): Certificate {
    const usual = { name: "Intermediate", extensions: CA, issuer: this.root };
    return this.ca.issue({ key: this.intermediateKey, ...usual, ...more });
  }

  makeLeaf(more: Partial<CertificateOptions> = {}): Certificate {
    return this.ca.issue({ key: this.leafKey, name: "server", extensions: LEAF, issuer: this.root, ...more });
  }

  /** A good leaf but for its names. */
  makeLeafFor(names: string, more: Partial<CertificateOptions> = {}): Certificate {
    return this.makeLeaf({ extensions: [...SERVER, SIGNING, `subjectAltName=${names}`], ...more });
  }

  /** @param chain as the server sends it, leaf first */
  add(
    expected: ChainCase["expected"],
    name: string,
    chain: readonly Certificate[],
    authorities: readonly Certificate[],
    details: CaseDetails = {},
  ): void {
    const file = `case-${this.cases.length}`;
    const { host = HOST, needsSecurityLevel0 = false, opensslDiffers } = details;
    this.cases.push({
      name,
      expected,
      host,
      caFile: details.caFile ?? this.ca.file(`${file}-ca.pem`, joined(authorities)),
      certFile: this.ca.file(`${file}-chain.pem`, joined(chain)),
      keyFile: (chain[0] as Certificate).key.path,
      chain: chain.map(({ der }) => der),
      authorities: authorities.map(({ der }) => der),
      needsSecurityLevel0,
      ...(opensslDiffers === undefined ? {} : { opensslDiffers }),
    });
  }
}

function joined(certificates: readonly Certificate[]): string {
  return certificates.map(({ pem }) => pem).join("");
}
