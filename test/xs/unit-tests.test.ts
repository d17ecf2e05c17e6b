/** The unit tests of the protocol, its transport, the config and the applications on XS: the same files as on Node. */

import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { CODE_ROOT } from "../../host-sim/xs/bundle.js";
import { describeOnXs } from "./support/engine-there.js";
import { runOnXs } from "./support/test-file.js";
import type { XsResult } from "./support/xs-result.js";

/** Engines at work at the same time. */
const WORKERS = 4;
const FOLDERS = ["test/mqtt", "test/transport", "test/config", "test/firmware"];
/** Folders in those, at any depth, whose tests are for Node alone. */
const NODE_FOLDER = "node";

/** Files that stay on Node, and why. */
const ONLY_ON_NODE: Readonly<Record<string, string>> = {
  "test/mqtt/crc32.test.ts": "compares with zlib",
  "test/config/docs.test.ts": "reads the documents",
  "test/config/server-address-oracle.test.ts": "compares with node:net",
  "test/firmware/climate-sensor.test.ts": "its broker is built on mqtt-packet",
  "test/firmware/device.test.ts": "its broker is built on mqtt-packet",
  "test/firmware/docs.test.ts": "reads the documents",
  "test/firmware/mosquitto.test.ts": "starts mosquitto",
  "test/firmware/platform-board.test.ts": "its broker is built on mqtt-packet",
  "test/firmware/platform-build-script.test.ts": "runs a script of Node",
  "test/firmware/platform-manifest.test.ts": "reads the manifest",
  "test/firmware/platform-time.test.ts": "its packets are made with a method newer than XS 13",
  "test/firmware/platform-transport.test.ts": "what it records is in a Buffer",
  "test/firmware/scenario-alarm.test.ts": "its broker is built on mqtt-packet",
  "test/firmware/scenario-door.test.ts": "its broker is built on mqtt-packet",
  "test/firmware/scenario-power-loss.test.ts": "its broker is built on mqtt-packet",
};

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(CODE_ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.split(sep).includes(NODE_FOLDER))
    .map((name) => `${folder}/${name}`),
);

test("what stays on Node is still there", () => {
  expect(Object.keys(ONLY_ON_NODE).filter((file) => !files.includes(file))).toEqual([]);
});

await describeOnXs("unit tests on XS", async () => {
  const left = files.filter((file) => ONLY_ON_NODE[file] === undefined);
  const outcomes = new Map<string, Outcome>();
  const runRest = async (): Promise<void> => {
    for (let file = left.shift(); file !== undefined; file = left.shift())
      outcomes.set(file, await outcomeOf(file));
  };
  await Promise.all(Array.from({ length: WORKERS }, runRest));
  for (const file of files) {
    const outcome = outcomes.get(file);
    if (outcome !== undefined) describe(`${file} on XS`, () => declare(outcome));
  }
});

type Outcome = readonly XsResult[] | Error;

async function outcomeOf(file: string): Promise<Outcome> {
  try {
    return await runOnXs(file);
  } catch (error) {
    return error as Error;
  }
}

function declare(outcome: Outcome): void {
  if (outcome instanceof Error) {
    test("loads", () => {
      throw new Error(`${outcome.message}\nIf the file is for Node alone, say so in ONLY_ON_NODE.`);
    });
    return;
  }
  for (const { failure, name, skipped } of outcome) {
    if (skipped !== undefined) test.skip(`${name} (${skipped})`, () => {});
    else {
      test(name, () => {
        if (failure !== undefined) throw new Error(`on XS: ${failure}`);
      });
    }
  }
}
