/** CRC-32 as in zlib and Ethernet (ISO 3309), to recognise damaged records. */

/** The checksum of the bytes from `start` on. Bit by bit: records are small and seldom read, a table costs 1 KB. */
export function crc32(bytes: Uint8Array, start = 0): number {
  let crc = -1;
  for (let i = start; i < bytes.length; i += 1) {
    crc ^= bytes[i] ?? 0;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
