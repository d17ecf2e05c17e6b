/** The storage port in the worker: the values lie with the host. */

import type { Storage } from "../../../src/mqtt/ports.js";
import { ask, askForBytesOrNone } from "./ask.js";

export class GuestStore implements Storage {
  read(key: string): Uint8Array | undefined {
    return askForBytesOrNone({ type: "store-read", key });
  }

  write(key: string, value: Uint8Array): void {
    ask({ type: "store-write", key }, value);
  }

  delete(key: string): void {
    ask({ type: "store-delete", key });
  }

  keys(): Iterable<string> {
    return ask({ type: "store-keys" }) as string[];
  }
}
