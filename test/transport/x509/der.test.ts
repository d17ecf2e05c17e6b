import { describe, expect, test } from "vitest";
import { DerReader, MalformedError, TAG } from "../../../src/transport/der.js";
import { bytesFromHex as unhex } from "../../mqtt/support/hex.js";
import { der, objectIdentifier } from "./support/der-writer.js";

const reader = (hex: string): DerReader => new DerReader(unhex(hex));

describe("DerReader", () => {
  test("reads elements one after the other, and in one another", () => {
    const outer = reader("30 08 02 01 05 04 03 01 02 03 05 00");
    const inner = outer.enter(TAG.SEQUENCE);
    expect(inner.smallInteger(5)).toBe(5);
    expect(inner.content(TAG.OCTET_STRING)).toEqual(unhex("01 02 03"));
    expect([inner.isAtEnd, outer.isAtEnd, outer.isNext(TAG.NULL)]).toEqual([true, false, true]);
    expect(outer.element(TAG.NULL)).toEqual(unhex("05 00"));
    outer.finish();
  });

  test.each([[127], [128], [255], [256], [65_535]])("reads a content of %i bytes", (length) => {
    const bytes = der(TAG.OCTET_STRING, new Uint8Array(length));
    expect(new DerReader(bytes).content(TAG.OCTET_STRING).length).toBe(length);
  });

  test("reads a content of 65,536 bytes", () => {
    const bytes = Uint8Array.from([0x04, 0x83, 1, 0, 0, ...new Uint8Array(65_536)]);
    expect(new DerReader(bytes).content(TAG.OCTET_STRING).length).toBe(65_536);
  });

  test.each([
    ["nothing", ""],
    ["only a tag", "30"],
    ["another tag", "31 00"],
    ["an indefinite length (BER)", "30 80 00 00"],
    ["a length of one byte in two (BER)", "30 81 00"],
    ["a length of one byte in two, of a content (BER)", "30 81 01 00"],
    ["a length with a leading zero (BER)", `30 82 00 80 ${"00 ".repeat(128)}`],
    ["a length of four bytes", "30 84 00 00 00 00"],
    ["a length of 127 bytes", "30 ff"],
    ["a length that is cut off", "30 82 01"],
    ["a content that is cut off", "30 02 00"],
  ])("refuses %s", (_name, hex) => {
    expect(() => reader(hex).content(TAG.SEQUENCE)).toThrow(MalformedError);
    expect(() => reader(hex).enter(TAG.SEQUENCE)).toThrow(MalformedError);
    expect(() => reader(hex).element(TAG.SEQUENCE)).toThrow(MalformedError);
  });

  test("refuses tags of more than one byte", () => {
    expect(() => reader("1f 81 00 00").skip()).toThrow(MalformedError);
  });

  test("an element must end where the one around it does", () => {
    expect(() => reader("30 02 04 01 00").enter(TAG.SEQUENCE).content(TAG.OCTET_STRING)).toThrow(
      MalformedError,
    );
    expect(() => reader("30 00 04 00").enter(TAG.SEQUENCE).skip()).toThrow(MalformedError);
    expect(() => reader("05 00 05 00").finish()).toThrow("4 bytes too many");
  });

  test("its messages do not say what they found: it may be a key", () => {
    expect(() => reader("fa 00").content(TAG.INTEGER)).toThrow("an element 02 is missing");
  });

  test.each([
    ["00", "00"],
    ["7f", "7f"],
    ["00 80", "80"],
    ["01 00", "01 00"],
    ["00 ff 00", "ff 00"],
  ])("the INTEGER %s is unsigned", (content, expected) => {
    expect(new DerReader(der(TAG.INTEGER, unhex(content))).unsignedInteger()).toEqual(unhex(expected));
  });

  test.each(["", "80", "ff ff", "00 00", "00 7f", "00 00 80"])("the INTEGER %j is refused", (content) => {
    expect(() => new DerReader(der(TAG.INTEGER, unhex(content))).unsignedInteger()).toThrow(MalformedError);
  });

  test("a small INTEGER has a maximum", () => {
    expect(reader("02 02 01 00").smallInteger(256)).toBe(256);
    expect(() => reader("02 02 01 01").smallInteger(256)).toThrow(MalformedError);
    expect(() => reader(`02 10 ${"7f ".repeat(16)}`).smallInteger(256)).toThrow(MalformedError);
  });

  test.each(["", "01", "fe", "ff ff", "00 00"])("the BOOLEAN %j is refused", (content) => {
    expect(() => new DerReader(der(TAG.BOOLEAN, unhex(content))).boolean()).toThrow(MalformedError);
  });

  test.each([
    ["1.2.840.113549.1.1.11", "2a 86 48 86 f7 0d 01 01 0b"],
    ["2.5.29.15", "55 1d 0f"],
    ["0.39", "27"],
    ["1.0", "28"],
    ["2.999", "88 37"],
    ["2.47", "7f"],
  ])("reads the OBJECT IDENTIFIER %s", (text, content) => {
    expect(new DerReader(der(TAG.OBJECT_IDENTIFIER, unhex(content))).objectIdentifier()).toBe(text);
    expect(objectIdentifier(text)).toEqual(der(TAG.OBJECT_IDENTIFIER, unhex(content)));
  });

  test.each(["", "80 01", "2a 80 01", "2a 86", "01 ".repeat(65)])(
    "refuses the OBJECT IDENTIFIER %j",
    (content) => {
      expect(() => new DerReader(der(TAG.OBJECT_IDENTIFIER, unhex(content))).objectIdentifier()).toThrow(
        MalformedError,
      );
    },
  );

  test.each([
    ["00", 0],
    ["07 80", 0x8000],
    ["05 a0", 0xa000],
    ["07 06 80", 0x0680],
    ["00 01 02 03", 0x0102],
  ])("the named bits %s", (content, expected) => {
    expect(new DerReader(der(TAG.BIT_STRING, unhex(content))).namedBits()).toBe(expected);
  });

  test.each(["", "01", "08 00", "01 01", "04 ff"])("the named bits %j are refused", (content) => {
    expect(() => new DerReader(der(TAG.BIT_STRING, unhex(content))).namedBits()).toThrow(MalformedError);
  });
});
