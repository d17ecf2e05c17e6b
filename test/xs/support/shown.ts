/** Values as a failed test shows them. */

import { Matcher } from "./equality.js";

const LIMIT = 400;

/** One line, cut off when it is long. */
export function shown(value: unknown): string {
  const text = describe(value, 0);
  return text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text;
}

function describe(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return `[${value.name === "" ? "function" : value.name}]`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Matcher) return value.text;
  if (value instanceof Error) return `${value.name}(${JSON.stringify(value.message)})`;
  if (value instanceof RegExp) return String(value);
  if (depth > 5) return "…";
  if (value instanceof Uint8Array) return `bytes(${[...value].map((byte) => byte.toString(16)).join(" ")})`;
  if (value instanceof Map) return `Map${describe([...value], depth)}`;
  if (value instanceof Set) return `Set${describe([...value], depth)}`;
  if (Array.isArray(value)) return `[${value.map((item) => describe(item, depth + 1)).join(", ")}]`;
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${describe(field, depth + 1)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}
