/**
 * The client's handshake (RFC 5246 section 7.3): what each message of the server does.
 *
 * Which message may come when is in `handshake-states.ts` alone.
 */

import type { TransportError } from "../../mqtt/errors.js";
import type { PublicKey } from "../crypto/crypto.js";
import { BAD_RECORD_MAC, DECRYPT_ERROR, UNEXPECTED_MESSAGE, UNSUPPORTED_CERTIFICATE } from "./alert.js";
import { equalInConstantTime } from "./bytes.js";
import { acceptsCredentials, chainError, parseCertificate } from "./certificate-messages.js";
import type { KeyExchange } from "./cipher-suites.js";
import { suitesToOffer } from "./cipher-suites.js";
import { writeClientFlight } from "./client-flight.js";
import type { Offer } from "./client-hello.js";
import { clientHello } from "./client-hello.js";
import {
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  FINISHED,
  MESSAGE_HEADER_LENGTH,
  messageName,
  SERVER_HELLO,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
} from "./handshake-message.js";
import type { HandshakeState } from "./handshake-states.js";
import { awaited, CHANGE_CIPHER_SPEC_RECORD, nextState } from "./handshake-states.js";
import type { Randoms } from "./key-schedule.js";
import type { RecordOpener } from "./record.js";
import { HANDSHAKE } from "./record.js";
import type { RecordReader } from "./record-reader.js";
import type { RecordWriter } from "./record-writer.js";
import { FRAGMENT_LENGTH } from "./record-writer.js";
import type { ServerHello } from "./server-hello.js";
import { parseServerHello } from "./server-hello.js";
import { parseServerKeyExchange } from "./server-key-exchange.js";
import { closedInHandshake, TlsError } from "./tls-error.js";
import type { ClientCredentials, TlsLayerOptions } from "./tls-options.js";
import { Transcript } from "./transcript.js";

const RANDOM_LENGTH = 32;

export class Handshake {
  /** Whether the server has shown who it is: by the pre-shared key, or by a chain that was accepted. */
  isVerified = false;
  readonly #options: TlsLayerOptions;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;
  readonly #offer: Offer;
  readonly #transcript: Transcript;
  #state: HandshakeState = "hello";
  #hello: ServerHello | undefined;
  #leaf: PublicKey | undefined;
  #point: Uint8Array | undefined;
  #isCertificateRequested = false;
  /** The client's, if the server takes them. */
  #credentials: ClientCredentials | undefined;
  /** For what the server sends after ChangeCipherSpec. */
  #opener: RecordOpener | undefined;
  #verifyData: Uint8Array = new Uint8Array(0);

  constructor(options: TlsLayerOptions, reader: RecordReader, writer: RecordWriter) {
    const { applicationProtocol, cipherSuites, crypto, host } = options;
    this.#options = options;
    this.#reader = reader;
    this.#writer = writer;
    const suites = suitesToOffer(options.psk !== undefined, cipherSuites);
    this.#offer = { host, random: crypto.random(RANDOM_LENGTH), suites, applicationProtocol };
    this.#transcript = new Transcript(crypto, credentialsOf(options) !== undefined);
  }

  get isComplete(): boolean {
    return this.#state === "complete";
  }

