/** Whether a value is what its key wants, by type, range and pattern. */

import { encodeUtf8, isWellFormed } from "../mqtt/utf8.js";
import type { Key, StringRule } from "./key.js";
import type { ProblemCode } from "./problem.js";

/** Most bytes in a string of an MQTT packet (section 1.5.3). */
const MAXIMUM_BYTES = 65_535;

export interface Fault {
  readonly code: ProblemCode;
  /** To follow the word "expected". */
  readonly expected: string;
  /** The element at fault, when the value is a list and not the list itself is at fault. */
  readonly index?: number;
}

/** What is wrong with `value` as a value of `key`; empty when nothing is. Only lists can have several faults. */
export function checkValue(key: Key, value: unknown): readonly Fault[] {
  switch (key.type) {
    case "boolean":
      return typeof value === "boolean" ? [] : [wrongType(key)];
    case "integer":
    case "number":
      if (typeof value !== "number" || !isNumberOf(key.type, value)) return [wrongType(key)];
      if (value >= key.minimum && value <= key.maximum) return [];
      return [{ code: "out-of-range", expected: expectation(key) }];
    case "choice":
      if (key.choices.some((choice) => choice === value)) return [];
      return [
        {
          code: typeof value === typeof key.default ? "out-of-range" : "wrong-type",
          expected: expectation(key),
        },
      ];
    case "string": {
      const fault = typeof value === "string" ? checkString(key, value) : wrongType(key);
      return fault === undefined ? [] : [fault];
    }
    case "strings":
      if (!Array.isArray(value)) return [wrongType(key)];
      if (value.length > key.maximumItems) return [{ code: "out-of-range", expected: expectation(key) }];
      return value.flatMap((item: unknown, index) => {
        const fault =
          typeof item === "string"
            ? checkString(key, item)
            : { code: "wrong-type" as const, expected: key.expected ?? "a text" };
        return fault === undefined ? [] : [{ ...fault, index }];
      });
  }
}

/** What `rule` finds wrong with `text`. */
export function checkString(rule: StringRule, text: string): Fault | undefined {
  if (text.includes("\0")) return { code: "malformed", expected: "a text without U+0000 [MQTT-1.5.3-2]" };
  if (!isWellFormed(text)) {
    return { code: "malformed", expected: "a text without lone surrogates [MQTT-1.5.3-1]" };
  }
  const limit = rule.maximumBytes ?? MAXIMUM_BYTES;
  if (isLonger(text, limit)) {
    return { code: "out-of-range", expected: rule.expected ?? `at most ${limit} bytes of UTF-8` };
  }
  if (rule.pattern !== undefined && !new RegExp(rule.pattern).test(text)) {
    return { code: "malformed", expected: rule.expected ?? `a text like ${rule.pattern}` };
  }
  return undefined;
}

/** What `key` wants, to follow the word "expected". */
export function expectation(key: Key): string {
  switch (key.type) {
    case "boolean":
      return "true or false";
    case "integer":
    case "number": {
      const article = key.type === "integer" ? "an integer" : "a number";
      const unit = key.unit === undefined ? "" : ` (${key.unit})`;
      return `${article} from ${key.minimum} to ${key.maximum}${unit}`;
    }
    case "choice":
      return `one of ${key.choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
    case "string":
      return key.expected ?? "a text in double quotes";
    case "strings":
      return `a list of at most ${key.maximumItems} texts`;
  }
}

function wrongType(key: Key): Fault {
  return { code: "wrong-type", expected: expectation(key) };
}

function isNumberOf(type: "integer" | "number", value: number): boolean {
  return type === "integer" ? Number.isInteger(value) : Number.isFinite(value);
}

/** A character is one to four bytes, and one or two elements of a string, depending on the engine. */
function isLonger(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 4 > limit && encodeUtf8(text).length > limit;
}
