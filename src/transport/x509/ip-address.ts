/** IP addresses as texts and as bytes, to compare those in a certificate with the one in the config. */

/** The 4 or 16 bytes of an address; undefined when the text is none. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Four decimal numbers without leading zeros. */
function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const numbers = parts.map(Number);
  return numbers.some((number) => number > 255) ? undefined : Uint8Array.from(numbers);
}

/** RFC 4291 section 2.2, in all three forms; without a zone. */
function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = "", tail = ""] = halves;
  const start = parseGroups(head, halves.length === 1);
  const end = parseGroups(tail, halves.length === 2);
  if (start === undefined || end === undefined) return undefined;
  const length = start.length + end.length;
  // "::" stands for one group of zeros or more.
  if (halves.length === 1 ? length !== 16 : length > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(start);
  bytes.set(end, 16 - end.length);
  return bytes;
}

/** The bytes of groups between colons; the last may be an IPv4 address when it ends the text. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      const ipv4 = isLast && index === groups.length - 1 ? parseIpv4(group) : undefined;
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    }
  }
  return bytes;
}

/** The usual form of 4 bytes; of 16 bytes all eight groups. */
export function ipAddressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    groups.push((((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16));
  }
  return groups.join(":");
}
