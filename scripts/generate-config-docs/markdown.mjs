/** The reference of the device config, `docs/config.md`. */

/** @typedef {import("../../src/config/key.js").Key} Key */
/** @typedef {import("../../src/config/key.js").Group} Group */

const INTRODUCTION = `<!-- Generated from src/config by \`npm run docs\`; edit there, or in scripts/generate-config-docs. -->

# Device config

A device is configured by one JSON file. Its sections \`mqtt\` and \`mqtt1\` have all the keys of the Mongoose OS
\`mqtt\` library under the same names, so they can be taken over from there as they are; where Reed differs, the tables
say so. Every key has a default: a file needs only what differs from it.

\`\`\`json5
{
  "$schema": "../config.schema.json", // editors check and complete the file with it; the device ignores it
  "device": { "id": "front" },
  "app": "door-sensor",
  "mqtt": {
    "enable": true,
    "server": "broker.local", // port 1883
    "keep_alive": 30 // seconds
  },
  "mqtt1": { "enable": true, "server": "backup.local:1884" }
}
\`\`\`

Complete files are in [\`examples\`](examples).

- **Comments**, \`//\` to the end of the line and \`/* … */\`, are allowed. All else is strict JSON.
- **Times** are in seconds, but for \`door.debounce\`, which is in milliseconds. Numbers may have fractions where the
  type says \`number\`.
- **Layers**: the file lies over the defaults, and \`--set mqtt.server=localhost:1883\` on a command line over the file.
  \`mqtt1\` takes nothing over from \`mqtt\`.
- **Problems** are reported all at once, each with its place, path, what was expected and what was found; an unknown
  key comes with the nearest known one:

  \`\`\`
  device.json:7:5: mqtt.keep_alive: expected an integer from 0 to 65535 (seconds), got 70000
  device.json:9:15: mqtt1.sever: unknown key, the nearest known one is mqtt1.server
  \`\`\`

- **A bad file changes nothing**: a device keeps its last good config, and one more before it in case the newest is
  damaged.
- **Secrets** (marked below) are printed as \`********\`, in problems and in the effective config, as is the password
  in a \`server\` URI.
- **Not supported in this build** (marked below): such keys are checked like all others, but a server that is enabled
  and uses them is refused. There is never a plaintext connection in place of the one that was asked for.

In the tables, **Reed** marks keys that Mongoose OS does not have.
`;

/**
 * @param {Group} root
 * @returns {string} the text of `docs/config.md`
 */
export function renderMarkdown(root) {
  const parts = [INTRODUCTION];
  const topKeys = Object.entries(root.keys).filter(isKey);
  if (topKeys.length > 0) parts.push(`## Top level\n\n${table(topKeys)}`);
  for (const [names, groups] of sections(root)) parts.push(section(names, groups));
  return parts.join("\n");
}

/**
 * Sections that have keys, by their paths; those that share their keys are one.
 * @param {Group} root
 * @param {string} prefix of the paths
 * @param {[string[], Group[]][]} found by the caller already
 * @returns {[string[], Group[]][]}
 */
function sections(root, prefix = "", found = []) {
  for (const [name, node] of Object.entries(root.keys)) {
    if (node.type !== "group") continue;
    const path = `${prefix}${name}`;
    const same = found.find(([, groups]) => groups.some((group) => group.keys === node.keys));
    if (same !== undefined) {
      same[0].push(path);
      same[1].push(node);
    } else if (Object.entries(node.keys).some(isKey)) {
      found.push([[path], [node]]);
    }
    sections(node, `${path}.`, found);
  }
  return found;
}

/**
 * @param {string[]} names
 * @param {Group[]} groups
 */
function section(names, groups) {
  const title = names.map((name) => `\`${name}\``).join(" and ");
  const docs = groups.map((group, index) =>
    names.length === 1 ? group.doc : `\`${names[index]}\`: ${group.doc}`,
  );
  const keys = Object.entries(groups[0]?.keys ?? {}).filter(isKey);
  return `## ${title}\n\n${docs.join("\n\n")}\n\n${table(keys)}`;
}

/** @param {[string, Key][]} keys */
function table(keys) {
  const rows = keys.map(([name, key]) => {
    const origin = key.origin === "reed" ? "Reed" : "Mongoose";
    return `| \`${name}\` | ${typeText(key)} | \`${JSON.stringify(key.default)}\` | ${origin} | ${meaning(key)} |`;
  });
  return ["| Key | Type | Default | From | Meaning |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

/** @param {Key} key */
function typeText(key) {
  switch (key.type) {
    case "boolean":
      return "boolean";
    case "integer":
    case "number":
      return `${key.type}, ${key.minimum} to ${key.maximum}${key.unit === undefined ? "" : `, ${key.unit}`}`;
    case "choice":
      return key.choices.map((choice) => `\`${JSON.stringify(choice)}\``).join(", ");
    case "string":
      return key.maximumBytes === undefined ? "string" : `string, at most ${key.maximumBytes} bytes`;
    case "strings":
      return `list of strings, at most ${key.maximumItems}`;
  }
}

/** @param {Key} key */
function meaning(key) {
  const notes = [];
  if (key.inert) notes.push("**No effect**.");
  if (key.secret === "always") notes.push("**Secret**.");
  if (key.secret === "unless-file-name") notes.push("**Secret**, unless it is a file name.");
  if (key.secret === "in-uri") notes.push("The password in it is **secret**.");
  return [...notes, key.doc].join(" ");
}

/**
 * @param {[string, import("../../src/config/key.js").SchemaNode]} entry
 * @returns {entry is [string, Key]}
 */
function isKey(entry) {
  return entry[1].type !== "group";
}
