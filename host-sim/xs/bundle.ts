/** Bundles modules into one script that XS can evaluate. */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildFailure, Plugin } from "esbuild";
import { build } from "esbuild";
import { moduleFreezing } from "./module-freezing.js";
import { OUTPUT } from "./output.js";

/** The folder that has `src/`, `firmware/` and `host-sim/` in it, of sources or of built code, as this file is. */
export const CODE_ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The file of a module by its name from the root, such as "src/mqtt/client.js", whichever of the two is there. */
export function moduleFile(name: string, root: string = CODE_ROOT): string {
  const source = join(root, name.replace(/\.js$/, ".ts"));
  return existsSync(source) ? source : join(root, name);
}

/**
 * A script that loads `files` in order; those of the device freeze themselves.
 * @param onOneLine so that the engine does not mark lines for a debugger, which its meter would count
 * @throws Error that says which module cannot be had, or cannot be frozen
 */
export async function bundle(
  files: readonly string[],
  plugins: readonly Plugin[] = [],
  root: string = CODE_ROOT,
  onOneLine = false,
): Promise<string> {
  const contents = files.map((file) => `import ${JSON.stringify(file)};`).join("\n");
  try {
    const result = await build({
      ...OUTPUT,
      stdin: { contents, resolveDir: root, sourcefile: "entry.js" },
      bundle: true,
      minifyWhitespace: onOneLine,
      // As modules are.
      banner: { js: '"use strict";' },
      format: "iife",
      write: false,
      // What nobody imports is in flash too, and must load.
      treeShaking: false,
      plugins: [...plugins, moduleFreezing(root)],
    });
    const [output] = result.outputFiles;
    if (output === undefined) throw new Error("esbuild has made nothing");
    return output.text;
  } catch (error) {
    throw legible(error);
  }
}

function legible(error: unknown): unknown {
  if (!(error instanceof Error) || !("errors" in error)) return error;
  const lines = (error as BuildFailure).errors.map(({ location, text }) =>
    location === null ? text : `${location.file}:${location.line}: ${text}`,
  );
  return new Error(`cannot bundle for XS: ${lines.join("; ")}`, { cause: error });
}
