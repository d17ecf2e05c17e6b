/** UTF-8 by Node's own means. */

import { Buffer } from "node:buffer";
import type { TextPort } from "../../src/mqtt/ports.js";

export const nodeText: TextPort = Object.freeze({
  /** From Node's pool of memory: a third of what TextEncoder takes. */
  encode(text: string): Uint8Array {
    return Buffer.from(text, "utf8");
  },

  /** Only ASCII, where nothing can be ill-formed; everything else is left to our own code. */
  decode(bytes: Uint8Array): string | undefined {
    for (let i = 0; i < bytes.length; i += 1) if ((bytes[i] as number) > 127) return undefined;
    return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length);
  },
});
