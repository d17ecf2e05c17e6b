/** WebSocket as the server's side of a test has it: responses, frames, and the sample of RFC 6455. Runs on every engine. */

import type { Hash } from "../../src/transport/crypto/crypto.js";
import type { HandshakeCrypto } from "../../src/transport/websocket/opening-handshake.js";
import { bytesFromHex, hexFromBytes, joined } from "../mqtt/support/hex.js";

/** The key of RFC 6455 section 1.3 and the answer to it. */
export const SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const SAMPLE_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/** The mask of RFC 6455 section 5.7. */
export const SAMPLE_MASK = "37 fa 21 3d";

/** Gives the sample's nonce and mask, and knows the sample's SHA-1, or what `masks` and `key` say. */
export class SampleCrypto implements HandshakeCrypto {
  /** How many bytes were asked for, each time. */
  readonly asked: number[] = [];
  /** What was hashed. */
  hashed = "";
  readonly masks: string[] = [];

  random(byteLength: number): Uint8Array {
    this.asked.push(byteLength);
    if (byteLength === 16) return bytesFromHex('"the sample nonce"');
    return bytesFromHex(this.masks.shift() ?? SAMPLE_MASK);
  }

  hash(name: string): Hash {
    if (name !== "SHA1") throw new Error(`${name} instead of SHA1`);
    return {
      update: (bytes) => {
        this.hashed += String.fromCharCode(...bytes);
      },
      digest: () => bytesFromHex("b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea"),
    };
  }
}

/** A good response's header fields. */
export const GOOD_FIELDS: readonly string[] = Object.freeze([
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Accept: ${SAMPLE_ACCEPT}`,
  "Sec-WebSocket-Protocol: mqtt",
]);

/** A response; each character is a byte. */
export function response(
  status = "HTTP/1.1 101 Switching Protocols",
  fields: readonly string[] = GOOD_FIELDS,
): Uint8Array {
  return latin1(`${[status, ...fields].join("\r\n")}\r\n\r\n`);
}

/** A good response but for one field: instead of that which begins as `field` does, or besides when there is none. */
export function responseWith(field: string): Uint8Array {
  const name = field.slice(0, field.indexOf(":") + 1).toLowerCase();
  const others = GOOD_FIELDS.filter((good) => !good.toLowerCase().startsWith(name));
  return response(undefined, [...others, field]);
}

export function latin1(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) bytes.push(character.charCodeAt(0) & 0xff);
  return Uint8Array.from(bytes);
}

export interface FrameOptions {
  readonly final?: boolean;
  /** Bytes of the length besides the second byte: 0, 2 or 8. Default: as few as possible. */
  readonly lengthBytes?: number;
  /** What the length says, if it is not the payload's. */
  readonly length?: number;
}

/** A frame of the server, without a mask; `payload` as bytes or hexadecimal. */
export function frame(opcode: number, payload: Uint8Array | string, options: FrameOptions = {}): Uint8Array {
  const bytes = typeof payload === "string" ? bytesFromHex(payload) : payload;
  const length = options.length ?? bytes.length;
  const lengthBytes = options.lengthBytes ?? (length <= 125 ? 0 : length < 0x1_0000 ? 2 : 8);
  const head = [
    (options.final === false ? 0 : 0x80) | opcode,
    lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127,
  ];
  for (let i = lengthBytes - 1; i >= 0; i -= 1) head.push(Math.floor(length / 256 ** i) % 256);
  return joined([Uint8Array.from(head), bytes]);
}

/** A frame as a client sent it. */
export interface ClientFrame {
  readonly opcode: number;
  readonly mask: string;
  readonly payload: Uint8Array;
}

/** Reads frames of a client; throws for anything a server would refuse. */
export function clientFrames(bytes: Uint8Array): ClientFrame[] {
  const frames: ClientFrame[] = [];
  let offset = 0;
  const take = (byteLength: number): Uint8Array => {
    offset += byteLength;
    if (offset > bytes.length) throw new Error(`a frame is cut off in ${hexFromBytes(bytes)}`);
    return bytes.subarray(offset - byteLength, offset);
  };
  while (offset < bytes.length) {
    const [first, second] = take(2) as unknown as [number, number];
    if ((first & 0xf0) !== 0x80) throw new Error(`the first byte is ${first}`);
    if (second < 0x80) throw new Error("a frame of a client without a mask");
    let length = second & 0x7f;
    if (length === 126) {
      const [high, low] = take(2) as unknown as [number, number];
      length = high * 256 + low;
      if (length < 126) throw new Error(`the length ${length} in two bytes`);
    } else if (length === 127) {
      throw new Error("a length of 8 bytes, which this client needs not");
    }
    const mask = take(4);
    const payload = take(length).map((byte, i) => byte ^ (mask[i % 4] as number));
    frames.push({ opcode: first & 0x0f, mask: hexFromBytes(mask), payload });
  }
  return frames;
}

/** `2: 10 0c`, each. */
export function shownFrames(bytes: Uint8Array): string[] {
  return clientFrames(bytes).map(({ opcode, payload }) => `${opcode}: ${hexFromBytes(payload)}`.trim());
}
