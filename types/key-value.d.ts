/**
 * ECMA-419 key-value storage, which the typings on npm (5.6.0) lack.
 *
 * Describes Moddable SDK 8.2.3, as far as the firmware uses it. Its own typings do not say that `read` returns
 * undefined for a key that is not there.
 */

declare module "embedded:storage/key-value" {
  interface Domain {
    read(key: string): ArrayBuffer | undefined;
    write(key: string, value: ArrayBuffer | Uint8Array): void;
    delete(key: string): void;
    close(): void;
    [Symbol.iterator](): Iterator<string>;
  }

  const keyValue: {
    /** In "buffer" format. Throws when it cannot be opened. */
    open(options: { readonly path: string }): Domain;
  };
  export default keyValue;
}
