/**
 * An esbuild plugin that makes the device's modules freeze themselves as soon as they are loaded, each as a whole, as
 * Moddable's preload does: what a module declares at its top level lies in flash afterwards.
 */

import { readFile } from "node:fs/promises";
import { extname, relative, sep } from "node:path";
import type { Plugin } from "esbuild";
import { transform } from "esbuild";
import { OUTPUT } from "./output.js";

/** Folders whose modules are preloaded on the device. */
const DEVICE_FOLDERS = Object.freeze(["src/", "firmware/"]);

const DECLARATION = /^(?:export )?(?:default )?(?:async )?(const|let|var|class|function)\*? ([\w$]+)/gm;

/** @param root the folder that has `src/` and `firmware/` in it */
export function moduleFreezing(root: string): Plugin {
  return {
    name: "module-freezing",
    setup(build) {
      build.onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
        const name = relative(root, path).split(sep).join("/");
        if (!DEVICE_FOLDERS.some((folder) => name.startsWith(folder))) return undefined;
        const contents = await withFreezing(await readFile(path, "utf8"), name);
        return { contents, loader: "js" };
      });
    },
  };
}

/**
 * `source` as JavaScript, with a call at its end that freezes what it declares.
 * @throws Error for a module whose state could change, which flash does not allow
 */
export async function withFreezing(source: string, name: string): Promise<string> {
  const loader = extname(name) === ".ts" ? "ts" : "js";
  const { code } = await transform(source, { ...OUTPUT, loader, format: "esm", sourcefile: name });
  const names: string[] = [];
  for (const [, keyword, declared] of code.matchAll(DECLARATION)) {
    if (keyword === "let" || keyword === "var") {
      throw new Error(
        `${name}: "${keyword} ${declared}" at module level: a module's state cannot change on a device`,
      );
    }
    names.push(declared as string);
  }
  return `${code}\nxs.freezeModule(${JSON.stringify(name)}, { ${names.join(", ")} });\n`;
}
