/** What esbuild is to make of our code for the XS engine from npm. */

import type { TransformOptions } from "esbuild";

/** XS 13 has all of ES2022. The compiler options that matter at run time are those of tsconfig.base.json. */
export const OUTPUT = Object.freeze({
  target: "es2022",
  charset: "utf8",
  logLevel: "silent",
  tsconfigRaw: { compilerOptions: { target: "es2022", verbatimModuleSyntax: true } },
} as const satisfies TransformOptions);
