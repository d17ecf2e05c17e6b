/** The JSON parser: what JSON.parse takes, comments, positions of errors, and nothing else. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAXIMUM_DEPTH, parseJson } from "../../src/config/json.js";

/** The value, with ordinary prototypes, so that it can be compared. */
function parsed(text: string): unknown {
  const { value, problems } = parseJson(text);
  expect(problems).toEqual([]);
  return JSON.parse(JSON.stringify(value));
}

/** The syntax error as `line:column expected, got value`. */
function errorOf(text: string): string {
  const { value, problems } = parseJson(text);
  expect(value).toBeUndefined();
  const { code, place, expected, value: found } = problems.at(-1) ?? {};
  expect(code).toBe("syntax");
  return `${place?.line}:${place?.column} ${expected}${found === undefined ? "" : `, got ${found}`}`;
}

describe("values", () => {
  test.each([
    "{}",
    "[]",
    '""',
    "0",
    "-0",
    "true",
    "false",
    "null",
    "1.5e-3",
    "1E+2",
    "12345678901234567890",
    "1e999",
    ' \t\r\n{ "a" : [ 1 , 2 , { "b" : null } ] } \n',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\uDE00\\ud800x"',
    '"\\ud83d\\u0041 \\ud83d\\udbff \\ud83d\\ue000 \\ude00\\ud83d \\uD800\\uDC00 \\udbff\\udfff"',
    '"\u2028\u00a0é😀"',
    '{"":0,"a b":1,"__proto__":{"x":1},"constructor":2,"toString":3}',
  ])("%s gives what JSON.parse gives", (text) => {
    expect(parsed(text)).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
  });

  test("a key __proto__ is an ordinary key and changes no prototype", () => {
    const { value } = parseJson('{"__proto__": {"enable": true}}');
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value as object)).toEqual(["__proto__"]);
    expect((value as Record<string, unknown>)["enable"]).toBeUndefined();
    expect(({} as Record<string, unknown>)["enable"]).toBeUndefined();
  });

  test("a byte order mark before the text is ignored", () => {
    expect(parsed('\ufeff{"a":1}')).toEqual({ a: 1 });
    expect(errorOf("\ufeffx")).toBe('1:1 a value, got "x"');
  });
});

describe("comments", () => {
  test("run from // to the end of the line", () => {
    expect(parsed('// first\n{ // second\n "a": 1 // third\r\n // fourth\r}// last')).toEqual({ a: 1 });
  });

  test("run from /* to */, over several lines", () => {
    expect(parsed('/* a */{/**/"a"/* b\n * c */:/***/1/* // */}/* d\n*/')).toEqual({ a: 1 });
  });

  test("in a string are part of it", () => {
    expect(parsed('{"url": "mqtt://a/*b*/", "x": "//"}')).toEqual({ url: "mqtt://a/*b*/", x: "//" });
  });

  test("do not nest", () => {
    expect(errorOf("/* /* */ */ 1")).toBe('1:10 a value, got "*"');
  });

  test("that do not end are reported where they start", () => {
    expect(errorOf('{\n  "a": 1 /* no end\n}')).toBe("2:10 */ to end the comment that starts here");
  });

  test("do not hide a single slash", () => {
    expect(errorOf("/ 1")).toBe('1:1 a value, got "/"');
  });
});

describe("syntax errors carry line and column", () => {
  test.each([
    ["", "1:1 a value, got the end of the file"],
    ["// nothing", "1:11 a value, got the end of the file"],
    ['{"a": 1', '1:8 "," or "}", got the end of the file'],
    ['{\n  "a": 1\n  "b": 2\n}', '3:3 "," or "}", got "\\""'],
    ['{\n  "a" 1\n}', '2:7 ":" after the key, got "1"'],
    ["{a: 1}", '1:2 a key in double quotes, got "a"'],
    ["{'a': 1}", '1:2 a key in double quotes, got "\'"'],
    ["{\"a\": 'x'}", '1:7 a value, got "\'"'],
    ['{"a": 1,\n}', '1:8 no comma before "}"'],
    ["[1,]", '1:3 no comma before "]"'],
    ["[,1]", '1:2 a value, got ","'],
    ["[1 2]", '1:4 "," or "]", got "2"'],
    ["[1}", '1:3 "," or "]", got "}"'],
    ["{} {}", '1:4 the end of the file, got "{"'],
    ["{}\n\n  x", '3:3 the end of the file, got "x"'],
    ['{"a": hunter2}', '1:7 a value, got "h"'],
    ['{"a": True}', '1:7 a value, got "T"'],
    ['{"a": NaN}', '1:7 a value, got "N"'],
    ['{"a": 01}', "1:7 a number as JSON writes them, such as -1.5"],
    ['{"a": 1.}', "1:7 a number as JSON writes them, such as -1.5"],
    ['{"a": .5}', "1:7 a number as JSON writes them, such as -1.5"],
    ['{"a": +1}', "1:7 a number as JSON writes them, such as -1.5"],
    ['{"a": 0x10}', "1:7 a number as JSON writes them, such as -1.5"],
    ['{"a": 60s}', "1:7 a number as JSON writes them, such as -1.5"],
    ['{"a": "b', '1:7 a closing " on the same line as the opening one'],
    ['{\r\n"a": "b\r\n"}', '2:6 a closing " on the same line as the opening one'],
    ['{"a": "b\\', '1:9 an escape: \\ and one of " \\ / b f n r t, or u and four hex digits, got "\\\\"'],
    ['"a\\x"', '1:3 an escape: \\ and one of " \\ / b f n r t, or u and four hex digits, got "\\\\"'],
    ['"\\u12G4"', '1:2 an escape: \\ and one of " \\ / b f n r t, or u and four hex digits, got "\\\\"'],
    ['"a\tb"', '1:3 an escape such as \\t or \\u0000 for a control character in a string, got "\\t"'],
    ["\u00a0{}", '1:1 a value, got "\u00a0"'],
  ])("%j", (text, expected) => {
    expect(errorOf(text)).toBe(expected);
  });
});

