/** Checks a topic name that arrives in parts and is too long to be held: as well as one that is. */

import { ProtocolError } from "./errors.js";

const PLUS = 0x2b;
const HASH = 0x23;

export class TopicScanner {
  /** Continuation bytes still to come of the present character, and the range of the next one. */
  private left = 0;
  private low = 0x80;
  private high = 0xbf;

  /** Looks at the bytes from `start` to `end`. @throws ProtocolError */
  take(bytes: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i += 1) {
      const byte = bytes[i] as number;
      if (this.left > 0) this.continue(byte);
      else if (byte >= 0x80) this.begin(byte);
      else if (byte === 0) throw new ProtocolError("MQTT-1.5.3-2", "U+0000 in a topic name");
      else if (byte === PLUS || byte === HASH) {
        throw new ProtocolError("MQTT-3.3.2-2", "a wildcard in a topic name");
      }
    }
  }

  /** That was all. @throws ProtocolError when a character is cut off */
  finish(): void {
    if (this.left > 0) throw illFormed();
  }

  /** The second byte's range excludes overlong forms, surrogates and what lies past U+10FFFF (Unicode table 3-7). */
  private begin(lead: number): void {
    if (lead < 0xc2 || lead > 0xf4) throw illFormed();
    this.left = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    this.low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    this.high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  }

  private continue(byte: number): void {
    if (byte < this.low || byte > this.high) throw illFormed();
    this.low = 0x80;
    this.high = 0xbf;
    this.left -= 1;
  }
}

function illFormed(): ProtocolError {
  return new ProtocolError("MQTT-1.5.3-1", "ill-formed UTF-8 in a topic name");
}
