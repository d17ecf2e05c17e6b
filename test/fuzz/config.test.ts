/** The example configs with characters, words and values changed: a good config or a list of problems, no third thing. */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.js";
import { ConfigError } from "../../src/config/problem.js";
import type { Config } from "../../src/config/schema.js";
import { serverOptions } from "../../src/config/server-options.js";
import { checkServerOptions } from "../../src/mqtt/options.js";
import { RandomSource } from "../mqtt/support/random.js";
import { fuzzTarget, inputsOf, timeoutOf } from "./support/targets.js";

const TIMES = { timeout: timeoutOf("config") };
const DOCS = new URL("../../docs/", import.meta.url);
const EXAMPLES = ["examples/", "cloud/"].flatMap((folder) =>
  readdirSync(new URL(folder, DOCS))
    .filter((name) => name.endsWith(".json"))
    .map((name) => readFileSync(new URL(folder + name, DOCS), "utf8")),
);

/** What a config may hold, in place of what it does hold. */
const WORDS = [
  ...[
    "true",
    "false",
    "null",
    "0",
    "-1",
    "1e9",
    "65536",
    "0.5",
    '""',
    "[]",
    "{}",
    '"x"',
    '"+/#"',
    '"\\u0000"',
  ],
  ...[
    '"mqtts://h:1"',
    '"ws://h/p"',
    '"[::1]"',
    '"h:99999"',
    '"a b"',
    '"../x"',
    '"*"',
    '"é😀"',
    "//",
    "/*",
    "*/",
  ],
  ...[
    '"device"',
    '"mqtt"',
    '"mqtt1"',
    '"enable"',
    '"will_topic"',
    '"ssl_psk_key"',
    '"clean_session"',
    ",",
    "}",
  ],
  ...['"proxy": "h:1",', '"max_qos": 3,', '"ssl_ca_cert": "*",', '"ws_enable": true,', '"client_id": "",'],
];

const TOKEN = /"(?:[^"\\]|\\.)*"|[-\w.]+|[{}[\]:,]/g;

function mutated(text: string, random: RandomSource): string {
  let result = text;
  for (let i = 1 + random.below(3); i > 0; i -= 1) {
    const word = WORDS[random.below(WORDS.length)] as string;
    const tokens = [...result.matchAll(TOKEN)];
    const token = tokens[random.below(Math.max(1, tokens.length))];
    const at = token?.index ?? 0;
    const end = at + (token?.[0].length ?? 0);
    const place = random.below(result.length + 1);
    switch (random.below(7)) {
      case 0:
      case 1:
      case 2:
        result = result.slice(0, at) + word + result.slice(end);
        break;
      case 3:
        result = result.slice(0, at) + word + result.slice(at);
        break;
      case 4:
        result = result.slice(0, at) + result.slice(end);
        break;
      case 5:
        result = result.slice(0, place) + String.fromCharCode(random.below(300)) + result.slice(place + 1);
        break;
      default:
        result = result.slice(0, place) + result.slice(place + random.below(30));
    }
  }
  return result;
}

/** The config, or undefined with problems. */
function loaded(text: string): Config | undefined {
  try {
    return parseConfig(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.message.length).toBeLessThan(20_000);
    return undefined;
  }
}

test(`${inputsOf("config")} changed configs are refused with reasons, or good for a client`, TIMES, () => {
  let good = 0;
  fuzzTarget("config", (seed) => {
    const random = new RandomSource(seed * 67_867_967);
    const config = loaded(mutated(EXAMPLES[random.below(EXAMPLES.length)] as string, random));
    if (config === undefined) return;
    good += 1;
    for (const name of ["mqtt", "mqtt1"] as const) {
      const options = serverOptions(config, name, config.device.id || "device");
      if (options !== undefined) checkServerOptions(options);
    }
    expect(loaded(JSON.stringify(config))).toEqual(config);
  });
  expect(good).toBeGreaterThan(inputsOf("config") / 20);
});
