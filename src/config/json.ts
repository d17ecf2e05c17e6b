/**
 * A strict JSON parser (RFC 8259) that also takes comments, says where everything is, and finds duplicate keys.
 *
 * It works line by line. JSON strings cannot contain a line break, so no token but a block comment spans lines; and on
 * XS, whose strings are UTF-8, `charCodeAt(i)` costs i steps, so short lines keep the whole linear.
 */

import { memberPath } from "./path-text.js";
import type { Place, Problem } from "./problem.js";

/** Objects and arrays inside one another, at most. */
export const MAXIMUM_DEPTH = 32;
const TOO_DEEP = `at most ${MAXIMUM_DEPTH} objects and arrays inside one another`;

export interface ParsedJson {
  /** Undefined when there is a syntax error. Objects have no prototype, so that no key can mean anything else. */
  readonly value: unknown;
  /** At most one syntax error, as the last; and all duplicate keys before it. */
  readonly problems: readonly Problem[];
  /** Where the key (or the array element) of each path stands. */
  readonly places: ReadonlyMap<string, Place>;
}

/** Never throws. */
export function parseJson(text: string): ParsedJson {
  const reader = new JsonReader(text);
  try {
    return { value: reader.readText(), problems: reader.problems, places: reader.places };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    reader.problems.push(error.problem);
    return { value: undefined, problems: reader.problems, places: reader.places };
  }
}

class SyntaxFault extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.expected);
    this.problem = problem;
  }
}

