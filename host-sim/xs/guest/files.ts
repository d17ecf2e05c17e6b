/** Files by name in the worker: they are the host's. */

import type { FileStore } from "../../../src/transport/file-store.js";
import { askForBytesOrNone } from "./ask.js";

export class GuestFiles implements FileStore {
  read(name: string): Uint8Array | undefined {
    return askForBytesOrNone({ type: "file-read", name });
  }
}
