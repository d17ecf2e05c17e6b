/** A worker made ready for our code: its globals reduced to a device's, then a bundle loaded into it. */

import type { Plugin } from "esbuild";
import { bundle, moduleFile } from "./bundle.js";
import type { OnQuery } from "./worker.js";
import { XsWorker } from "./worker.js";

export interface XsProgram {
  /** Modules to load, in order, by their paths. */
  readonly files: readonly string[];
  readonly plugins?: readonly Plugin[];
  readonly onQuery?: OnQuery;
  /** Where `src/` and `firmware/` are; default: beside this code. */
  readonly root?: string;
}

/**
 * Starts XS and loads `program` into it.
 * @throws Error when the engine is missing, or with what loading has thrown
 */
export async function startXs({ files, plugins, onQuery, root }: XsProgram): Promise<XsWorker> {
  const worker = new XsWorker(onQuery);
  try {
    await worker.evaluate(await bundle([moduleFile("host-sim/xs/guest/prelude.js")]));
    await worker.evaluate(await bundle(files, plugins, root));
    return worker;
  } catch (error) {
    worker.kill();
    throw error;
  }
}
