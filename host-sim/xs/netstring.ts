/** Netstrings, as the XS worker speaks them: the length in decimal, a colon, the bytes, a comma. */

const COLON = 0x3a;
const COMMA = 0x2c;
/** The worker reads no longer length than this. */
const MAXIMUM_DIGITS = 9;

/** One netstring of a one-character prefix and `content`. */
export function netstring(prefix: string, content: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`${content.length + prefix.length}:${prefix}`),
    content,
    Buffer.of(COMMA),
  ]);
}

/** Takes bytes as they come, and gives the contents of whole netstrings. */
export class NetstringReader {
  #chunks: Buffer[] = [];
  #byteLength = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#byteLength += chunk.length;
  }

  /**
   * The next content, or undefined while it is not whole.
   * @throws SyntaxError when what has come is no netstring
   */
  next(): Buffer | undefined {
    const head = this.#chunks[0];
    if (head === undefined) return undefined;
    let colon = head.indexOf(COLON);
    if (colon === -1) {
      if (this.#byteLength > MAXIMUM_DIGITS) throw new SyntaxError("no netstring: its length does not end");
      colon = this.#joined().indexOf(COLON);
      if (colon === -1) return undefined;
    }
    const digits = (this.#chunks[0] as Buffer).toString("latin1", 0, colon);
    if (!/^\d{1,9}$/.test(digits))
      throw new SyntaxError(`no netstring: "${digits.slice(0, 20)}" is no length`);
    const start = colon + 1;
    const end = start + Number(digits);
    if (this.#byteLength <= end) return undefined;
    const bytes = this.#joined();
    if (bytes[end] !== COMMA) throw new SyntaxError("no netstring: it does not end with a comma");
    const rest = bytes.subarray(end + 1);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#byteLength = rest.length;
    return bytes.subarray(start, end);
  }

  #joined(): Buffer {
    const [only] = this.#chunks;
    if (this.#chunks.length === 1 && only !== undefined) return only;
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }
}
