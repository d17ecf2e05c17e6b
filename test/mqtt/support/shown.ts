/** Packets as plain data with their bytes in hexadecimal, easy to compare and to read in a failure. */

import type { ClientPacket, ServerPacket } from "../../../src/mqtt/packet.js";
import { hexFromBytes } from "./hex.js";

/** `packet` without what is undefined in it, every `Uint8Array` as hexadecimal, and its fields sorted by name. */
export function shown(packet: ClientPacket | ServerPacket): Readonly<Record<string, unknown>> {
  return shownFields(packet);
}

function shownFields(value: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (field !== undefined) fields[name] = shownValue(field);
  }
  return fields;
}

function shownValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return hexFromBytes(value);
  if (Array.isArray(value)) return value.map(shownValue);
  return typeof value === "object" && value !== null ? shownFields(value) : value;
}
