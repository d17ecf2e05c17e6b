/** The client's answer to ServerHelloDone, with which the keys come into being (RFC 5246 section 7.4.7 and later). */

import { encodeUtf8 } from "../../mqtt/utf8.js";
import { ILLEGAL_PARAMETER, INTERNAL_ERROR } from "./alert.js";
import { joined, uint16s, vector } from "./bytes.js";
import { certificateMessage } from "./certificate-messages.js";
import { CERTIFICATE_VERIFY, CLIENT_KEY_EXCHANGE, FINISHED, handshakeMessage } from "./handshake-message.js";
import type { Randoms } from "./key-schedule.js";
import { extendedMasterSecret, masterSecret, pskPremasterSecret, verifyData } from "./key-schedule.js";
import { protectionOf } from "./protection.js";
import type { RecordOpener } from "./record.js";
import { CHANGE_CIPHER_SPEC, HANDSHAKE } from "./record.js";
import type { RecordWriter } from "./record-writer.js";
import type { ServerHello } from "./server-hello.js";
import { signatureAlgorithmFor } from "./signature-algorithms.js";
import { TlsError } from "./tls-error.js";
import type { ClientCredentials, TlsLayerOptions } from "./tls-options.js";
import type { Transcript } from "./transcript.js";

/** What the server has said so far. */
export interface ServerFlight {
  readonly hello: ServerHello;
  readonly randoms: Randoms;
  /** Of ServerKeyExchange. */
  readonly point: Uint8Array | undefined;
  /** Whether it wants a certificate. */
  readonly isCertificateRequested: boolean;
  /** What it is to get: nothing when there is none, or none that it takes. */
  readonly credentials: ClientCredentials | undefined;
}

/** What is to come of it. */
export interface ServerKeys {
  /** For what the server sends after ChangeCipherSpec. */
  readonly opener: RecordOpener;
  /** What its Finished must say. */
  readonly verifyData: Uint8Array;
}

/**
 * Writes everything up to Finished. All secrets are overwritten when it returns, but for the keys of the records.
 * @throws TlsError
 */
export function writeClientFlight(
  options: TlsLayerOptions,
  server: ServerFlight,
  transcript: Transcript,
  writer: RecordWriter,
): ServerKeys {
  const { crypto } = options;
  const { credentials, hello, randoms } = server;
  const messages: Uint8Array[] = [];
  const add = (message: Uint8Array): void => {
    transcript.add(message);
    messages.push(message);
  };

  if (server.isCertificateRequested) add(certificateMessage(credentials?.certificates ?? []));
  const { keyExchangeMessage, premaster } = exchangeKeys(options, server.point);
  add(keyExchangeMessage);
  const master = hello.extendedMasterSecret
    ? extendedMasterSecret(crypto, premaster, transcript.digest())
    : masterSecret(crypto, premaster, randoms);
  premaster.fill(0);
  const signed = transcript.takeMessages();
  if (credentials !== undefined) add(certificateVerify(options, credentials, signed));
  writer.write(HANDSHAKE, joined(...messages));

  const { mode } = hello.suite;
  const { opener, sealer } = protectionOf(crypto, mode, hello.encryptThenMac, master, randoms);
  writer.write(CHANGE_CIPHER_SPEC, Uint8Array.of(1));
  writer.protect(sealer);
  const finished = handshakeMessage(FINISHED, verifyData(crypto, master, "client", transcript.digest()));
  transcript.add(finished);
  writer.write(HANDSHAKE, finished);
  // No message comes between our Finished and the server's, so that it is known now.
  const expected = verifyData(crypto, master, "server", transcript.digest());
  master.fill(0);
  return { opener, verifyData: expected };
}

interface ExchangedKeys {
  /** ClientKeyExchange. */
  readonly keyExchangeMessage: Uint8Array;
  /** To be overwritten by the caller. */
  readonly premaster: Uint8Array;
}

function exchangeKeys({ crypto, psk }: TlsLayerOptions, serverPoint: Uint8Array | undefined): ExchangedKeys {
  const fields: Uint8Array[] = [];
  if (psk !== undefined) {
    const { identity } = psk;
    fields.push(vector(2, typeof identity === "string" ? encodeUtf8(identity) : identity));
  }
  let shared: Uint8Array | undefined;
  if (serverPoint !== undefined) {
    const agreement = crypto.keyAgreement();
    shared = agreement.agree(serverPoint);
    if (shared === undefined) {
      throw new TlsError(ILLEGAL_PARAMETER, "point-invalid", "the server's point is not on its curve");
    }
    fields.push(vector(1, agreement.publicKey));
  }
  const keyExchangeMessage = handshakeMessage(CLIENT_KEY_EXCHANGE, ...fields);
  if (psk === undefined) return { keyExchangeMessage, premaster: shared as Uint8Array };
  const premaster = pskPremasterSecret(psk.key, shared);
  shared?.fill(0);
  return { keyExchangeMessage, premaster };
}

function certificateVerify(
  { crypto }: TlsLayerOptions,
  { privateKey }: ClientCredentials,
  messages: Uint8Array,
): Uint8Array {
  const { hash, number } = signatureAlgorithmFor(privateKey);
  let signature: Uint8Array;
  try {
    signature = crypto.sign(privateKey, hash, messages);
  } catch {
    // Why is not told: the message might show something of the key.
    const message = "the client's private key cannot be used for a signature";
    throw new TlsError(INTERNAL_ERROR, "client-key-unusable", message, "ssl_key");
  }
  return handshakeMessage(CERTIFICATE_VERIFY, uint16s(number), vector(2, signature));
}