describe("nesting", () => {
  test("is limited, so that the stack cannot overflow", () => {
    const nest = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(parseJson(nest(MAXIMUM_DEPTH)).problems).toEqual([]);
    expect(errorOf(nest(MAXIMUM_DEPTH + 1))).toBe(
      `1:${MAXIMUM_DEPTH + 1} at most 32 objects and arrays inside one another, got "["`,
    );
    expect(errorOf('{"a":'.repeat(100_000))).toContain("at most 32");
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(parseJson(objects(MAXIMUM_DEPTH)).problems).toEqual([]);
    expect(errorOf(objects(MAXIMUM_DEPTH + 1))).toContain("at most 32");
  });
});

describe("places and duplicates", () => {
  test("every key and every array element has its place", () => {
    const { places } = parseJson('{\n  "a": {\n    "b": [1,\n 2] },\n  "odd key": 0 }');
    expect(Object.fromEntries(places)).toEqual({
      a: { line: 2, column: 3 },
      "a.b": { line: 3, column: 5 },
      "a.b[0]": { line: 3, column: 11 },
      "a.b[1]": { line: 4, column: 2 },
      '["odd key"]': { line: 5, column: 3 },
    });
  });

  test("a key that comes twice is a problem, with both lines, and parsing goes on", () => {
    const { value, problems } = parseJson('{\n "a": 1,\n "a": 2,\n "b": {"c": 1, "c": 2}\n}');
    expect(value).toBeDefined();
    expect(problems).toEqual([
      {
        code: "duplicate-key",
        path: "a",
        expected: "each key once; the first is in line 2",
        place: { line: 3, column: 2 },
      },
      {
        code: "duplicate-key",
        path: "b.c",
        expected: "each key once; the first is in line 4",
        place: { line: 4, column: 16 },
      },
    ]);
  });

  test("the same key in different objects is none", () => {
    expect(parseJson('{"a": {"x": 1}, "b": {"x": 1}}').problems).toEqual([]);
  });
});

describe("properties", () => {
  test("any valid JSON gives what JSON.parse gives", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(undefined, 1, "\t"), (text, indent) => {
        const expected: unknown = JSON.parse(text);
        const printed = JSON.stringify(expected, undefined, indent);
        expect(parsed(printed)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 1000 },
    );
  });

  test("comments between the tokens change nothing", () => {
    const comment = fc.constantFrom("", " ", "\n", "// x\n", "/* x */", "/* \n */");
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.infiniteStream(comment), (text, comments) => {
        const tokens = text.match(/"(?:[^"\\]|\\.)*"|[-+.\w]+|[^\s]/g) ?? [];
        const commented = tokens.map((token) => `${comments.next().value}${token}`).join("");
        expect(parseJson(commented).value).toEqual(parseJson(text).value);
      }),
      { numRuns: 500 },
    );
  });

  test("it never throws, and what JSON.parse refuses it refuses, but for comments and a byte order mark", () => {
    const fragment = fc.constantFrom(
      ...'{}[]:,"\\/*-+.01eE \n\r\t\u0001utrfnalsé😀'.split(""),
      "true",
      "null",
      '"a"',
      "\\u00",
      "//",
      "/*",
      "*/",
      "\ufeff",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fragment).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const { value, problems } = parseJson(candidate);
        if (problems.some(({ code }) => code === "syntax")) {
          expect(() => JSON.parse(candidate)).toThrow(SyntaxError);
        } else if (!/[/\ufeff]/.test(candidate)) {
          expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(candidate)));
        }
      }),
      { numRuns: 5000 },
    );
  });

  test("one changed character gives a value or a syntax error with a place inside the text", () => {
    const valid =
      '{"mqtt": {"enable": true, "server": "a:1"}, // x\n "alarm": {"doors": ["+/d", "\\u0041"]}}';
    const change = fc.tuple(fc.nat(valid.length - 1), fc.constantFrom(...'{}[]:,"\\/*\n0a '.split("")));
    fc.assert(
      fc.property(change, ([index, character]) => {
        const text = valid.slice(0, index) + character + valid.slice(index + 1);
        const lines = text.split("\n");
        for (const { place } of parseJson(text).problems) {
          const line = lines[(place?.line ?? 0) - 1];
          expect(line).toBeDefined();
          expect(place?.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
