/** Lines of `mosquitto.conf` that put TLS on a listener, and what mosquitto's own clients need to talk to it. */

import type { ChainCase } from "./authority.js";
import type { MosquittoOptions } from "./mosquitto.js";

/** With a server certificate. */
export function tlsListener({ certFile, keyFile }: ChainCase): MosquittoOptions {
  return { config: [`certfile ${certFile}`, `keyfile ${keyFile}`] };
}

/** The same, only for clients with a certificate by the authority in `clientCaFile`; their common name is the user. */
export function mutualTlsListener(server: ChainCase, clientCaFile: string): MosquittoOptions {
  return {
    config: [
      ...(tlsListener(server).config ?? []),
      `cafile ${clientCaFile}`,
      "require_certificate true",
      "use_identity_as_username true",
      "allow_anonymous false",
    ],
  };
}

/** Without certificates: the keys are in hexadecimal, by identity. */
export function pskListener(keys: Readonly<Record<string, string>>, ciphers?: string): MosquittoOptions {
  const lines = Object.entries(keys).map(([identity, key]) => `${identity}:${key}\n`);
  return {
    config: [
      "psk_hint reed",
      "psk_file $DIR/psk",
      "use_identity_as_username true",
      "allow_anonymous false",
      ...(ciphers === undefined ? [] : [`ciphers ${ciphers}`]),
    ],
    files: { psk: lines.join("") },
  };
}

/** Arguments of `mosquitto_pub` and `mosquitto_sub`. */
export function trustingArgs({ caFile }: ChainCase): readonly string[] {
  return ["--cafile", caFile];
}

export function pskArgs(identity: string, key: string): readonly string[] {
  return ["--psk-identity", identity, "--psk", key];
}
