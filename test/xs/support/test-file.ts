/** Runs a vitest file on XS. */

import { join } from "node:path";
import type { Plugin } from "esbuild";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { CODE_ROOT } from "../../../host-sim/xs/bundle.js";
import { startXs } from "../../../host-sim/xs/engine.js";
import { HostCrypto } from "../../../host-sim/xs/host-crypto.js";
import type { Call, Reply } from "../../../host-sim/xs/message.js";
import { answerCall } from "../../../host-sim/xs/message.js";
import type { XsResult } from "./xs-result.js";

const SUPPORT = import.meta.dirname;
const NOTHING = new Uint8Array(0);
/** What stands for packages on XS. */
const STAND_INS: Readonly<Record<string, string>> = Object.freeze({
  vitest: join(SUPPORT, "vitest-on-xs.ts"),
  "fast-check": join(SUPPORT, "fast-check-on-xs.ts"),
});
/** What tests may use of the host, and what stands for it. */
const NODE_CRYPTO = /\/host-sim\/io\/node-crypto\.js$/;
const NODE_CRYPTO_STAND_IN = join(SUPPORT, "node-crypto-on-xs.ts");

/**
 * The outcomes of all tests in `file`, by its path from the repository's root.
 * @throws Error when it cannot be loaded there, for one because it needs a Node module
 */
export async function runOnXs(file: string): Promise<readonly XsResult[]> {
  const crypto = new HostCrypto(new NodeCrypto());
  const worker = await startXs({
    files: [join(CODE_ROOT, file)],
    plugins: [standIns()],
    onQuery: (question) => answerCall<Call>(question, (call, bytes) => answer(crypto, call, bytes)),
  });
  try {
    await worker.command(NOTHING);
    const { bytes } = await worker.command(NOTHING);
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as XsResult[];
  } finally {
    worker.kill();
  }
}

/** Of the world, tests on XS have only the cryptography. */
function answer(crypto: HostCrypto, call: Call, bytes: Uint8Array): Reply {
  if (call.type !== "crypto") throw new Error(`tests have no "${call.type}" on XS`);
  return crypto.answer(call.call, bytes);
}

function standIns(): Plugin {
  return {
    name: "stand-ins",
    setup(build) {
      build.onResolve({ filter: NODE_CRYPTO }, () => ({ path: NODE_CRYPTO_STAND_IN }));
      build.onResolve({ filter: /^[^./]/ }, ({ path }) => {
        const standIn = STAND_INS[path];
        return standIn === undefined ? { errors: [{ text: `${path} is not for XS` }] } : { path: standIn };
      });
    },
  };
}
