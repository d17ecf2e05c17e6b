/** An esbuild plugin that makes the functions of `src/` tell the profiler when they begin and end. */

import { readFile } from "node:fs/promises";
import { relative, sep } from "node:path";
import type { Plugin } from "esbuild";
import { withFreezing } from "../../host-sim/xs/module-freezing.js";

/** Of the code as esbuild prints it: a method or function that begins, with the indentation that its end has too. */
const BEGINNING = /^( {0,2})(?:(function\*? )|static |get |set )*(#?[\w$]+)\(.*\) \{$/;
const NO_NAMES = Object.freeze(["if", "for", "while", "switch", "catch", "with"]);

/** @param names gets the name of each function at its number; 0 is what is outside all of them */
export function instrumenting(root: string, names: string[]): Plugin {
  names.push("(outside)");
  return {
    name: "instrumenting",
    setup(build) {
      build.onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
        const name = relative(root, path).split(sep).join("/");
        if (!name.startsWith("src/mqtt/")) return undefined;
        const code = await withFreezing(await readFile(path, "utf8"), name);
        return { contents: instrument(code, name, names), loader: "js" };
      });
    },
  };
}

/** @param code as esbuild prints it */
export function instrument(code: string, file: string, names: string[]): string {
  const lines: string[] = [];
  let owner = "";
  let end: string | undefined;
  for (const line of code.split("\n")) {
    const declared = /^(?:export )?class (\w+)/.exec(line);
    if (declared !== null) owner = declared[1] ?? "";
    if (line === "}") owner = "";
    const [, indentation = "", , name = ""] = BEGINNING.exec(line.replace(/^export /, "")) ?? [];
    if (end === undefined && name !== "" && !NO_NAMES.includes(name)) {
      const what = owner === "" ? name : `${owner}.${name}`;
      names.push(`${file.replace("src/mqtt/", "").replace(/\.[jt]s$/, "")}: ${what}`);
      end = `${indentation}}`;
      lines.push(line, `profiler.enter(${names.length - 1}); try {`);
    } else if (line === end) {
      lines.push("} finally { profiler.leave(); }", line);
      end = undefined;
    } else {
      lines.push(line);
    }
  }
  return lines.join("\n");
}
