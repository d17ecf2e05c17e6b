/** TLS by Reed's own TLS 1.2 client: on the device, and wherever its code runs on XS. */

import { TransportError } from "../mqtt/errors.js";
import type { Milliseconds, TimerProvider, TlsOptions, Transport, TransportHandler } from "../mqtt/ports.js";
import { credentialFile } from "./credential-file.js";
import type { Crypto } from "./crypto/crypto.js";
import { MalformedError } from "./der.js";
import { FailedTransport } from "./failed-transport.js";
import type { FileStore } from "./file-store.js";
import { LayerTransport } from "./layer-transport.js";
import type { Opener } from "./opener.js";
import { TlsLayer } from "./tls/tls-layer.js";
import type { ClientCredentials, ServerVerdict, TlsLayerOptions } from "./tls/tls-options.js";
import type { TlsPort } from "./tls-port.js";
import { parseCertificate } from "./x509/certificate.js";
import type { CredentialKey } from "./x509/credentials.js";
import { checkKeyPair, readCertificates, readPrivateKey } from "./x509/credentials.js";
import { verifyChain } from "./x509/verify-chain.js";

export interface OwnTlsPorts {
  readonly crypto: Crypto;
  /** Where certificates and keys are that a config names. */
  readonly files: FileStore;
  readonly timers: TimerProvider;
  /** The time of day, in ms since 1970; undefined while it is not known. */
  readonly wallClock: () => Milliseconds | undefined;
  /** No time before this one is credible: when the firmware was built, in ms since 1970. */
  readonly earliest: Milliseconds;
}

export class OwnTls implements TlsPort {
  readonly #ports: OwnTlsPorts;

  constructor(ports: OwnTlsPorts) {
    this.#ports = ports;
  }

  open(options: TlsOptions, host: string, below: Opener, handler: TransportHandler): Transport {
    const { timers } = this.#ports;
    let layer: TlsLayer;
    try {
      layer = new TlsLayer(this.#layerOptions(options, host));
    } catch (cause) {
      return new FailedTransport(timers, handler, cause);
    }
    return new LayerTransport(layer, below, timers, handler);
  }

  #read(nameOrText: string, key: CredentialKey): Uint8Array {
    return credentialFile(this.#ports.files, nameOrText, key);
  }

  #layerOptions(options: TlsOptions, host: string): TlsLayerOptions {
    const { crypto } = this.#ports;
    const { applicationProtocol, cipherSuites, pskIdentity, pskKey } = options;
    const common = {
      host,
      crypto,
      ...(applicationProtocol === undefined ? {} : { applicationProtocol }),
      ...(cipherSuites === undefined ? {} : { cipherSuites }),
    };
    if (pskIdentity !== undefined && pskKey !== undefined) {
      return { ...common, psk: { identity: pskIdentity, key: pskKey } };
    }
    const clientCredentials = this.#clientCredentials(options);
    return {
      ...common,
      authenticate: this.#authenticator(options, host),
      ...(clientCredentials === undefined ? {} : { clientCredentials }),
    };
  }

  #authenticator(
    { acceptAnyServer, caCertificates }: TlsOptions,
    host: string,
  ): (chain: readonly Uint8Array[]) => ServerVerdict {
    if (acceptAnyServer === true) return keyOfAnyServer;
    if (caCertificates === undefined) {
      const message = "nobody is named who may vouch for the server";
      throw new TransportError("tls", "no-authority", message, "ssl_ca_cert");
    }
    const { crypto, earliest, wallClock } = this.#ports;
    const authorities = readCertificates(this.#read(caCertificates, "ssl_ca_cert"), "ssl_ca_cert");
    return (chain) => {
      const verdict = verifyChain(chain, { authorities, host, now: wallClock(), earliest }, crypto);
      return "fault" in verdict ? verdict : { leaf: verdict.leaf, isVerified: true };
    };
  }

  #clientCredentials({ certificate, privateKey }: TlsOptions): ClientCredentials | undefined {
    if (certificate === undefined || privateKey === undefined) return undefined;
    const certificates = readCertificates(this.#read(certificate, "ssl_cert"), "ssl_cert");
    const key = readPrivateKey(this.#read(privateKey, "ssl_key"), "ssl_key");
    checkKeyPair(certificates[0] as Uint8Array, key, this.#ports.crypto);
    return { certificates, privateKey: key };
  }
}

/** For tests: the key is the server's, but nobody knows whose server it is. */
function keyOfAnyServer(chain: readonly Uint8Array[]): ServerVerdict {
  try {
    // A copy: the bytes of the chain are valid during the call only, and the key is a view of them.
    const { publicKey } = parseCertificate(new Uint8Array(chain[0] as Uint8Array));
    return "fault" in publicKey ? publicKey : { leaf: publicKey, isVerified: false };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return {
      fault: "certificate-malformed",
      message: `the server's certificate is malformed: ${error.message}`,
    };
  }
}
