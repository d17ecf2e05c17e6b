/**
 * Makes the worker's world that of a device, before anything else is loaded: no global beyond ECMAScript, and all
 * built-ins frozen. What the host side of the worker needs stays behind the one name `xs`.
 */

import { freezeModule } from "./freeze-module.js";
import type { XsGlobal } from "./globals.js";
import "./globals.js";

/** What XS 13 has of ECMAScript; everything else is the worker's own, such as `TextEncoder`. */
const ECMASCRIPT = [
  ...["globalThis", "Infinity", "NaN", "undefined", "eval", "isFinite", "isNaN", "parseFloat", "parseInt"],
  ...["decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape"],
  ...["AggregateError", "Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError"],
  ...[
    "URIError",
    "Array",
    "ArrayBuffer",
    "Atomics",
    "BigInt",
    "Boolean",
    "DataView",
    "Date",
    "FinalizationRegistry",
  ],
  ...["Function", "JSON", "Map", "Math", "Number", "Object", "Promise", "Proxy", "Reflect", "RegExp", "Set"],
  ...["SharedArrayBuffer", "String", "Symbol", "WeakMap", "WeakRef", "WeakSet"],
  ...[
    "BigInt64Array",
    "BigUint64Array",
    "Float32Array",
    "Float64Array",
    "Int8Array",
    "Int16Array",
    "Int32Array",
  ],
  ...["Uint8Array", "Uint8ClampedArray", "Uint16Array", "Uint32Array"],
];

/** The worker's globals that are used here. */
interface WorkerGlobal {
  issueCommand: XsGlobal["issueCommand"];
  TextEncoder: typeof TextEncoder;
  TextDecoder: typeof TextDecoder;
  gc(): void;
  resetMeter: XsGlobal["resetMeter"];
  harden<T>(value: T): T;
}

function prepare(): void {
  const { gc, harden, issueCommand, resetMeter, TextDecoder, TextEncoder } =
    globalThis as unknown as WorkerGlobal;
  const encoder = new TextEncoder();
  const world = globalThis as unknown as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!ECMASCRIPT.includes(name)) delete world[name];
  }
  for (const name of ECMASCRIPT) {
    const value = world[name];
    if (value !== globalThis) harden(value);
  }
  // Built-ins that have no name of their own.
  harden(Object.getPrototypeOf(async () => {}));
  harden(Object.getPrototypeOf(function* () {}));
  harden(Object.getPrototypeOf(async function* () {}));
  harden(Object.getPrototypeOf([][Symbol.iterator]()));
  const modules: unknown[] = [];
  const kept: XsGlobal = {
    issueCommand,
    encodeText: (text) => encoder.encode(text),
    TextDecoder,
    collectGarbage: gc,
    resetMeter,
    freezeModule(name, declared) {
      freezeModule(name, declared, harden);
      // As flash does: what is loaded stays, used or not.
      modules.push(declared);
    },
  };
  Object.defineProperty(globalThis, "xs", { value: harden(kept) });
}

prepare();
