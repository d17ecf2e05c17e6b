/** The times of a certificate (RFC 5280 section 4.1.2.5). */

import type { Milliseconds } from "../../mqtt/ports.js";
import type { DerReader } from "../der.js";
import { MalformedError, TAG } from "../der.js";

const ZERO = 0x30;
const Z = 0x5a;

/** UTCTime YYMMDDHHMMSSZ, of 1950 to 2049, or GeneralizedTime YYYYMMDDHHMMSSZ; in ms since 1970. */
export function readTime(reader: DerReader): Milliseconds {
  const isShort = reader.isNext(TAG.UTC_TIME);
  const text = reader.content(isShort ? TAG.UTC_TIME : TAG.GENERALIZED_TIME);
  if (text.length !== (isShort ? 13 : 15) || text[text.length - 1] !== Z) {
    throw new MalformedError("a time is not in UTC, to the second");
  }
  const rest = isShort ? 2 : 4;
  const years = isShort ? twoDigits(text, 0) : twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const year = !isShort ? years : years < 50 ? 2000 + years : 1900 + years;
  const month = twoDigits(text, rest);
  const day = twoDigits(text, rest + 2);
  const [hours, minutes, seconds] = [4, 6, 8].map((i) => twoDigits(text, rest + i)) as [
    number,
    number,
    number,
  ];
  const time = Date.UTC(year, month - 1, day, hours, minutes, seconds);
  // Date.UTC takes the 30th of February for the 1st of March, and the year 49 for 1949.
  const expected = `${String(year).padStart(4, "0")}-${padded(month)}-${padded(day)}T${padded(hours)}:${padded(minutes)}:${padded(seconds)}.000Z`;
  if (Number.isNaN(time) || new Date(time).toISOString() !== expected) {
    throw new MalformedError("a time does not exist");
  }
  return time;
}

/** Such as "2026-01-31 23:59:59 UTC". */
export function timeText(time: Milliseconds): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function twoDigits(text: Uint8Array, offset: number): number {
  return digit(text[offset] as number) * 10 + digit(text[offset + 1] as number);
}

function digit(byte: number): number {
  const value = byte - ZERO;
  if (value < 0 || value > 9) throw new MalformedError("a time is not made of digits");
  return value;
}

function padded(value: number): string {
  return String(value).padStart(2, "0");
}
