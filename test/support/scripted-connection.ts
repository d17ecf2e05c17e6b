/** One connection to a scripted server: what the client sends is compared byte by byte, what it gets is written out. */

import type { Packet } from "mqtt-packet";
import { expect } from "vitest";
import type { Direction, VirtualLink } from "../../host-sim/virtual/virtual-link.js";
import type { TransportHandler } from "../../src/mqtt/ports.js";
import { bytesFromHex, firstDifference, hexDifference, hexFromBytes, parseHexPattern } from "./hex.js";
import type { PacketDescription, PacketOf } from "./server-codec.js";
import { describePacket, generatePacket, packetByteLength, parsePacket } from "./server-codec.js";

/** Every method first lets everything happen that is due at the present time. */
export class ScriptedConnection implements TransportHandler {
  /** For the faults of the network: latency, stalls, half-open links. */
  readonly link: VirtualLink;
  readonly #settle: () => void;
  readonly #received: Packet[] = [];
  #unread = new Uint8Array(0);
  /** The beginning of a packet that is not whole yet. */
  #unparsed = new Uint8Array(0);
  #malformed: unknown;
  #ending: "open" | "ended" | "broken" = "open";

  constructor(link: VirtualLink, settle: () => void) {
    this.link = link;
    this.#settle = settle;
  }

  /** Every whole packet so far, expected or not. */
  get received(): readonly Packet[] {
    this.#settle();
    return this.#received;
  }

  /** What the client sent and no `expect` has dealt with. */
  get unread(): Uint8Array {
    this.#settle();
    return this.#unread.slice();
  }

  /** How the client ended the connection. */
  get ending(): "open" | "ended" | "broken" {
    this.#settle();
    return this.#ending;
  }

  /**
   * The next bytes from the client must be these: `"c0 00"`, with texts and wildcards as in `parseHexPattern`, where a
   * final `…` stands for the rest of the packet; or a packet described by some of its fields.
   */
  expect(expected: string | PacketDescription): void {
    if (typeof expected !== "string") {
      this.expectPacket(expected);
      return;
    }
    this.#settle();
    const pattern = parseHexPattern(expected);
    const byteLength = pattern.isOpen ? packetByteLength(this.#unread) : pattern.bytes.length;
    const next = this.#unread.subarray(0, byteLength ?? 0);
    if (byteLength === undefined || next.byteLength < byteLength || firstDifference(pattern, next) >= 0) {
      // Show the whole packet that came, not just as much of it as was expected.
      const shown = this.#unread.subarray(0, Math.max(next.byteLength, this.#nextPacketByteLength()));
      this.#fail(`the client sent other bytes than expected\n${hexDifference(pattern, shown)}`);
    }
    this.#drop(byteLength);
  }

  /** The next packet from the client must have these fields; returns all of it. Texts stand for their UTF-8 bytes. */
  expectPacket<C extends PacketDescription>(description: C): PacketOf<C["cmd"]> {
    this.#settle();
    const byteLength = this.#nextPacketByteLength();
    if (byteLength === 0 || byteLength > this.#unread.byteLength) {
      this.#fail(`the client has not sent a packet, expected: ${description.cmd}`);
    }
    const packet = parsePacket(this.#unread.subarray(0, byteLength));
    expect(comparable(packet, description), `the packet ${describePacket(packet)}`).toMatchObject(
      description,
    );
    this.#drop(byteLength);
    return packet as PacketOf<C["cmd"]>;
  }

  /** The client has sent nothing but what was expected, and the connection stands. */
  expectNothing(): void {
    this.#settle();
    if (this.#unread.byteLength > 0) {
      this.#fail("the client sent something, expected: nothing");
    }
    if (this.#ending !== "open") {
      this.#fail("the client has ended the connection, expected: nothing");
    }
  }

  /** The client has ended the connection, after sending nothing but what was expected. */
  expectEnd(): void {
    this.#settle();
    if (this.#unread.byteLength > 0) {
      this.#fail("the client sent something, expected: the end of the connection");
    }
    if (this.#ending === "open") {
      this.#fail("the client has not ended the connection");
    }
  }

  /** Sends bytes such as `"20 02 00 00"`, in one piece unless the link says otherwise. */
  send(bytes: string | Uint8Array): void {
    this.#settle();
    this.link.server.write(typeof bytes === "string" ? bytesFromHex(bytes) : bytes);
    this.#settle();
  }

  sendPacket(packet: PacketDescription): void {
    this.send(generatePacket(packet));
  }

  /** Ends the stream in an orderly way. */
  close(): void {
    this.#settle();
    this.link.server.close();
    this.#settle();
  }

  /** Ends the stream abruptly. */
  reset(): void {
    this.#settle();
    this.link.server.reset();
    this.#settle();
  }

  /** From now on all bytes disappear, and nobody is told. */
  vanish(direction: Direction = "both"): void {
    this.#settle();
    this.link.vanish(direction);
  }

  onReadable(byteLength: number): void {
    const bytes = new Uint8Array(byteLength);
    this.link.server.read(bytes);
    this.#unread = concatenate(this.#unread, bytes);
    this.#unparsed = concatenate(this.#unparsed, bytes);
    this.#parse();
  }

  onWritable(): void {}

  onError(cause?: unknown): void {
    this.#ending = cause === undefined ? "ended" : "broken";
  }

  #parse(): void {
    while (this.#malformed === undefined) {
      try {
        const byteLength = packetByteLength(this.#unparsed);
        if (byteLength === undefined || byteLength > this.#unparsed.byteLength) {
          return;
        }
        this.#received.push(parsePacket(this.#unparsed.subarray(0, byteLength)));
        this.#unparsed = this.#unparsed.slice(byteLength);
      } catch (error) {
        this.#malformed = error;
      }
    }
  }

  #nextPacketByteLength(): number {
    try {
      return packetByteLength(this.#unread) ?? this.#unread.byteLength;
    } catch {
      return this.#unread.byteLength;
    }
  }

  #drop(byteLength: number): void {
    this.#unread = this.#unread.slice(byteLength);
  }

  #fail(message: string): never {
    const lines = [message];
    if (this.#unread.byteLength > 0) {
      lines.push(`unread: ${hexFromBytes(this.#unread.subarray(0, 64))}`);
    }
    if (this.#malformed !== undefined) {
      lines.push(`malformed: ${this.#malformed}`);
    }
    lines.push("received so far:", ...this.#received.map((packet) => `  ${describePacket(packet)}`));
    throw new Error(lines.join("\n"));
  }
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.byteLength + second.byteLength);
  both.set(first);
  both.set(second, first.byteLength);
  return both;
}

/** `packet` with texts in place of bytes wherever `description` has a text. */
function comparable(packet: Packet, description: object): object {
  const given = new Map<string, unknown>(Object.entries(description));
  return Object.fromEntries(
    Object.entries(packet).map(([name, value]: [string, unknown]) => {
      const wanted = given.get(name);
      if (Buffer.isBuffer(value) && typeof wanted === "string") {
        return [name, value.toString("utf8")];
      }
      if (name === "will" && typeof value === "object" && typeof wanted === "object") {
        return [name, comparable((value ?? {}) as Packet, wanted ?? {})];
      }
      return [name, value];
    }),
  );
}
