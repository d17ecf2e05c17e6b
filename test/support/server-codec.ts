/** Packets as `mqtt-packet` sees them: the server's half of the wire, independent of the code under test. */

import type { Packet, PacketCmd } from "mqtt-packet";
import { generate, parser } from "mqtt-packet";

type Description<P> = P extends { cmd: infer C } ? Partial<Omit<P, "cmd">> & { cmd: C } : never;

/** A packet of which only the interesting fields are given. */
export type PacketDescription = Description<Packet>;

/** The packet type that belongs to a command such as "publish". */
export type PacketOf<C extends PacketCmd> = Extract<Packet, { cmd: C }>;

/** The encoded form of `packet`; fields left out get the defaults of `mqtt-packet`. */
export function generatePacket(packet: PacketDescription): Uint8Array {
  return new Uint8Array(generate(packet as Packet));
}

/** Reads exactly one packet of MQTT 3.1.1; throws when `mqtt-packet` finds it malformed. */
export function parsePacket(bytes: Uint8Array): Packet {
  const found: Packet[] = [];
  const reader = parser({ protocolVersion: 4 });
  reader.on("packet", (packet) => found.push(packet));
  reader.on("error", (error) => {
    throw error;
  });
  reader.parse(Buffer.from(bytes));
  const [packet] = found;
  if (packet === undefined || found.length > 1) {
    throw new Error(`${found.length} packets in ${bytes.byteLength} bytes`);
  }
  return packet;
}

/** How long the first packet of `bytes` is, header included; `undefined` while the header is not all there. */
export function packetByteLength(bytes: Uint8Array): number | undefined {
  let remainingLength = 0;
  for (let index = 1; index <= 4; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) {
      return undefined;
    }
    remainingLength += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) {
      return index + 1 + remainingLength;
    }
  }
  throw new Error("the remaining length has more than four bytes [MQTT-2.2.3]");
}

/** One line for people: `publish qos 1 topic "a/b" payload "x" messageId 7`; fields that are off are left out. */
export function describePacket(packet: Packet): string {
  const fields: string[] = [packet.cmd];
  for (const [name, value] of Object.entries(packet)) {
    if (name !== "cmd" && name !== "length" && value) {
      fields.push(`${name} ${describeValue(value)}`);
    }
  }
  return fields.join(" ");
}

function describeValue(value: unknown): string {
  const text = JSON.stringify(value, (_, part) =>
    part?.type === "Buffer" ? Buffer.from(part.data).toString("utf8") : part,
  );
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
