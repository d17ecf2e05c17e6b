/** The bytes of a certificate or key that a config names: a file, or the PEM text that stands in the name's place. */

import { TransportError } from "../mqtt/errors.js";
import { encodeUtf8 } from "../mqtt/utf8.js";
import type { FileStore } from "./file-store.js";
import type { CredentialKey } from "./x509/credentials.js";

/** What stands in front of the content of a PEM block. A text with it is no file name. */
const PEM_MARK = "-----BEGIN";
/** No file name is longer on a device, and a key in base64 or hexadecimal that lost its first line is. */
const LONGEST_NAME = 40;

/**
 * @param nameOrText the value of the config key
 * @throws TransportError `file-missing` or `file-unreadable`; the name is not in it unless it looks like one
 */
export function credentialFile(files: FileStore, nameOrText: string, key: CredentialKey): Uint8Array {
  if (nameOrText.includes(PEM_MARK)) return encodeUtf8(nameOrText);
  const isName = nameOrText.length <= LONGEST_NAME;
  let content: Uint8Array | undefined;
  try {
    content = files.read(nameOrText);
  } catch (error) {
    // What the system says has the name in it.
    const why = isName && error instanceof Error ? `: ${error.message}` : "";
    throw new TransportError("tls", "file-unreadable", `the file of ${key} cannot be read${why}`, key);
  }
  if (content !== undefined) return content;
  const shown = isName ? JSON.stringify(nameOrText) : "of that name";
  throw new TransportError("tls", "file-missing", `there is no file ${shown} for ${key}`, key);
}
