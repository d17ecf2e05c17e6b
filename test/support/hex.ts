/** Bytes as people write them: hexadecimal with spaces, texts in quotes, wildcards, and differences to look at. */

/** What some bytes should be. */
export interface HexPattern {
  /** `undefined`: any byte. */
  readonly bytes: readonly (number | undefined)[];
  /** More bytes follow, whatever they are. */
  readonly isOpen: boolean;
}

const TOKEN = /\s+|"([^"]*)"|([0-9a-f]{2})|(\?\?)|(…|\.\.\.)|(.)/giu;
const ROW_LENGTH = 16;

/**
 * Reads `10 0e 00 04 "MQTT" ?? …`: pairs of digits, texts as UTF-8, `??` for any byte, and at the end `…` (or `...`)
 * for any rest. Throws a `SyntaxError` for anything else.
 */
export function parseHexPattern(text: string): HexPattern {
  const bytes: (number | undefined)[] = [];
  let isOpen = false;
  for (const [token, quoted, pair, any, rest, wrong] of text.matchAll(TOKEN)) {
    if (wrong !== undefined || (isOpen && token.trim() !== "")) {
      throw new SyntaxError(`cannot read "${token}" in "${text}" as hexadecimal`);
    }
    if (quoted !== undefined) {
      bytes.push(...Buffer.from(quoted, "utf8"));
    } else if (pair !== undefined) {
      bytes.push(Number.parseInt(pair, 16));
    } else if (any !== undefined) {
      bytes.push(undefined);
    } else if (rest !== undefined) {
      isOpen = true;
    }
  }
  return { bytes, isOpen };
}

/** The bytes of `20 02 00 00` or `"text"`; wildcards are not allowed here. */
export function bytesFromHex(text: string): Uint8Array {
  const { bytes, isOpen } = parseHexPattern(text);
  return Uint8Array.from(bytes, (byte) => {
    if (byte === undefined || isOpen) {
      throw new SyntaxError(`no wildcards in bytes to send: "${text}"`);
    }
    return byte;
  });
}

/** `20 02 00 00`. */
export function hexFromBytes(bytes: Iterable<number | undefined>): string {
  return Array.from(bytes, byteText).join(" ");
}

/** Where `actual` first departs from `pattern`; -1 when it matches. */
export function firstDifference(pattern: HexPattern, actual: Uint8Array): number {
  for (const [index, byte] of pattern.bytes.entries()) {
    if (index >= actual.byteLength || (byte !== undefined && byte !== actual[index])) {
      return index;
    }
  }
  return !pattern.isOpen && actual.byteLength > pattern.bytes.length ? pattern.bytes.length : -1;
}

/** Both in rows of 16 bytes one above the other, marks under the bytes that differ; equal rows only once. */
export function hexDifference(pattern: HexPattern, actual: Uint8Array): string {
  const lines: string[] = [];
  const length = pattern.isOpen ? pattern.bytes.length : Math.max(pattern.bytes.length, actual.byteLength);
  for (let start = 0; start < length; start += ROW_LENGTH) {
    const expectedRow = pattern.bytes.slice(start, start + ROW_LENGTH);
    const actualRow = actual.subarray(start, Math.min(start + ROW_LENGTH, length));
    const offset = start.toString(16).padStart(4, "0");
    const marks = rowMarks(expectedRow, actualRow);
    if (marks === "") {
      lines.push(`${offset}      both  ${rowText([...actualRow])}`);
    } else {
      lines.push(`${offset}  expected  ${rowText(expectedRow)}`);
      lines.push(`      received  ${rowText([...actualRow])}`);
      lines.push(`                ${marks}`);
    }
  }
  return lines.join("\n");
}

function byteText(byte: number | undefined): string {
  return byte === undefined ? "??" : byte.toString(16).padStart(2, "0");
}

/** The bytes in hexadecimal, and as characters where they are printable ASCII. */
function rowText(row: readonly (number | undefined)[]): string {
  const characters = row.map((byte) =>
    byte !== undefined && byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  );
  return `${hexFromBytes(row).padEnd(ROW_LENGTH * 3)} ${characters.join("")}`.trimEnd();
}

function rowMarks(expected: readonly (number | undefined)[], actual: Uint8Array): string {
  const length = Math.max(expected.length, actual.byteLength);
  const marks = Array.from({ length }, (_, index) => {
    const isThere = index < expected.length && index < actual.byteLength;
    const byte = expected[index];
    return isThere && (byte === undefined || byte === actual[index]) ? "  " : "^^";
  });
  return marks.join(" ").trimEnd();
}
