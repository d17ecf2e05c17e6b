/**
 * Cryptographic primitives of the SDK, for which neither its own typings nor those on npm have anything.
 *
 * Describes Moddable SDK 8.2.3, as far as the firmware uses it. "Whole" says where a view of a buffer will not do.
 */

declare module "crypt" {
  /** "SHA1", "SHA256", "SHA384", "SHA512" and others. */
  export class Digest {
    constructor(name: string);
    readonly blockSize: number;
    write(data: ArrayBuffer | Uint8Array): void;
    /** With true the digest goes on; else only `reset` may follow. */
    close(more?: boolean): ArrayBuffer;
    reset(): void;
  }

  /** GHASH of NIST SP 800-38D. Data after a write whose length is not a multiple of 16 is not told from its padding. */
  export class GHASH {
    /** Both whole. */
    constructor(h: ArrayBuffer, additionalData: ArrayBuffer);
    write(data: ArrayBuffer | Uint8Array): void;
    close(): ArrayBuffer;
  }

  /** "AES" and others. */
  export class BlockCipher {
    /** The key is whole, and copied. */
    constructor(name: string, key: ArrayBuffer);
    /** One whole block. */
    encrypt(block: ArrayBuffer): ArrayBuffer;
  }

  /** "CTR", "CBC" and others. */
  export class Mode {
    /** The block is whole, and copied. */
    constructor(name: string, cipher: BlockCipher, iv: ArrayBuffer);
    /** Writes to `result`, which is whole, at least as long as the data, and may be its buffer. */
    encrypt(data: Uint8Array, result: ArrayBuffer): ArrayBuffer;
    decrypt(data: Uint8Array, result: ArrayBuffer): ArrayBuffer;
  }
}

declare module "rng" {
  const RNG: {
    get(byteLength: number): ArrayBuffer;
  };
  export default RNG;
}

declare module "modular" {
  export default class Modular {
    constructor(modulus: bigint);
    exp(base: bigint, exponent: bigint): bigint;
    /** Never returns for 0. */
    mulinv(value: bigint): bigint;
  }
}

declare module "mont" {
  export default class Mont {
    constructor(options: { readonly m: bigint });
    exp(base: bigint, exponent: bigint): bigint;
  }
}

declare module "ec" {
  /** In affine coordinates if `z` is 1; 0 is the point at infinity, whatever `x` and `y` are. */
  interface Point {
    readonly x: bigint;
    readonly y: bigint;
    readonly z: bigint;
  }

  export default class EC {
    constructor(a: bigint, b: bigint, modulus: bigint);
    mul(point: Point, scalar: bigint): Point;
    mul2(point1: Point, scalar1: bigint, point2: Point, scalar2: bigint): Point;
  }
}
