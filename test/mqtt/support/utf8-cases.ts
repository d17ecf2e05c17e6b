/** Texts and byte sequences at the borders of UTF-8 (Unicode table 3-7, section 1.5.3). */

import { decodeUtf8 } from "../../../src/mqtt/utf8.js";

export interface WellFormed {
  readonly name: string;
  readonly text: string;
  readonly hex: string;
}

export interface IllFormed {
  readonly name: string;
  readonly hex: string;
}

/** The first and last character of each length, and those that decoders like to change. */
export const WELL_FORMED: readonly WellFormed[] = [
  { name: "nothing", text: "", hex: "" },
  { name: "U+0001", text: "\u0001", hex: "01" },
  { name: "ASCII", text: "Reed", hex: "52 65 65 64" },
  { name: "U+007F", text: "\u007f", hex: "7f" },
  { name: "U+0080", text: "\u0080", hex: "c2 80" },
  { name: "U+07FF", text: "\u07ff", hex: "df bf" },
  { name: "U+0800", text: "\u0800", hex: "e0 a0 80" },
  { name: "U+1000", text: "\u1000", hex: "e1 80 80" },
  { name: "U+D7FF, the last before the surrogates", text: "\ud7ff", hex: "ed 9f bf" },
  { name: "U+E000, the first after the surrogates", text: "\ue000", hex: "ee 80 80" },
  { name: "U+FEFF, which is kept [MQTT-1.5.3-3]", text: "\ufeff", hex: "ef bb bf" },
  { name: "U+FEFF inside", text: "a\ufeffb\ufeff", hex: "61 ef bb bf 62 ef bb bf" },
  { name: "U+FFFD, written as such", text: "\ufffd", hex: "ef bf bd" },
  { name: "U+FFFF, a noncharacter", text: "\uffff", hex: "ef bf bf" },
  { name: "U+10000", text: "\u{10000}", hex: "f0 90 80 80" },
  { name: "U+3FFFF", text: "\u{3ffff}", hex: "f0 bf bf bf" },
  { name: "U+40000", text: "\u{40000}", hex: "f1 80 80 80" },
  { name: "U+FFFFF", text: "\u{fffff}", hex: "f3 bf bf bf" },
  { name: "U+100000", text: "\u{100000}", hex: "f4 80 80 80" },
  { name: "U+10FFFF, the last", text: "\u{10ffff}", hex: "f4 8f bf bf" },
  { name: "the example of the specification", text: "A\u{2a6d4}", hex: "41 f0 aa 9b 94" },
  { name: "every length in one", text: "a\u00e9\u20ac\u{1f600}z", hex: "61 c3 a9 e2 82 ac f0 9f 98 80 7a" },
];

/** At least one of every way in which bytes are not UTF-8. */
export const ILL_FORMED: readonly IllFormed[] = [
  { name: "a lone continuation byte, the lowest", hex: "80" },
  { name: "a lone continuation byte, the highest", hex: "bf" },
  { name: "two continuation bytes", hex: "80 bf" },
  { name: "an overlong U+0000 in two bytes", hex: "c0 80" },
  { name: "an overlong slash in two bytes", hex: "c0 af" },
  { name: "an overlong U+007F in two bytes", hex: "c1 bf" },
  { name: "an overlong U+0000 in three bytes", hex: "e0 80 80" },
  { name: "an overlong U+07FF in three bytes", hex: "e0 9f bf" },
  { name: "an overlong U+0000 in four bytes", hex: "f0 80 80 80" },
  { name: "an overlong U+FFFF in four bytes", hex: "f0 8f bf bf" },
  { name: "the first high surrogate", hex: "ed a0 80" },
  { name: "the last high surrogate", hex: "ed af bf" },
  { name: "the first low surrogate", hex: "ed b0 80" },
  { name: "the last low surrogate", hex: "ed bf bf" },
  { name: "a pair of surrogates (CESU-8)", hex: "ed a0 bd ed b8 80" },
  { name: "U+110000, past the last", hex: "f4 90 80 80" },
  { name: "U+13FFFF, past the last", hex: "f4 bf bf bf" },
  { name: "a lead byte F5", hex: "f5 80 80 80" },
  { name: "a lead byte F7", hex: "f7 bf bf bf" },
  { name: "a form of five bytes", hex: "f8 88 80 80 80" },
  { name: "a form of six bytes", hex: "fc 84 80 80 80 80" },
  { name: "FE", hex: "fe" },
  { name: "FF", hex: "ff" },
  { name: "a lead byte of two, truncated", hex: "c3" },
  { name: "a lead byte of three, truncated after one", hex: "e2" },
  { name: "a lead byte of three, truncated after two", hex: "e2 82" },
  { name: "a lead byte of four, truncated after one", hex: "f0" },
  { name: "a lead byte of four, truncated after two", hex: "f0 9f" },
  { name: "a lead byte of four, truncated after three", hex: "f0 9f 98" },
  { name: "a second byte too low", hex: "c3 7f" },
  { name: "a second byte too high", hex: "c3 c0" },
  { name: "a third byte too low", hex: "e2 82 7f" },
  { name: "a third byte too high", hex: "e2 82 c0" },
  { name: "a fourth byte too low", hex: "f0 9f 98 7f" },
  { name: "a fourth byte too high", hex: "f0 9f 98 c0" },
  { name: "a lead byte after a lead byte", hex: "e2 e2 82 ac" },
];

/** As a TextDecoder does that is `fatal`. */
export function decodeOrThrow(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new TypeError("not well-formed");
  return text;
}
