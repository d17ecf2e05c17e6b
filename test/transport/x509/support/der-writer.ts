/** Writes DER, right or wrong, for tests on every engine. */

import { encodeUtf8 } from "../../../../src/mqtt/utf8.js";

/** One element; `parts` are its content, one after the other. */
export function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const content: number[] = [];
  for (const part of parts) for (const byte of part) content.push(byte);
  const { length } = content;
  const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...header, ...content]);
}

export function sequence(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return der(0x30, ...parts);
}

export function objectIdentifier(text: string): Uint8Array {
  const [root = 0, second = 0, ...arcs] = text.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [root * 40 + second, ...arcs]) {
    const groups = [arc & 0x7f];
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
      groups.unshift((rest & 0x7f) | 0x80);
    }
    bytes.push(...groups);
  }
  return der(0x06, bytes);
}

export function text(tag: number, value: string): Uint8Array {
  return der(tag, encodeUtf8(value));
}
