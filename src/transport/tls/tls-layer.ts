/**
 * Reed's TLS 1.2 client (RFC 5246): strict, small, and nothing that a device can do without. No sessions are resumed,
 * nothing is compressed, nothing renegotiated.
 *
 * This file has the life of a connection, with alerts and application data. Below it are the records
 * (`record-reader.ts`, `record-writer.ts`), and beside it the handshake (`handshake.ts`), which is given up when it is
 * complete.
 */

import type { LayerState, StreamLayer } from "../stream-layer.js";
import { alertName, CLOSE_NOTIFY, FATAL, ILLEGAL_PARAMETER, NO_RENEGOTIATION, WARNING } from "./alert.js";
import { Handshake } from "./handshake.js";
import { HELLO_REQUEST, messageName } from "./handshake-message.js";
import { MessageAssembler } from "./message-assembler.js";
import { receivedAlert } from "./received-alert.js";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE } from "./record.js";
import { RecordReader } from "./record-reader.js";
import { RecordWriter } from "./record-writer.js";
import { internalError, malformed, TlsError, truncated, unexpected } from "./tls-error.js";
import type { TlsLayerOptions } from "./tls-options.js";

/** Records in a row with nothing in them that gets anywhere: warnings, empty ones, requests to renegotiate. */
const IDLE_RECORD_LIMIT = 16;

/**
 * Records under one key in one direction. RFC 8446 section 5.5 has AES-GCM safe for 2^24.5 records of 16 KB; these
 * have an eighth of that, and MQTT's are mostly much shorter. A device reaches it in years, and connects anew.
 */
export const RECORD_LIMIT = 2 ** 27;

export class TlsLayer implements StreamLayer {
  readonly stage = "tls";
  /** Until the handshake has them: certificates and private key are not held for longer than it lasts. */
  #options: TlsLayerOptions | undefined;
  readonly #isPsk: boolean;
  readonly #recordLimit: number;
  readonly #reader = new RecordReader();
  readonly #writer = new RecordWriter();
  readonly #assembler = new MessageAssembler();
  /** Until it is complete. */
  #handshake: Handshake | undefined;
  #state: LayerState = "opening";
  #cause: unknown;
  #peerVerified = false;
  /** Application data of the last record, and how much of it was read. */
  #plaintext: Uint8Array | undefined;
  #position = 0;
  #idleRecords = 0;

  constructor(options: TlsLayerOptions) {
    this.#options = options;
    this.#isPsk = options.psk !== undefined;
    this.#recordLimit = options.recordLimit ?? RECORD_LIMIT;
  }

  get state(): LayerState {
    return this.#state;
  }

  get cause(): unknown {
    return this.#cause;
  }

  get peerVerified(): boolean {
    return this.#peerVerified;
  }

  get readable(): number {
    return this.#plaintext === undefined ? 0 : this.#plaintext.length - this.#position;
  }

  opened(): void {
    const options = this.#options;
    if (options === undefined) return;
    this.#options = undefined;
    try {
      this.#handshake = new Handshake(options, this.#reader, this.#writer);
      this.#handshake.start();
    } catch (error) {
      this.#fail(error);
    }
  }

  space(available: number): Uint8Array {
    const takesNone = this.#state === "closed" || this.readable > 0;
    return takesNone ? new Uint8Array(0) : this.#reader.space(available);
  }

