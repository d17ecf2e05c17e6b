/** Reads one layer of a config: keeps the values that its schema accepts and reports all the others. */

import { isWellFormed } from "../mqtt/utf8.js";
import { checkValue } from "./check-value.js";
import { parseJson } from "./json.js";
import type { Group, Key } from "./key.js";
import { shown } from "./mask.js";
import { memberPath } from "./path-text.js";
import type { Place, Problem } from "./problem.js";
import type { Report } from "./report.js";
import { SCHEMA } from "./schema.js";
import { nearestPath } from "./suggest.js";

/** Longest config text, in characters: room for two servers with certificates in full. */
export const MAXIMUM_TEXT_LENGTH = 32_768;

/** The key by which editors find a file's JSON Schema; allowed at the top, and no part of the config. */
const SCHEMA_REFERENCE = "$schema";

/** A text in JSON, comments allowed, or values that are already parsed; `name` says in problems where they are from. */
export type Layer =
  | { readonly name?: string; readonly text: string }
  | { readonly name?: string; readonly values: unknown };

/** Values by section and key; only valid ones. */
export interface Values {
  readonly [name: string]: unknown;
}

export interface ReadLayer {
  readonly source?: string;
  readonly values: Values;
  readonly places: ReadonlyMap<string, Place>;
  /** False when the layer as a whole could not be read. */
  readonly isReadable: boolean;
}

export function readLayer(layer: Layer, report: Report): ReadLayer {
  const location = layer.name === undefined ? {} : { source: layer.name };
  const nothing = { ...location, values: {}, places: new Map<string, Place>(), isReadable: false };
  if (!("text" in layer)) return { ...nothing, ...readTree(layer.values, new Map(), location, report) };

  const fault = textFault(layer.text);
  if (fault !== undefined) {
    report.add(fault, location);
    return nothing;
  }
  const { value, problems, places } = parseJson(layer.text);
  for (const problem of problems) report.add(problem, location);
  return value === undefined ? nothing : { ...nothing, ...readTree(value, places, location, report) };
}

function textFault(text: string): Problem | undefined {
  if (text.length > MAXIMUM_TEXT_LENGTH) {
    return { code: "out-of-range", path: "", expected: `at most ${MAXIMUM_TEXT_LENGTH} characters` };
  }
  return isWellFormed(text)
    ? undefined
    : { code: "malformed", path: "", expected: "a text without lone surrogates" };
}

function readTree(
  value: unknown,
  places: ReadonlyMap<string, Place>,
  location: { readonly source?: string },
  report: Report,
): Pick<ReadLayer, "values" | "places" | "isReadable"> {
  const add = (problem: Problem): void => {
    const place = places.get(problem.path);
    report.add(problem, place === undefined ? location : { ...location, place });
  };
  const values = readGroup(SCHEMA, "", value, add);
  return { values: values ?? {}, places, isReadable: values !== undefined };
}

function readGroup(
  section: Group,
  path: string,
  value: unknown,
  add: (problem: Problem) => void,
): Values | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    add({ code: "wrong-type", path, expected: "an object in braces", value: shown(undefined, value) });
    return undefined;
  }
  const values: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const memberPathText = memberPath(path, name);
    const node = Object.hasOwn(section.keys, name) ? section.keys[name] : undefined;
    if (node === undefined) {
      if (path === "" && name === SCHEMA_REFERENCE) continue;
      const suggestion = nearestPath(section, path, name);
      const unknown = { code: "unknown-key", path: memberPathText } as const;
      // The value stays unsaid: it may be a secret under a misspelt key.
      add(suggestion === undefined ? unknown : { ...unknown, suggestion });
      continue;
    }
    const accepted =
      node.type === "group"
        ? readGroup(node, memberPathText, member, add)
        : readKey(node, memberPathText, member, add);
    if (accepted !== undefined) values[name] = accepted;
  }
  return values;
}

function readKey(key: Key, path: string, value: unknown, add: (problem: Problem) => void): unknown {
  const faults = checkValue(key, value);
  for (const { code, expected, index } of faults) {
    const isItem = index !== undefined && Array.isArray(value);
    add({
      code,
      path: isItem ? `${path}[${index}]` : path,
      expected,
      value: shown(key, isItem ? value[index] : value),
    });
  }
  return faults.length === 0 ? value : undefined;
}
