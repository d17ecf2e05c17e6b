/** AES-128 (FIPS 197), CBC without padding and GCM (NIST SP 800-38D), plainly, for tests on every engine. */

/** Multiplication by x in GF(2^8). */
function doubled(byte: number): number {
  return ((byte << 1) ^ (byte & 0x80 ? 0x11b : 0)) & 0xff;
}

function product(a: number, b: number): number {
  let result = 0;
  for (let x = a, rest = b; rest > 0; rest >>= 1, x = doubled(x)) if (rest & 1) result ^= x;
  return result;
}

/** The substitution: the inverse in GF(2^8), then an affine map. */
function substitution(byte: number): number {
  let inverse = byte;
  // byte ^ 254, by squaring and multiplying.
  for (let i = 0; i < 6; i += 1) inverse = product(product(inverse, inverse), byte);
  inverse = product(inverse, inverse);
  let result = 0x63;
  for (let shift = 0; shift < 5; shift += 1) result ^= (inverse << shift) | (inverse >> (8 - shift));
  return result & 0xff;
}

const BYTES: readonly number[] = Object.freeze(Array.from({ length: 256 }, (_, byte) => byte));
const FORWARD: readonly number[] = Object.freeze(BYTES.map(substitution));
const BACKWARD: readonly number[] = Object.freeze(BYTES.map((byte) => FORWARD.indexOf(byte)));
/** Products with the numbers that the two matrices have. */
const PRODUCTS: readonly (readonly number[])[] = Object.freeze(
  Array.from({ length: 15 }, (_, factor) => Object.freeze(BYTES.map((byte) => product(factor, byte)))),
);

export class Aes128 {
  readonly #roundKeys = new Uint8Array(176);

  constructor(key: Uint8Array) {
    const w = this.#roundKeys;
    w.set(key);
    let constant = 1;
    for (let i = 16; i < 176; i += 4) {
      let word = [w[i - 4], w[i - 3], w[i - 2], w[i - 1]] as number[];
      if (i % 16 === 0) {
        word = [1, 2, 3, 0].map((k) => FORWARD[word[k] as number] as number);
        word[0] = (word[0] as number) ^ constant;
        constant = doubled(constant);
      }
      for (let k = 0; k < 4; k += 1) w[i + k] = (w[i + k - 16] as number) ^ (word[k] as number);
    }
  }

  encryptBlock(block: Uint8Array): Uint8Array {
    let state = this.#withRoundKey(block, 0);
    for (let round = 1; round <= 10; round += 1) {
      const shifted = new Uint8Array(16);
      for (let i = 0; i < 16; i += 1) shifted[i] = FORWARD[state[(i + 4 * (i % 4)) % 16] as number] as number;
      state = this.#withRoundKey(round < 10 ? mixed(shifted, 2, 3, 1, 1) : shifted, round);
    }
    return state;
  }

  decryptBlock(block: Uint8Array): Uint8Array {
    let state = this.#withRoundKey(block, 10);
    for (let round = 9; round >= 0; round -= 1) {
      const shifted = new Uint8Array(16);
      for (let i = 0; i < 16; i += 1)
        shifted[i] = BACKWARD[state[(i + 12 * (i % 4)) % 16] as number] as number;
      const keyed = this.#withRoundKey(shifted, round);
      state = round > 0 ? mixed(keyed, 14, 11, 13, 9) : keyed;
    }
    return state;
  }

  #withRoundKey(block: Uint8Array, round: number): Uint8Array {
    return xor(block, this.#roundKeys.subarray(16 * round));
  }
}

/** Each column times a circulant matrix whose first row is given. */
function mixed(state: Uint8Array, a: number, b: number, c: number, d: number): Uint8Array {
  const [timesA = [], timesB = [], timesC = [], timesD = []] = [a, b, c, d].map((factor) => PRODUCTS[factor]);
  const result = new Uint8Array(16);
  for (let i = 0; i < 16; i += 1) {
    const column = i & 12;
    const at = (k: number) => state[column + ((i + k) % 4)] as number;
    result[i] =
      (timesA[at(0)] as number) ^
      (timesB[at(1)] as number) ^
      (timesC[at(2)] as number) ^
      (timesD[at(3)] as number);
  }
  return result;
}

