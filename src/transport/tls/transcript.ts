/** All handshake messages so far, as one running hash. */

import type { Crypto, Hash } from "../crypto/crypto.js";
import { joined } from "./bytes.js";

export class Transcript {
  readonly #hash: Hash;
  #messages: Uint8Array[] | undefined;

  /** @param keepsMessages they may have to be signed, which takes the messages themselves */
  constructor(crypto: Crypto, keepsMessages: boolean) {
    this.#hash = crypto.hash("SHA256");
    this.#messages = keepsMessages ? [] : undefined;
  }

  /** A message with its header. */
  add(message: Uint8Array): void {
    this.#hash.update(message);
    this.#messages?.push(message.slice());
  }

  digest(): Uint8Array {
    return this.#hash.digest();
  }

  /** The messages themselves, which are not kept any longer; empty when they were not. */
  takeMessages(): Uint8Array {
    const messages = joined(...(this.#messages ?? []));
    this.#messages = undefined;
    return messages;
  }
}
