/** Bytes as people read them, in plain ECMAScript, so that the tests run on every engine. */

/** The bytes of `30 05 00 03 "a/b"`: pairs of digits, and ASCII in quotes. Throws a `SyntaxError` for anything else. */
export function bytesFromHex(text: string): Uint8Array {
  const bytes: number[] = [];
  const parts = text.split('"');
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i] as string;
    if (i % 2 === 1) {
      for (let k = 0; k < part.length; k += 1) bytes.push(part.charCodeAt(k));
    } else {
      for (const pair of part.split(" ")) {
        if (pair === "") continue;
        if (!/^[0-9a-f]{2}$/.test(pair)) throw new SyntaxError(`cannot read "${pair}" in ${text}`);
        bytes.push(Number.parseInt(pair, 16));
      }
    }
  }
  return Uint8Array.from(bytes);
}

/** `30 05 00 03 61 2f 62`. */
export function hexFromBytes(bytes: Uint8Array): string {
  const pairs: string[] = [];
  for (const byte of bytes) pairs.push(byte < 16 ? `0${byte.toString(16)}` : byte.toString(16));
  return pairs.join(" ");
}

/** All `parts` one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  let byteLength = 0;
  for (const part of parts) byteLength += part.length;
  const bytes = new Uint8Array(byteLength);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** `byteLength` bytes that tell where they stood: 0, 1, … 250, 0, 1, … */
export function numbered(byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i += 1) bytes[i] = i % 251;
  return bytes;
}

/** Whether both are the same bytes; for long ones, of which the hexadecimal would take long to make. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
