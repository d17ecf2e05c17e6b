/** The JSON Schema of the device config, for editors: draft 7, which all of them know. */

/** @typedef {import("../../src/config/key.js").Key} Key */
/** @typedef {import("../../src/config/key.js").Group} Group */

/**
 * @param {Group} root
 * @returns {string} the text of `config.schema.json`
 */
export function renderJsonSchema(root) {
  const { properties, ...rest } = groupSchema(root);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $comment:
      "Generated from src/config by `npm run docs`. Comments are allowed in config files, as // and /* */.",
    title: "Reed device config",
    allowComments: true,
    ...rest,
    properties: {
      $schema: { type: "string", description: "Where an editor finds this schema; the device ignores it." },
      ...properties,
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** @param {Group} group */
function groupSchema(group) {
  /** @type {Record<string, object>} */
  const properties = {};
  for (const [name, node] of Object.entries(group.keys)) {
    properties[name] = node.type === "group" ? groupSchema(node) : keySchema(node);
  }
  return { type: "object", description: group.doc, additionalProperties: false, properties };
}

/** @param {Key} key */
function keySchema(key) {
  return { description: description(key), default: key.default, ...constraints(key) };
}

/** @param {Key} key */
function constraints(key) {
  switch (key.type) {
    case "boolean":
      return { type: "boolean" };
    case "integer":
    case "number":
      return { type: key.type, minimum: key.minimum, maximum: key.maximum };
    case "choice":
      return { enum: key.choices };
    case "string":
      return stringConstraints(key);
    case "strings":
      return { type: "array", maxItems: key.maximumItems, items: stringConstraints(key) };
  }
}

/**
 * A character takes one byte at least, so a limit in bytes is one in characters too.
 * @param {import("../../src/config/key.js").StringRule} rule
 */
function stringConstraints(rule) {
  return {
    type: "string",
    maxLength: rule.maximumBytes ?? 65_535,
    ...(rule.pattern === undefined ? {} : { pattern: rule.pattern }),
  };
}

/** @param {Key} key */
function description(key) {
  const notes = [key.doc];
  if (key.unit !== undefined) notes.push(`In ${key.unit}.`);
  if (key.secret !== undefined) notes.push("Secrets in it are never printed.");
  notes.push(key.origin === "mongoose" ? "A key of Mongoose OS." : "A key of Reed's own.");
  return notes.join(" ");
}
