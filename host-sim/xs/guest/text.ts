/** UTF-8 in the worker, by its native encoder and decoder: they stand for those of the engine on a device. */

import type { TextPort } from "../../../src/mqtt/ports.js";
import "./globals.js";

export class GuestText extends xs.TextDecoder implements TextPort {
  constructor() {
    super("utf-8", { fatal: true, ignoreBOM: true });
  }

  encode(text: string): Uint8Array {
    return xs.encodeText(text);
  }
}
