/**
 * Builds the firmware with the Moddable SDK, and flashes it: what `npm run build:esp32`, `flash:esp32` and `build:lin`
 * call. It finds the SDK, says how to get it when it is not there, and otherwise only calls `mcconfig`.
 *
 *     node scripts/build-firmware.mjs <lin | esp32 | esp32/BOARD> [--flash] [--config FILE] [--file FILE …] [--release]
 *       [key=value …]
 *
 * `--config` puts a device config into the firmware, and `--file` a certificate or key in PEM, which the device then
 * stores, the file under its own name; `key=value` goes to `mcconfig` as it is, such as ssid=… and password=…
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUTPUT = join(ROOT, "build", "firmware");

/** In bytes: what the device's store takes as a name. */
const FILE_NAME_LIMIT = 15;

/** @type {Readonly<Record<string, string>>} */
const TOOL_FOLDERS = { linux: "lin", darwin: "mac", win32: "win" };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    flash: { type: "boolean", default: false },
    release: { type: "boolean", default: false },
    config: { type: "string" },
    file: { type: "string", multiple: true, default: [] },
  },
});
const settings = positionals.filter((argument) => argument.includes("="));
const [platform, ...rest] = positionals.filter((argument) => !argument.includes("="));
if (platform === undefined || rest.length > 0 || !/^(lin|esp32(\/\w+)?)$/.test(platform)) {
  fail(
    "usage: build-firmware.mjs <lin | esp32 | esp32/BOARD> [--flash] [--config FILE] [--file FILE …] [--release] [key=value …]",
  );
}
if (values.flash && platform === "lin") fail("--flash is for boards; the simulator has nothing to flash");
const text = values.config === undefined ? undefined : textOf(values.config);
const files = Object.fromEntries(values.file.map((path) => [storedName(path), textOf(path)]));

const { sdk, tools } = findSdk();
if (platform !== "lin") requireEspIdf();
mkdirSync(OUTPUT, { recursive: true });
const result = spawnSync(
  join(tools, process.platform === "win32" ? "mcconfig.exe" : "mcconfig"),
  [
    ...(values.release ? [] : ["-d"]),
    "-m",
    ...["-p", platform],
    ...["-o", OUTPUT],
    // Without a target the SDK builds, flashes, and opens its debugger with the log.
    ...(values.flash ? [] : ["-t", "build"]),
    join(ROOT, "manifest.json"),
    // The day in UTC: its first moment is over everywhere.
    `buildDate=${new Date().toISOString().slice(0, 10)}`,
    ...(text === undefined ? [] : [`device=${text}`]),
    ...(values.file.length === 0 ? [] : [`files=${JSON.stringify(files)}`]),
    ...settings,
  ],
  {
    stdio: "inherit",
    cwd: ROOT,
    env: {
      ...process.env,
      MODDABLE: sdk,
      // The SDK compiles with the first `tsc` it finds: the one this project is checked with.
      PATH: [join(ROOT, "node_modules", ".bin"), tools, process.env["PATH"]].join(delimiter),
    },
  },
);
if (result.error !== undefined) fail(`mcconfig: ${result.error.message}`);
process.exitCode = result.status ?? 1;

function findSdk() {
  const folder = process.env["MODDABLE"];
  const advice = [
    "Install it with xs-dev:",
    "",
    `  npx xs-dev setup${platform === "lin" ? "" : "\n  npx xs-dev setup --device esp32"}`,
    "",
    "or by hand: https://github.com/Moddable-OpenSource/moddable/blob/public/documentation/Moddable%20SDK%20-%20Getting%20Started.md",
    "Then open a new terminal, so that MODDABLE is set.",
  ].join("\n");
  if (folder === undefined || folder === "")
    fail(`the Moddable SDK is needed: MODDABLE is not set. ${advice}`);
  const host = TOOL_FOLDERS[process.platform];
  if (host === undefined) fail(`the Moddable SDK does not run on ${process.platform}`);
  const path = join(folder, "build", "bin", host, "release");
  if (!existsSync(join(path, "mcconfig")) && !existsSync(join(path, "mcconfig.exe"))) {
    fail(`MODDABLE is set, but there is no mcconfig in ${path}: the SDK's tools are not built. ${advice}`);
  }
  return { sdk: folder, tools: path };
}

function requireEspIdf() {
  if (existsSync(process.env["IDF_PATH"] ?? "")) return;
  fail(
    "the ESP-IDF is needed: IDF_PATH is not set, or not a folder. Install it with\n\n" +
      "  npx xs-dev setup --device esp32\n\n" +
      "or by hand: https://github.com/Moddable-OpenSource/moddable/blob/public/documentation/devices/esp32.md\n" +
      "Then open a new terminal, or run the export script of the ESP-IDF in this one.",
  );
}

/** @param {string} path */
function storedName(path) {
  const name = basename(path);
  if (Buffer.byteLength(name) <= FILE_NAME_LIMIT) return name;
  return fail(`${name}: the device stores files with names of at most ${FILE_NAME_LIMIT} bytes; rename it`);
}

/** @param {string} path */
function textOf(path) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    return fail(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(2);
}
