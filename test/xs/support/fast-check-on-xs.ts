/** Stands for `fast-check` in test files that are bundled for XS: a property ends as a test that is not run. */

import { NotOnXs } from "./not-on-xs.js";

const anything: unknown = new Proxy(() => anything, {
  get(_target, key) {
    if (key === "assert") return refuse;
    return anything;
  },
  apply: () => anything,
});

function refuse(): never {
  throw new NotOnXs("property tests run on Node");
}

// biome-ignore lint/style/noDefaultExport: the package has one
export default anything;