export function cbcEncrypted(aes: Aes128, iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const ciphertext = new Uint8Array(plaintext.length);
  let previous = iv;
  for (let start = 0; start < plaintext.length; start += 16) {
    previous = aes.encryptBlock(xor(plaintext.subarray(start, start + 16), previous));
    ciphertext.set(previous, start);
  }
  return ciphertext;
}

export function cbcDecrypted(aes: Aes128, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const plaintext = new Uint8Array(ciphertext.length);
  let previous = iv;
  for (let start = 0; start < ciphertext.length; start += 16) {
    const block = ciphertext.subarray(start, start + 16);
    plaintext.set(xor(aes.decryptBlock(block), previous), start);
    previous = block;
  }
  return plaintext;
}

/** Encrypts or decrypts: counter mode is both. */
export function gcmCrypted(aes: Aes128, nonce: Uint8Array, data: Uint8Array): Uint8Array {
  const output = new Uint8Array(data.length);
  for (let start = 0, counter = 2; start < data.length; start += 16, counter += 1) {
    output.set(xor(data.subarray(start, start + 16), aes.encryptBlock(counterBlock(nonce, counter))), start);
  }
  return output;
}

export function gcmTag(
  aes: Aes128,
  nonce: Uint8Array,
  additionalData: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  const h = words(aes.encryptBlock(new Uint8Array(16)));
  const lengths = new DataView(new ArrayBuffer(16));
  lengths.setUint32(4, additionalData.length * 8);
  lengths.setUint32(12, ciphertext.length * 8);
  let y = [0, 0, 0, 0];
  for (const part of [additionalData, ciphertext, new Uint8Array(lengths.buffer)]) {
    for (let start = 0; start < part.length; start += 16) {
      const block = words(part.subarray(start, start + 16));
      y = multiplied(
        y.map((word, i) => word ^ (block[i] as number)),
        h,
      );
    }
  }
  const hash = new DataView(new ArrayBuffer(16));
  y.forEach((word, i) => {
    hash.setInt32(4 * i, word);
  });
  return xor(new Uint8Array(hash.buffer), aes.encryptBlock(counterBlock(nonce, 1)));
}

function counterBlock(nonce: Uint8Array, counter: number): Uint8Array {
  const block = new Uint8Array(16);
  block.set(nonce);
  new DataView(block.buffer).setUint32(12, counter);
  return block;
}

function words(block: Uint8Array): number[] {
  const whole = new Uint8Array(16);
  whole.set(block);
  const view = new DataView(whole.buffer);
  return [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)];
}

/** In GF(2^128), where the leftmost bit is the coefficient of 1. */
function multiplied(x: readonly number[], y: readonly number[]): number[] {
  let [z0, z1, z2, z3] = [0, 0, 0, 0];
  let [a = 0, b = 0, c = 0, d = 0] = y;
  for (const word of x) {
    for (let bit = 31; bit >= 0; bit -= 1) {
      const mask = -((word >>> bit) & 1);
      z0 ^= a & mask;
      z1 ^= b & mask;
      z2 ^= c & mask;
      z3 ^= d & mask;
      const carry = -(d & 1) & 0xe1000000;
      d = (d >>> 1) | (c << 31);
      c = (c >>> 1) | (b << 31);
      b = (b >>> 1) | (a << 31);
      a = (a >>> 1) ^ carry;
    }
  }
  return [z0, z1, z2, z3];
}

/** As long as `one`. */
function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  const result = new Uint8Array(one.length);
  for (let i = 0; i < one.length; i += 1) result[i] = (one[i] as number) ^ (other[i] as number);
  return result;
}
