/** The packets of the model: a topic of one letter, the QoS, and a payload of one byte, the message's number. */

import { Violation } from "./violation.js";

/** First byte of CONNACK. */
export const ACCEPTED = 0x20;

/** CONNACK: not authorized. */
export const REFUSED: readonly number[] = Object.freeze([0x20, 2, 0, 5]);

/** First bytes of the acknowledgements. */
const ACKNOWLEDGEMENTS = Object.freeze({ PUBACK: 0x40, PUBREC: 0x50, PUBREL: 0x62, PUBCOMP: 0x70 });

export function publish(
  number: number,
  qos: 1 | 2,
  packetIdentifier: number,
  isDuplicate: boolean,
): Uint8Array {
  const first = 0x30 | (isDuplicate ? 8 : 0) | (qos << 1);
  return Uint8Array.of(first, 6, 0, 1, 48 + qos, packetIdentifier >> 8, packetIdentifier & 0xff, number);
}

export function acknowledgement(type: keyof typeof ACKNOWLEDGEMENTS, packetIdentifier: number): Uint8Array {
  return Uint8Array.of(ACKNOWLEDGEMENTS[type], 2, packetIdentifier >> 8, packetIdentifier & 0xff);
}

export function qosOf(packet: Uint8Array): 1 | 2 {
  return ((packet[0] as number) & 6) >> 1 === 2 ? 2 : 1;
}

export function isDuplicate(packet: Uint8Array): boolean {
  return ((packet[0] as number) & 8) !== 0;
}

export function numberOf(packet: Uint8Array): number {
  return packet[packet.length - 1] as number;
}

export function identifierOf(packet: Uint8Array): number {
  const at = (packet[0] as number) >> 4 === 3 ? 5 : 2;
  return ((packet[at] as number) << 8) | (packet[at + 1] as number);
}

/** Cuts what the device wrote at once into its packets, all of them whole and short. */
export function packetsOf(bytes: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + (bytes[at + 1] as number);
    if (end > bytes.length) throw new Violation("a packet that breaks off");
    packets.push(bytes.slice(at, end));
    at = end;
  }
  return packets;
}
