/** Flash partitions, which the typings on npm (5.6.0) and those of the SDK lack. Describes Moddable SDK 8.2.3. */

declare module "embedded:storage/flash" {
  interface Partition {
    read(buffer: Uint8Array, position: number): number;
    write(buffer: Uint8Array, position: number): void;
    eraseBlock(block: number): void;
    status(): { readonly size: number; readonly blocks: number; readonly blockLength: number };
  }

  const flash: {
    /** Throws when there is no such partition. */
    open(options: { readonly path: string }): Partition;
  };
  export default flash;
}
