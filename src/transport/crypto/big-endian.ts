/**
 * Big numbers as big-endian bytes, and back. ECMAScript has nothing for it; shifting a bigint byte by byte is quadratic
 * and leaves a number of garbage for each byte, so this goes through hexadecimal, four bytes at a time.
 */

/** The number that the bytes stand for; 0 for none. */
export function bigintOf(bytes: Uint8Array): bigint {
  const head = bytes.length % 4;
  const words = ["0x0"];
  for (let i = 0; i < head; i += 1) words.push((bytes[i] as number).toString(16).padStart(2, "0"));
  for (let i = head; i < bytes.length; i += 4) {
    const high = (bytes[i] as number) * 256 + (bytes[i + 1] as number);
    const low = (bytes[i + 2] as number) * 256 + (bytes[i + 3] as number);
    words.push((high * 65_536 + low).toString(16).padStart(8, "0"));
  }
  return BigInt(words.join(""));
}

/** `value`, which is at least 0 and less than 256^`byteLength`, in `byteLength` bytes. */
export function bytesOf(value: bigint, byteLength: number): Uint8Array {
  const text = value.toString(16).padStart(2 * byteLength, "0");
  const bytes = new Uint8Array(byteLength);
  const head = byteLength % 4;
  if (head > 0) writeWord(Number.parseInt(text.slice(0, 2 * head), 16), bytes, 0, head);
  for (let i = head; i < byteLength; i += 4) {
    writeWord(Number.parseInt(text.slice(2 * i, 2 * i + 8), 16), bytes, i, i + 4);
  }
  return bytes;
}

/** Bits in `value`, which is not negative; 0 for 0. */
export function bitLength(value: bigint): number {
  const text = value.toString(16);
  const first = Number.parseInt(text.slice(0, 1), 16);
  return first === 0 ? 0 : 4 * text.length - Math.clz32(first) + 28;
}

function writeWord(word: number, bytes: Uint8Array, start: number, end: number): void {
  let rest = word;
  for (let i = end - 1; i >= start; i -= 1) {
    bytes[i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
}