class JsonReader {
  readonly problems: Problem[] = [];
  readonly places = new Map<string, Place>();
  private readonly lines: readonly string[];
  /** The line in hand and its number, from 0. */
  private line: string;
  private lineIndex = 0;
  private column = 0;
  private readonly plainText = /[^"\\]*/y;
  private readonly numberOrName = /[-+.\w]*/y;

  constructor(text: string) {
    this.lines = linesOf(text);
    this.line = this.lines[0] ?? "";
    // A byte order mark, which some editors for Windows write.
    if (this.line.startsWith("\ufeff")) this.line = this.line.slice(1);
  }

  readText(): unknown {
    const value = this.readValue("", 0);
    if (this.peek() !== "") this.fail("the end of the file");
    return value;
  }

  /** The next character that means something, which stays unread; empty at the end. */
  private peek(): string {
    for (;;) {
      const character = this.line.charAt(this.column);
      if (character === "") {
        if (this.lineIndex + 1 >= this.lines.length) return "";
        this.nextLine();
      } else if (character === " " || character === "\t") {
        this.column += 1;
      } else if (this.line.startsWith("//", this.column)) {
        this.column = this.line.length;
      } else if (this.line.startsWith("/*", this.column)) {
        this.skipBlockComment();
      } else {
        return character;
      }
    }
  }

  private nextLine(): void {
    this.lineIndex += 1;
    this.line = this.lines[this.lineIndex] ?? "";
    this.column = 0;
  }

  private skipBlockComment(): void {
    const start = this.place();
    let end = this.line.indexOf("*/", this.column + 2);
    while (end === -1) {
      if (this.lineIndex + 1 >= this.lines.length) this.fail("*/ to end the comment that starts here", start);
      this.nextLine();
      end = this.line.indexOf("*/");
    }
    this.column = end + 2;
  }

  private readValue(path: string, depth: number): unknown {
    const character = this.peek();
    if (character === "{" || character === "[") {
      if (depth === MAXIMUM_DEPTH) this.fail(TOO_DEEP);
      this.column += 1;
      return character === "{" ? this.readObject(path, depth + 1) : this.readArray(path, depth + 1);
    }
    if (character === '"') return this.readString();
    return this.readNumberOrName();
  }

  private readObject(path: string, depth: number): object {
    const object: Record<string, unknown> = Object.create(null);
    for (let more = this.peek() !== "}"; more; more = this.takeComma("}")) {
      if (this.peek() !== '"') this.fail("a key in double quotes");
      const place = this.place();
      const key = this.readString();
      const keyPath = memberPath(path, key);
      if (Object.hasOwn(object, key)) {
        const line = this.places.get(keyPath)?.line;
        const expected = `each key once; the first is in line ${line}`;
        this.problems.push({ code: "duplicate-key", path: keyPath, expected, place });
      }
      this.places.set(keyPath, place);
      if (this.peek() !== ":") this.fail('":" after the key');
      this.column += 1;
      object[key] = this.readValue(keyPath, depth);
    }
    this.column += 1;
    return object;
  }

  private readArray(path: string, depth: number): unknown[] {
    const array: unknown[] = [];
    for (let more = this.peek() !== "]"; more; more = this.takeComma("]")) {
      const elementPath = `${path}[${array.length}]`;
      this.peek();
      this.places.set(elementPath, this.place());
      array.push(this.readValue(elementPath, depth));
    }
    this.column += 1;
    return array;
  }

  /** Whether another member follows; otherwise `closing` does, which stays unread. */
  private takeComma(closing: string): boolean {
    const character = this.peek();
    if (character === closing) return false;
    if (character !== ",") this.fail(`"," or "${closing}"`);
    const place = this.place();
    this.column += 1;
    if (this.peek() === closing) this.fail(`no comma before "${closing}"`, place);
    return true;
  }

  private readString(): string {
    const start = this.place();
    let text = "";
    this.column += 1;
    for (;;) {
      const run = this.match(this.plainText);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must be written as escapes
      const control = run.search(/[\u0000-\u001f]/);
      if (control !== -1) {
        this.column += control;
        this.fail("an escape such as \\t or \\u0000 for a control character in a string");
      }
      text += run;
      this.column += run.length;
      const character = this.line.charAt(this.column);
      if (character === "") this.fail('a closing " on the same line as the opening one', start);
      if (character === '"') break;
      text += this.readEscape();
    }
    this.column += 1;
    return text;
  }

  private readEscape(): string {
    const letter = this.line.charAt(this.column + 1);
    const index = '"\\/bfnrt'.indexOf(letter);
    if (letter !== "" && index !== -1) {
      this.column += 2;
      return '"\\/\b\f\n\r\t'.charAt(index);
    }
    const code = this.hexEscape(this.column);
    if (code === undefined) this.fail('an escape: \\ and one of " \\ / b f n r t, or u and four hex digits');
    this.column += 6;
    if (code < 0xd800 || code > 0xdbff) return String.fromCharCode(code);
    // XS does not join two halves of a pair that are appended one after the other.
    const low = this.hexEscape(this.column);
    if (low === undefined || low < 0xdc00 || low > 0xdfff) return String.fromCharCode(code);
    this.column += 6;
    return String.fromCodePoint(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
  }

  private hexEscape(column: number): number | undefined {
    const text = this.line.slice(column, column + 6);
    return /^\\u[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text.slice(2), 16) : undefined;
  }

  private readNumberOrName(): unknown {
    const word = this.match(this.numberOrName);
    const isNumber = /^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?$/.test(word);
    if (!isNumber && word !== "true" && word !== "false" && word !== "null") {
      if (/^[-+.0-9]/.test(word)) this.fail("a number as JSON writes them, such as -1.5", this.place());
      // Only the first character is shown: an unquoted password would end up here.
      this.fail("a value");
    }
    this.column += word.length;
    return isNumber ? Number(word) : word === "null" ? null : word === "true";
  }

  /** What `pattern`, which is sticky, matches here; nothing is consumed. */
  private match(pattern: RegExp): string {
    pattern.lastIndex = this.column;
    return pattern.exec(this.line)?.[0] ?? "";
  }

  private place(): Place {
    return { line: this.lineIndex + 1, column: this.column + 1 };
  }

  /** Without `place` it is here, and the message says what was found. */
  private fail(expected: string, place?: Place): never {
    const fault = { code: "syntax", path: "", expected } as const;
    throw new SyntaxFault(
      place === undefined ? { ...fault, place: this.place(), value: this.found() } : { ...fault, place },
    );
  }

  private found(): string {
    const character = this.line.charAt(this.column);
    return character === "" ? "the end of the file" : JSON.stringify(character);
  }
}

/** Without a regular expression, which on XS would look for a line break at each place anew, in quadratic time. */
function linesOf(text: string): string[] {
  if (!text.includes("\r")) return text.split("\n");
  return text
    .split("\r\n")
    .flatMap((part) => part.split("\n"))
    .flatMap((part) => part.split("\r"));
}
