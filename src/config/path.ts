/** Single values of a config by their path, such as `mqtt.server`: for command lines and tools. */

import { expectation } from "./check-value.js";
import type { Key, SchemaNode } from "./key.js";
import { shown } from "./mask.js";
import type { Problem } from "./problem.js";
import { ConfigError } from "./problem.js";
import type { Config, PartialConfig } from "./schema.js";
import { SCHEMA } from "./schema.js";
import { nearestPath } from "./suggest.js";

/**
 * The value at `path`, or the whole section. Secrets are not masked; see `maskedConfig`.
 * @throws ConfigError for an unknown path
 */
export function getByPath(config: Config, path: string): unknown {
  findNode(path);
  let value: unknown = config;
  for (const name of path.split(".")) value = (value as Record<string, unknown>)[name];
  return value;
}

/**
 * `config` with the value that `text` stands for at `path`: a number, `true` or `false`, a text as it is, or a list of
 * texts separated by commas. The range is checked by `loadConfig`, not here. `config` itself is left alone.
 * @throws ConfigError for an unknown path, a section, or a text that is no value of the key's type
 */
export function setByPath(config: PartialConfig, path: string, text: string): PartialConfig {
  const node = findNode(path);
  if (node.type === "group") {
    const expected = `one of its keys, such as ${path}.${Object.keys(node.keys)[0]}`;
    throw new ConfigError([{ code: "wrong-type", path, expected }]);
  }
  const value = parseValue(node, text);
  if (value === undefined) {
    const problem = {
      code: "wrong-type",
      path,
      expected: expectation(node),
      value: shown(node, text),
    } as const;
    throw new ConfigError([problem]);
  }
  return withValue(config, path.split("."), value) as PartialConfig;
}

/**
 * The layer that `--set` options make: each is `path=text`, as in `mqtt.server=localhost:1883`; the last one wins.
 * @throws ConfigError with all that is wrong with any of them
 */
export function parseAssignments(assignments: readonly string[]): PartialConfig {
  const problems: Problem[] = [];
  let values: PartialConfig = {};
  for (const assignment of assignments) {
    const equals = assignment.indexOf("=");
    try {
      if (equals === -1) throw new ConfigError([NOT_AN_ASSIGNMENT]);
      values = setByPath(values, assignment.slice(0, equals).trim(), assignment.slice(equals + 1));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values;
}

/** Says nothing of the text, which might be a password. */
const NOT_AN_ASSIGNMENT: Problem = Object.freeze({
  code: "syntax",
  path: "",
  expected: "key=value, such as mqtt.server=localhost:1883",
});

function findNode(path: string): SchemaNode {
  let node: SchemaNode = SCHEMA;
  let parent = "";
  for (const name of path.split(".")) {
    const next: SchemaNode | undefined =
      node.type === "group" && Object.hasOwn(node.keys, name) ? node.keys[name] : undefined;
    if (next === undefined) {
      const suggestion = node.type === "group" ? nearestPath(node, parent, name) : parent;
      throw new ConfigError([
        { code: "unknown-key", path, ...(suggestion === undefined ? {} : { suggestion }) },
      ]);
    }
    node = next;
    parent = parent === "" ? name : `${parent}.${name}`;
  }
  return node;
}

/** Undefined when `text` is no value of the key's type. */
function parseValue(key: Key, text: string): unknown {
  switch (key.type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "integer":
    case "number":
      return /^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?$/.test(text) ? Number(text) : undefined;
    case "choice":
      return key.choices.find((choice) => String(choice) === text);
    case "string":
      return text;
    case "strings":
      return text === "" ? [] : text.split(",").map((item) => item.trim());
  }
}

function withValue(target: object, names: readonly string[], value: unknown): object {
  const [name = "", ...rest] = names;
  const inner = (target as Record<string, unknown>)[name];
  return {
    ...target,
    [name]: rest.length === 0 ? value : withValue((inner as object | undefined) ?? {}, rest, value),
  };
}
