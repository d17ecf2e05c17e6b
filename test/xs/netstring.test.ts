/** Netstrings, however the bytes are cut. */

import { expect, test } from "vitest";
import { NetstringReader, netstring } from "../../host-sim/xs/netstring.js";

test("a netstring is its length, a colon, the content and a comma", () => {
  expect(netstring("e", Buffer.from("1+1")).toString()).toBe("4:e1+1,");
  expect(netstring("?", new Uint8Array(0)).toString()).toBe("1:?,");
});

test("contents come out whole, wherever the stream is cut", () => {
  const contents = ["", "a", "12:34,", "x".repeat(300), "ü"];
  const stream = Buffer.concat(contents.map((text) => netstring("", Buffer.from(text))));
  for (const size of [1, 2, 3, 7, 100, stream.length]) {
    const reader = new NetstringReader();
    const found: string[] = [];
    for (let start = 0; start < stream.length; start += size) {
      reader.push(stream.subarray(start, start + size));
      for (let content = reader.next(); content !== undefined; content = reader.next()) {
        found.push(content.toString());
      }
    }
    expect(found).toEqual(contents);
  }
});

test.each(["x:a,", "-1:,", ":,", "1:ab", "12345678901"])("%j is no netstring", (text) => {
  const reader = new NetstringReader();
  reader.push(Buffer.from(text));
  expect(() => reader.next()).toThrow(SyntaxError);
});