  /** @throws TlsError when there is nothing to offer */
  start(): void {
    const { psk } = this.#options;
    if (this.#offer.suites.length === 0) {
      const kind = psk === undefined ? "certificates" : "a pre-shared key";
      const message = `none of the cipher suites that were named is known and fit for ${kind}`;
      throw new TlsError(undefined, "no-cipher-suite", message, "ssl_cipher_suites");
    }
    if (psk?.key.length === 0) {
      throw new TlsError(undefined, "psk-empty", "the pre-shared key is empty", "ssl_psk_key");
    }
    const hello = clientHello(this.#offer);
    this.#transcript.add(hello);
    this.#writer.write(HANDSHAKE, hello);
  }

  /**
   * @param message with its header
   * @throws TlsError
   */
  received(message: Uint8Array): void {
    const type = message[0] as number;
    this.#expect(type, messageName(type));
    this.#transcript.add(message);
    this.#handle(type, message.subarray(MESSAGE_HEADER_LENGTH));
    this.#advance(type);
  }

  /** @throws TlsError when it comes at the wrong time */
  changeCipherSpec(): void {
    this.#expect(CHANGE_CIPHER_SPEC_RECORD, "ChangeCipherSpec");
    this.#reader.protect(this.#opener as RecordOpener);
    this.#opener = undefined;
    this.#advance(CHANGE_CIPHER_SPEC_RECORD);
  }

  /** `error`, or what is likely to be behind it at this point. */
  explained(error: TlsError): TlsError {
    const isFirstUnderKeys = this.#state === "finished" && error.alert === BAD_RECORD_MAC;
    if (!isFirstUnderKeys || this.#options.psk === undefined) return error;
    const message = "the server has other keys: the pre-shared key or its identity is wrong";
    return new TlsError(error.alert, "psk-wrong", message, "ssl_psk_key");
  }

  /** The error for a stream that ends at this point. */
  closed(cause?: unknown): TransportError {
    const isAnswered = this.#state === "change-cipher-spec" || this.#state === "finished";
    if (isAnswered && this.#options.psk !== undefined) {
      return closedInHandshake("are the identity and the pre-shared key right?", "ssl_psk_identity", cause);
    }
    if (isAnswered && this.#isCertificateRequested) {
      return closedInHandshake("is the client's certificate right?", "ssl_cert", cause);
    }
    return closedInHandshake("is this the port of TLS 1.2?", "server", cause);
  }

  /** It is over. */
  wipe(): void {
    this.#opener?.wipe();
    this.#opener = undefined;
    this.#verifyData.fill(0);
  }

  get #keyExchange(): KeyExchange | undefined {
    return this.#hello?.suite.keyExchange;
  }

  get #randoms(): Randoms {
    return { client: this.#offer.random, server: (this.#hello as ServerHello).random };
  }

  #expect(type: number, name: string): void {
    if (nextState(this.#state, type, this.#keyExchange) !== undefined) return;
    const expected = awaited(this.#state, this.#keyExchange);
    const message = `the server sent ${name} in place of ${expected}`;
    throw new TlsError(UNEXPECTED_MESSAGE, "unexpected-message", message);
  }

  #advance(type: number): void {
    this.#state = nextState(this.#state, type, this.#keyExchange) as HandshakeState;
  }

  #handle(type: number, body: Uint8Array): void {
    switch (type) {
      case SERVER_HELLO:
        this.#hello = parseServerHello(body, this.#offer);
        this.#reader.agreeOnVersion();
        if (this.#hello.maxFragmentLength) this.#reader.limitFragments(FRAGMENT_LENGTH);
        break;
      case CERTIFICATE:
        this.#authenticate(parseCertificate(body));
        break;
      case SERVER_KEY_EXCHANGE: {
        const keyExchange = this.#keyExchange as KeyExchange;
        const { crypto } = this.#options;
        this.#point = parseServerKeyExchange(body, keyExchange, this.#leaf, this.#randoms, crypto);
        break;
      }
      case CERTIFICATE_REQUEST: {
        this.#isCertificateRequested = true;
        const credentials = credentialsOf(this.#options);
        if (acceptsCredentials(body, credentials)) this.#credentials = credentials;
        break;
      }
      case SERVER_HELLO_DONE:
        this.#answer();
        break;
      case FINISHED:
        this.#finish(body);
    }
  }

  #authenticate(chain: readonly Uint8Array[]): void {
    if (this.#options.psk !== undefined) return;
    const verdict = this.#options.authenticate(chain);
    if ("fault" in verdict) throw chainError(verdict.fault, verdict.message);
    const keyType = this.#keyExchange === "ecdhe-rsa" ? "rsa" : "ec";
    if (verdict.leaf.type !== keyType) {
      const message = "the server's certificate does not fit the cipher suite that it chose";
      throw new TlsError(UNSUPPORTED_CERTIFICATE, "certificate-unfit", message, "server");
    }
    this.#leaf = verdict.leaf;
    this.isVerified = verdict.isVerified;
  }

  #answer(): void {
    const { opener, verifyData } = writeClientFlight(
      this.#options,
      {
        hello: this.#hello as ServerHello,
        randoms: this.#randoms,
        point: this.#point,
        isCertificateRequested: this.#isCertificateRequested,
        credentials: this.#credentials,
      },
      this.#transcript,
      this.#writer,
    );
    this.#opener = opener;
    this.#verifyData = verifyData;
  }

  #finish(verifyData: Uint8Array): void {
    if (!equalInConstantTime(verifyData, this.#verifyData)) {
      const message = "the server has seen another handshake: somebody changed it on its way";
      throw new TlsError(DECRYPT_ERROR, "finished-wrong", message);
    }
    if (this.#options.psk !== undefined) this.isVerified = true;
  }
}

function credentialsOf(options: TlsLayerOptions): ClientCredentials | undefined {
  return options.psk === undefined ? options.clientCredentials : undefined;
}
