/** What is generated from the schema is current, and the sample configs are good. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderJsonSchema } from "../../scripts/generate-config-docs/json-schema.mjs";
import { renderMarkdown } from "../../scripts/generate-config-docs/markdown.mjs";
import type { Group } from "../../src/config/key.js";
import { parseConfig } from "../../src/config/load.js";
import { SCHEMA } from "../../src/config/schema.js";

function contentOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

describe("docs/config.md", () => {
  test("is what the schema says; `npm run docs` writes it", () => {
    expect(contentOf("docs/config.md")).toBe(renderMarkdown(SCHEMA));
  });

  test("has a row of five cells for every key", () => {
    const rows = contentOf("docs/config.md")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const counted = new Set<unknown>();
    // Sections that share their keys share their table.
    const countKeys = ({ keys }: Group): number => {
      if (counted.has(keys)) return 0;
      counted.add(keys);
      return Object.values(keys).reduce(
        (sum, node) => sum + (node.type === "group" ? countKeys(node) : 1),
        0,
      );
    };
    const count = countKeys(SCHEMA);
    expect(rows).toHaveLength(count);
    for (const row of rows) expect(row.split(" | ")).toHaveLength(5);
  });
});

describe("config.schema.json", () => {
  const root = JSON.parse(contentOf("config.schema.json")) as JsonSchema & {
    readonly allowComments: boolean;
  };

  test("is what the schema says; `npm run docs` writes it", () => {
    expect(contentOf("config.schema.json")).toBe(renderJsonSchema(SCHEMA));
  });

  test("is of draft 7 and tells editors that comments are fine", () => {
    expect(root).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#", allowComments: true });
    expect(root.properties?.["$schema"]?.type).toBe("string");
  });

  test("allows no unknown key, and describes every key with its default and limits", () => {
    checkGroup(SCHEMA, root, ["$schema"]);
  });

  function checkGroup(section: Group, schema: JsonSchema, extra: readonly string[]): void {
    expect(schema.type).toBe("object");
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(schema.properties ?? {})).toEqual([...extra, ...Object.keys(section.keys)]);
    for (const [name, node] of Object.entries(section.keys)) {
      const found = schema.properties?.[name] ?? {};
      expect(found.description, name).toContain(node.doc);
      if (node.type === "group") {
        checkGroup(node, found, []);
        continue;
      }
      expect(found.default, name).toEqual(node.default);
      if (node.type === "choice") expect(found.enum).toEqual(node.choices);
      if (node.type === "boolean" || node.type === "string") expect(found.type).toBe(node.type);
      if (node.type === "integer" || node.type === "number") {
        expect([found.type, found.minimum, found.maximum]).toEqual([node.type, node.minimum, node.maximum]);
      }
      if (node.type === "string") expect(found.pattern).toBe(node.pattern);
      if (node.type === "strings")
        expect([found.type, found.items?.pattern]).toEqual(["array", node.pattern]);
    }
  }
});

describe("the sample configs", () => {
  const directory = "docs/examples";
  const names = readdirSync(new URL(`../../${directory}`, import.meta.url)).filter((name) =>
    name.endsWith(".json"),
  );

  test("there is one for each app", () => {
    expect(names.map((name) => parseConfig(contentOf(`${directory}/${name}`), name).app).sort()).toEqual([
      "alarm",
      "climate-sensor",
      "door-sensor",
    ]);
  });

  test.each(names)("%s is good, enables both servers and names its JSON Schema", (name) => {
    const text = contentOf(`${directory}/${name}`);
    const { mqtt, mqtt1 } = parseConfig(text, name);
    expect([mqtt.enable, mqtt1.enable]).toEqual([true, true]);
    expect((JSON.parse(text) as { $schema?: string }).$schema).toBe("../../config.schema.json");
  });

  test("the example in docs/config.md is good", () => {
    const [, example = ""] = /```json5\n([^`]*)```/.exec(contentOf("docs/config.md")) ?? [];
    expect(parseConfig(example).mqtt.server).toBe("broker.local");
  });
});
