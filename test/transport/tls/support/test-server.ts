/**
 * A TLS 1.2 server in memory, for tests: it does everything right, unless it is told to do something wrong. Written from
 * the RFCs, apart from the client's code; in one long file, since it is read along with them from top to bottom.
 */

import type { Crypto, KeyAgreement, PrivateKey } from "../../../../src/transport/crypto/crypto.js";
import { joined } from "../../../mqtt/support/hex.js";
import type { TestMode } from "./test-keys.js";
import { TestKeys, testPrf } from "./test-keys.js";
import { message, uint16, uint24, vector16, vectors24 } from "./wire.js";

/** What the server sends in its handshake, piece by piece. */
export type Step =
  | { readonly message: number; readonly body: Uint8Array }
  | { readonly record: number; readonly content: Uint8Array; readonly version?: number }
  /** As it is, records or not. */
  | { readonly raw: Uint8Array };

export type TestSuite = 0x00a8 | 0x00ae | 0xc037 | 0xc02b;

export interface TestServerOptions {
  readonly crypto: Crypto;
  readonly suite: TestSuite;
  readonly pskKey?: Uint8Array;
  /** Absent: none is sent with plain PSK. */
  readonly hint?: Uint8Array;
  /** Its "certificate" is nothing but the point of its key. */
  readonly chain?: readonly Uint8Array[];
  readonly privateKey?: PrivateKey;
  /** The body of a CertificateRequest. */
  readonly certificateRequest?: Uint8Array;
  readonly version?: number;
  /** In addition to those that the client has offered and the server knows; undefined: left out. */
  readonly extensions?: Readonly<Record<number, Uint8Array | undefined>>;
  /** Says what is sent in place of a flight, which is the first one or the second one. */
  readonly rewrite?: (steps: readonly Step[], flight: 1 | 2) => readonly Step[];
  /** Most plaintext in a record of the handshake; absent: a record for each message. */
  readonly recordLength?: number;
  /** All messages of a flight in one record, or as few as `recordLength` allows. */
  readonly isCoalescing?: boolean;
}

const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const NOTHING: Readonly<Record<number, undefined>> = Object.freeze({});

export class TestServer {
  /** Records to be sent. */
  readonly output: Uint8Array[] = [];
  /** What the client sent: its alerts as "level description", its data, and the types of its messages and records. */
  readonly alerts: string[] = [];
  received: Uint8Array = new Uint8Array(0);
  readonly messages: number[] = [];
  readonly extensionsOffered = new Map<number, Uint8Array>();
  readonly suitesOffered: number[] = [];
  /** Longest plaintext of a record. */
  longestRecord = 0;
  clientChain: readonly Uint8Array[] = [];
  clientHello: Uint8Array = new Uint8Array(0);
  isOpen = false;
  /** The client has other keys; nothing more is taken from it. */
  isDeaf = false;
  hasExtendedMasterSecret = false;
  /** Of the server's records. */
  sealing: TestKeys | undefined;
  readonly #options: TestServerOptions;
  #input: Uint8Array = new Uint8Array(0);
  #handshakeInput: Uint8Array = new Uint8Array(0);
  #transcript: Uint8Array = new Uint8Array(0);
  #opening: TestKeys | undefined;
  #nextOpening: TestKeys | undefined;
  #nextSealing: TestKeys | undefined;
  #clientRandom: Uint8Array = new Uint8Array(0);
  #serverRandom: Uint8Array = new Uint8Array(0);
  #agreement: KeyAgreement | undefined;
  #isEtm = false;
  #master: Uint8Array = new Uint8Array(0);
  /** Plaintext that waits for the record to be full. */
  #pending: Uint8Array = new Uint8Array(0);

  constructor(options: TestServerOptions) {
    this.#options = options;
  }

  get mode(): TestMode {
    const { suite } = this.#options;
    return suite === 0x00a8 || suite === 0xc02b ? "gcm" : this.#isEtm ? "etm" : "cbc";
  }

