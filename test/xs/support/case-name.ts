/** The name of one case of `test.each`, by vitest's rules as far as the tests use them. */

import { shown } from "./shown.js";

/** `%s`, `%i`, `%d` and `%j` take the next value, `%#` the index, and `$key` what the first value has there. */
export function caseName(template: string, values: readonly unknown[], index: number): string {
  let next = 0;
  const [first] = values;
  return template
    .replace(/%([sidj#%])/g, (_match, letter: string) => {
      if (letter === "%") return "%";
      if (letter === "#") return String(index);
      const value = values[next];
      next += 1;
      return letter === "j" || typeof value === "object" ? shown(value) : String(value);
    })
    .replace(/\$([\w.]+)/g, (match, path: string) => {
      let value: unknown = first;
      for (const key of path.split(".")) {
        if (typeof value !== "object" || value === null || !(key in value)) return match;
        value = (value as Record<string, unknown>)[key];
      }
      return typeof value === "string" ? value : shown(value);
    });
}
