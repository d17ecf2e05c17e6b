/** Sees to it that the tests have a mosquitto broker and its command-line clients, or says how to get them. */

import { spawnSync } from "node:child_process";

const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin`;
const NEEDED = ["mosquitto", "mosquitto_pub", "mosquitto_sub"];

/** @param {string} program */
function isThere(program) {
  // `-h` prints the usage and exits at once, whatever its exit status.
  return spawnSync(program, ["-h"], { stdio: "ignore", env: { ...process.env, PATH } }).error === undefined;
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", args, { stdio: "ignore", env, timeout: 300_000 }).status === 0;
}

function missing() {
  return NEEDED.filter((program) => !isThere(program));
}

if (missing().length > 0 && process.getuid?.() === 0) {
  console.error("pretest: mosquitto is missing, installing it with apt-get");
  const packages = ["mosquitto", "mosquitto-clients"];
  if (!apt("install", "-y", "--no-install-recommends", ...packages)) {
    apt("update");
    apt("install", "-y", "--no-install-recommends", ...packages);
  }
}

const still = missing();
if (still.length > 0) {
  const how =
    process.platform === "darwin"
      ? "brew install mosquitto"
      : "sudo apt-get update && sudo apt-get install -y mosquitto mosquitto-clients";
  console.error(`pretest: the tests need ${still.join(", ")}, which is not installed. Run:\n\n  ${how}\n`);
  process.exit(1);
}
