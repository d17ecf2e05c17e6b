/**
 * Writes docs/config.md and config.schema.json from the schema in src/config; with --check only compares them.
 *
 * It reads the compiled schema, since Node 20 does not run TypeScript: `npm run docs` builds first.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { renderJsonSchema } from "./generate-config-docs/json-schema.mjs";
import { renderMarkdown } from "./generate-config-docs/markdown.mjs";

/** The compiled modules have no types; they are those of the sources. */
const compiled = new URL("../dist/src/config/", import.meta.url);
/** @type {typeof import("../src/config/schema.js")} */
const { SCHEMA } = await import(new URL("schema.js", compiled).href);

const isCheck = process.argv.includes("--check");
const outputs = [
  { name: "docs/config.md", text: renderMarkdown(SCHEMA) },
  { name: "config.schema.json", text: renderJsonSchema(SCHEMA) },
];

for (const { name, text } of outputs) {
  const file = new URL(`../${name}`, import.meta.url);
  if (!isCheck) {
    writeFileSync(file, text);
    console.log(`${name}: written`);
  } else if (contentOf(file) === text) {
    console.log(`${name}: current`);
  } else {
    console.error(`${name}: not what src/config says; run \`npm run docs\` and commit the result`);
    process.exitCode = 1;
  }
}

/** @param {URL} file */
function contentOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