  received(byteLength: number): void {
    if (this.#state === "closed" || byteLength === 0) return;
    try {
      if (!this.#reader.received(byteLength)) return;
      this.#take(this.#reader.type, this.#reader.plaintext);
      this.#checkCount(this.#reader.count);
    } catch (error) {
      this.#fail(error);
    }
  }

  lost(cause?: unknown): void {
    if (this.#state === "closed") return;
    this.#writer.discard();
    if (this.#handshake !== undefined) this.#end(this.#handshake.closed(cause));
    else this.#end(this.#state === "opening" ? cause : (cause ?? truncated(this.#reader.isInside)));
  }

  read(target: Uint8Array): void {
    const end = this.#position + target.length;
    if (this.#plaintext !== undefined) target.set(this.#plaintext.subarray(this.#position, end));
    this.#position = end;
    if (this.readable === 0) this.#plaintext = undefined;
  }

  writable(room: number): number {
    return this.#state === "open" ? this.#writer.capacity(room) : 0;
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== "open") throw new Error(`cannot write to TLS that is ${this.#state}`);
    try {
      this.#writer.write(APPLICATION_DATA, bytes);
      this.#checkCount(this.#writer.count);
    } catch (error) {
      this.#fail(error);
    }
  }

  nextTransmit(limit: number): Uint8Array | undefined {
    return this.#writer.next(limit);
  }

  close(): void {
    this.#plaintext = undefined;
    if (this.#state === "closed") return;
    // Before ClientHello there is nothing to say goodbye to.
    if (this.#handshake !== undefined || this.#state === "open") this.#alert(WARNING, CLOSE_NOTIFY);
    this.#end(undefined);
  }

  #take(type: number, fragment: Uint8Array): void {
    if (type === ALERT) {
      this.#takeAlert(fragment);
    } else if (type === HANDSHAKE) {
      if (fragment.length === 0) throw unexpected("an empty record of the handshake");
      this.#assembler.add(fragment);
      this.#takeMessages();
    } else if (this.#assembler.isInside) {
      throw unexpected("another record inside a handshake message");
    } else if (type === CHANGE_CIPHER_SPEC) {
      this.#takeChangeCipherSpec(fragment);
    } else {
      this.#takeApplicationData(fragment);
    }
  }

  #takeMessages(): void {
    for (;;) {
      const message = this.#assembler.next();
      if (message === undefined) return;
      const handshake = this.#handshake;
      if (handshake === undefined) {
        this.#takeLateMessage(message[0] as number);
      } else {
        handshake.received(message);
        if (handshake.isComplete) this.#open(handshake);
      }
    }
  }

  #open(handshake: Handshake): void {
    this.#peerVerified = handshake.isVerified;
    handshake.wipe();
    this.#handshake = undefined;
    this.#state = "open";
  }

  /**
   * A server may ask to renegotiate, and a client may decline (RFC 5246 section 7.2.2). It is then up to the server
   * whether it goes on; to break off would be no safer, since nothing is done either way. While something waits to be
   * sent, the request is ignored, as it may be: else who asks and does not read could fill the memory with answers.
   */
  #takeLateMessage(type: number): void {
    if (type !== HELLO_REQUEST) throw unexpected(`${messageName(type)} after the handshake`);
    this.#countIdle();
    if (this.#writer.isEmpty) this.#alert(WARNING, NO_RENEGOTIATION);
  }

  #takeChangeCipherSpec(fragment: Uint8Array): void {
    if (this.#handshake === undefined) throw unexpected("ChangeCipherSpec after the handshake");
    if (fragment.length !== 1 || fragment[0] !== 1) throw malformed("ChangeCipherSpec", "is none");
    this.#handshake.changeCipherSpec();
  }

  #takeApplicationData(fragment: Uint8Array): void {
    if (this.#state !== "open") throw unexpected("application data before the end of the handshake");
    if (fragment.length === 0) {
      this.#countIdle();
      return;
    }
    this.#idleRecords = 0;
    this.#plaintext = fragment;
    this.#position = 0;
  }

  #takeAlert(fragment: Uint8Array): void {
    const [level, description] = fragment;
    if (fragment.length !== 2 || description === undefined) throw malformed("alert", "is none");
    if (description === CLOSE_NOTIFY) {
      // To be answered in kind (RFC 5246 section 7.2.1), whatever its level.
      this.#alert(WARNING, CLOSE_NOTIFY);
      this.#end(this.#handshake?.closed());
    } else if (level === FATAL) {
      const phase = this.#state === "open" ? "open" : this.#isPsk ? "psk" : "certificate";
      this.#end(receivedAlert(description, phase));
    } else if (level === WARNING) {
      // Such as unrecognized_name, from a server that has only one certificate anyway.
      this.#countIdle();
    } else {
      const message = `the server's alert ${alertName(description)} has level ${level}`;
      throw new TlsError(ILLEGAL_PARAMETER, "malformed-message", message);
    }
  }

  #countIdle(): void {
    this.#idleRecords += 1;
    if (this.#idleRecords > IDLE_RECORD_LIMIT) {
      throw unexpected(`more than ${IDLE_RECORD_LIMIT} records in a row that say nothing`);
    }
  }

  #checkCount(count: number): void {
    if (count < this.#recordLimit || this.#state === "closed") return;
    const message = `${count} records were protected by one key, which is enough; connect anew`;
    throw new TlsError(CLOSE_NOTIFY, "key-used-up", message);
  }

  #fail(error: unknown): void {
    const fault =
      error instanceof TlsError ? (this.#handshake?.explained(error) ?? error) : internalError(error);
    if (fault.alert !== undefined) this.#alert(fault.alert === CLOSE_NOTIFY ? WARNING : FATAL, fault.alert);
    this.#end(fault);
  }

  #alert(level: number, description: number): void {
    this.#writer.write(ALERT, Uint8Array.of(level, description));
  }

  #end(cause: unknown): void {
    this.#state = "closed";
    this.#cause = cause;
    this.#handshake?.wipe();
    this.#handshake = undefined;
    this.#reader.end();
    this.#writer.end();
  }
}
