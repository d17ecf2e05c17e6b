/** Files by name: certificates and keys that a config names. */

export interface FileStore {
  /** The bytes of the file, or undefined when there is none of that name. */
  read(name: string): Uint8Array | undefined;
}