  receive(bytes: Uint8Array): void {
    this.#input = joined([this.#input, bytes]);
    while (!this.isDeaf) {
      const length = 5 + (((this.#input[3] ?? 0) << 8) | (this.#input[4] ?? 0));
      if (this.#input.length < 5 || this.#input.length < length) return;
      const record = this.#input.slice(0, length);
      this.#input = this.#input.slice(length);
      this.#takeRecord(record);
    }
  }

  /** In one record. */
  send(data: Uint8Array): void {
    this.sendRecord(APPLICATION_DATA, data);
  }

  alert(level: number, description: number): void {
    this.sendRecord(ALERT, Uint8Array.of(level, description));
  }

  sendRecord(type: number, content: Uint8Array, version = 0x0303): void {
    this.sendSealed(type, this.sealing?.seal(type, content) ?? content, version);
  }

  /** `body` is sent as it is. */
  sendSealed(type: number, body: Uint8Array, version = 0x0303): void {
    const header = [type, version >> 8, version & 0xff, body.length >> 8, body.length & 0xff];
    this.output.push(joined([Uint8Array.from(header), body]));
  }

  sendMessage(type: number, body: Uint8Array): void {
    this.sendRecord(HANDSHAKE, message(type, body));
  }

  #takeRecord(record: Uint8Array): void {
    const type = record[0] as number;
    expectThat(record[1] === 3 && record[2] === 3, "records are of TLS 1.2");
    const body = record.slice(5);
    const content = this.#opening === undefined ? body : this.#opening.open(type, body);
    if (content === undefined) {
      this.isDeaf = true;
      return;
    }
    this.longestRecord = Math.max(this.longestRecord, content.length);
    if (type === ALERT) {
      expectThat(content.length === 2, "an alert has two bytes");
      this.alerts.push(`${content[0]} ${content[1]}`);
    } else if (type === CHANGE_CIPHER_SPEC) {
      expectThat(content.length === 1 && content[0] === 1, "ChangeCipherSpec is 1");
      expectThat(this.#nextOpening !== undefined, "ChangeCipherSpec comes after ClientKeyExchange");
      this.#opening = this.#nextOpening;
      this.messages.push(-1);
    } else if (type === HANDSHAKE) {
      this.#handshakeInput = joined([this.#handshakeInput, content]);
      this.#takeMessages();
    } else {
      expectThat(type === APPLICATION_DATA && this.isOpen, "application data comes at the end");
      this.received = joined([this.received, content]);
    }
  }

  #takeMessages(): void {
    for (;;) {
      const [type = 0, a = 0, b = 0, c = 0] = this.#handshakeInput;
      const length = 4 + ((a << 16) | (b << 8) | c);
      if (this.#handshakeInput.length < 4 || this.#handshakeInput.length < length) return;
      const whole = this.#handshakeInput.slice(0, length);
      this.#handshakeInput = this.#handshakeInput.slice(length);
      this.messages.push(type);
      this.#takeMessage(type, whole);
    }
  }

  #takeMessage(type: number, whole: Uint8Array): void {
    const { crypto } = this.#options;
    const body = whole.subarray(4);
    if (type === 15) this.#checkCertificateVerify(body);
    const before = this.#transcriptHash();
    this.#record(whole);
    if (type === 1) this.#takeClientHello(whole);
    else if (type === 11) this.clientChain = vectors24(body);
    else if (type === 16) this.#takeClientKeyExchange(body);
    else if (type === 20) {
      const expected = testPrf(crypto, this.#master, "client finished", before, 12);
      expectThat(
        body.length === 12 && body.every((byte, i) => byte === expected[i]),
        "the client's Finished is right",
      );
      this.isOpen = true;
      this.#sendFlight(
        [
          { record: CHANGE_CIPHER_SPEC, content: Uint8Array.of(1) },
          { message: 20, body: testPrf(crypto, this.#master, "server finished", this.#transcriptHash(), 12) },
        ],
        2,
      );
    }
  }

  #takeClientHello(whole: Uint8Array): void {
    this.clientHello = whole;
    const view = new DataView(whole.buffer, whole.byteOffset, whole.length);
    this.#clientRandom = whole.slice(6, 38);
    expectThat(view.getUint16(4) === 0x0303 && whole[38] === 0, "it offers TLS 1.2 and no session");
    let offset = 41 + view.getUint16(39);
    for (let i = 41; i < offset; i += 2) this.suitesOffered.push(view.getUint16(i));
    expectThat(whole[offset] === 1 && whole[offset + 1] === 0, "it offers no compression");
    expectThat(offset + 4 + view.getUint16(offset + 2) === whole.length, "the extensions are the end");
    for (offset += 4; offset < whole.length; ) {
      const end = offset + 4 + view.getUint16(offset + 2);
      this.extensionsOffered.set(view.getUint16(offset), whole.slice(offset + 4, end));
      offset = end;
    }
    this.#sendFlight(this.#firstFlight(), 1);
  }

  #firstFlight(): Step[] {
    const { certificateRequest, chain, crypto, hint, suite, version = 0x0303 } = this.#options;
    this.#serverRandom = crypto.random(32);
    const extensions = new Map<number, Uint8Array>();
    const known: readonly (readonly [number, Uint8Array])[] = [
      [23, new Uint8Array(0)],
      [0xff01, Uint8Array.of(0)],
      ...(suite === 0x00ae || suite === 0xc037 ? [[22, new Uint8Array(0)] as const] : []),
    ];
    for (const [number, data] of known) if (this.extensionsOffered.has(number)) extensions.set(number, data);
    const changes: Readonly<Record<number, Uint8Array | undefined>> = this.#options.extensions ?? NOTHING;
    for (const number of Object.keys(changes).map(Number)) {
      const data = changes[number];
      if (data === undefined) extensions.delete(number);
      else extensions.set(number, data);
    }
    this.#isEtm = extensions.has(22);
    this.hasExtendedMasterSecret = extensions.has(23);
    const list = [...extensions].flatMap(([number, data]) => [uint16(number), vector16(data)]);
    const steps: Step[] = [
      {
        message: 2,
        body: joined([
          uint16(version),
          this.#serverRandom,
          Uint8Array.of(0),
          uint16(suite),
          Uint8Array.of(0),
          ...(list.length === 0 ? [] : [vector16(joined(list))]),
        ]),
      },
    ];
    if (suite === 0xc02b) {
      const certificates = joined((chain ?? []).flatMap((der) => [uint24(der.length), der]));
      steps.push({ message: 11, body: joined([uint24(certificates.length), certificates]) });
    }
    if (suite !== 0x00a8 && suite !== 0x00ae) steps.push({ message: 12, body: this.#serverKeyExchange() });
    else if (hint !== undefined) steps.push({ message: 12, body: vector16(hint) });
    if (certificateRequest !== undefined) steps.push({ message: 13, body: certificateRequest });
    steps.push({ message: 14, body: new Uint8Array(0) });
    return steps;
  }

  #serverKeyExchange(): Uint8Array {
    const { crypto, hint, privateKey, suite } = this.#options;
    this.#agreement = crypto.keyAgreement();
    const { publicKey } = this.#agreement;
    const parameters = joined([Uint8Array.of(3, 0, 23, publicKey.length), publicKey]);
    if (suite === 0xc037) return joined([vector16(hint ?? new Uint8Array(0)), parameters]);
    const signed = joined([this.#clientRandom, this.#serverRandom, parameters]);
    const signature = crypto.sign(privateKey as PrivateKey, "SHA256", signed);
    return joined([parameters, uint16(0x0403), vector16(signature)]);
  }

  #takeClientKeyExchange(body: Uint8Array): void {
    const { crypto, pskKey, suite } = this.#options;
    const identityLength = pskKey === undefined ? 0 : 2 + (((body[0] ?? 0) << 8) | (body[1] ?? 0));
    let secret: Uint8Array = new Uint8Array(pskKey?.length ?? 0);
    if (this.#agreement !== undefined && (suite === 0xc037 || suite === 0xc02b)) {
      secret = this.#agreement.agree(body.subarray(identityLength + 1)) as Uint8Array;
    } else {
      expectThat(identityLength === body.length, "ClientKeyExchange has the identity alone");
    }
    const premaster = pskKey === undefined ? secret : joined([vector16(secret), vector16(pskKey)]);
    const randoms = joined([this.#clientRandom, this.#serverRandom]);
    this.#master = this.hasExtendedMasterSecret
      ? testPrf(crypto, premaster, "extended master secret", this.#transcriptHash(), 48)
      : testPrf(crypto, premaster, "master secret", randoms, 48);
    const isGcm = this.mode === "gcm";
    const [mac, salt] = isGcm ? [0, 4] : [32, 0];
    const seed = joined([this.#serverRandom, this.#clientRandom]);
    const block = testPrf(crypto, this.#master, "key expansion", seed, 2 * (mac + 16 + salt));
    const keysOf = (index: 0 | 1): TestKeys => {
      const [key, end] = [2 * mac + 16 * index, 2 * mac + 32 + salt * index];
      return new TestKeys(
        crypto,
        this.mode,
        block.slice(mac * index, mac * index + mac),
        block.slice(key, key + 16),
        block.slice(end, end + salt),
      );
    };
    this.#nextOpening = keysOf(0);
    this.#nextSealing = keysOf(1);
  }

  #checkCertificateVerify(body: Uint8Array): void {
    const point = this.clientChain[0] as Uint8Array;
    const isGood =
      body[0] === 4 &&
      body[1] === 3 &&
      this.#options.crypto.verify(
        { type: "ec", curve: "P-256", point },
        "SHA256",
        this.#transcript,
        body.subarray(4),
      );
    expectThat(isGood, "the client's CertificateVerify is right");
  }

  #sendFlight(steps: readonly Step[], flight: 1 | 2): void {
    const { isCoalescing = false, recordLength = 16_384, rewrite } = this.#options;
    for (const step of rewrite?.(steps, flight) ?? steps) {
      if ("message" in step) {
        const whole = message(step.message, step.body);
        this.#record(whole);
        this.#pending = joined([this.#pending, whole]);
        if (!isCoalescing) this.#flush(recordLength);
        continue;
      }
      this.#flush(recordLength);
      if ("raw" in step) {
        this.output.push(step.raw);
        continue;
      }
      this.sendRecord(step.record, step.content, step.version);
      if (step.record === CHANGE_CIPHER_SPEC && this.#nextSealing !== undefined) {
        this.sealing = this.#nextSealing;
        this.#nextSealing = undefined;
      }
    }
    this.#flush(recordLength);
  }

  #flush(recordLength: number): void {
    for (let start = 0; start < this.#pending.length; start += recordLength) {
      this.sendRecord(HANDSHAKE, this.#pending.subarray(start, start + recordLength));
    }
    this.#pending = new Uint8Array(0);
  }

  #transcriptHash(): Uint8Array {
    const hash = this.#options.crypto.hash("SHA256");
    hash.update(this.#transcript);
    return hash.digest();
  }

  #record(whole: Uint8Array): void {
    this.#transcript = joined([this.#transcript, whole]);
  }
}

/** The client is to be as strict with itself as with others. */
function expectThat(condition: boolean, what: string): void {
  if (!condition) throw new Error(`the client broke a rule: ${what}`);
}
