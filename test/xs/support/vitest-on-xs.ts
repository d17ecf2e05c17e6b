/** Stands for `vitest` in test files that are bundled for XS: collects the tests, runs them, reports. */

import "../../../host-sim/xs/guest/globals.js";
import { onCommand } from "../../../host-sim/xs/guest/globals.js";
import { encodeUtf8 } from "../../../src/mqtt/utf8.js";
import { caseName } from "./case-name.js";
import { NotOnXs } from "./not-on-xs.js";
import type { XsResult } from "./xs-result.js";

export { expect } from "./expectation.js";

type Body = (...values: never[]) => unknown;
type Task = () => unknown;

/** A `describe`, or the whole file. */
interface Group {
  readonly name: string;
  readonly before: Task[];
  readonly after: Task[];
}

interface Test {
  readonly name: string;
  readonly body: Task;
  /** From the outermost to the innermost. */
  readonly groups: readonly Group[];
}

const tests: Test[] = [];
const groups: Group[] = [{ name: "", before: [], after: [] }];
const results: XsResult[] = [];

export function describe(name: string, body: () => void): void {
  groups.push({ name, before: [], after: [] });
  body();
  groups.pop();
}

export function test(name: string, body: Task): void {
  const path = [...groups.slice(1).map((group) => group.name), name];
  tests.push({ name: path.join(" > "), body, groups: [...groups] });
}

export function beforeEach(task: Task): void {
  groups.at(-1)?.before.push(task);
}

export function afterEach(task: Task): void {
  groups.at(-1)?.after.push(task);
}

describe.each = each(describe as (name: string, body: () => unknown) => void);
test.each = each(test);

/** What is about types only has been checked when the file was compiled. */
export function expectTypeOf(): unknown {
  const anything: unknown = new Proxy(() => anything, { get: () => anything });
  return anything;
}

function each(declare: (name: string, body: () => unknown) => void) {
  return (cases: readonly unknown[]) =>
    (name: string, body: Body): void => {
      cases.forEach((values, index) => {
        const list = Array.isArray(values) ? values : [values];
        declare(caseName(name, list, index), () => body(...(list as never[])));
      });
    };
}

async function runAll(): Promise<void> {
  for (const { name, body, groups } of tests) {
    try {
      for (const { before } of groups) for (const task of before) await task();
      await body();
      for (const { after } of groups) for (const task of after) await task();
      results.push({ name });
    } catch (error) {
      if (error instanceof NotOnXs) results.push({ name, skipped: error.message });
      else results.push({ name, failure: failureOf(error) });
    }
  }
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, name, stack = "" } = error;
  return `${name}: ${message}\n${stack.split("\n").slice(1).join("\n")}`;
}

// The first command runs the tests; the worker answers when all is done. The second one fetches the results.
let started = false;
onCommand(() => {
  if (started)
    return encodeUtf8(JSON.stringify(results).replace(/[\ud800-\udfff]/g, "\ufffd")).buffer as ArrayBuffer;
  started = true;
  void runAll();
  return undefined;
});
