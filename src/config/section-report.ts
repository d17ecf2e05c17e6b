/** Problems with the keys of one server's section, told by the bare names of the keys. */

import { shown } from "./mask.js";
import type { ProblemCode } from "./problem.js";
import type { Report } from "./report.js";
import type { ServerSection } from "./schema.js";
import { SERVER_KEYS } from "./server-keys.js";

export type ServerKey = keyof ServerSection;

export class SectionReport {
  private readonly section: ServerSection;
  private readonly name: string;
  private readonly report: Report;

  /** @param name `mqtt` or `mqtt1` */
  constructor(section: ServerSection, name: string, report: Report) {
    this.section = section;
    this.name = name;
    this.report = report;
  }

  /** Whether the key has another value than its default. */
  isSet(name: ServerKey): boolean {
    return this.section[name] !== SERVER_KEYS[name].default;
  }

  /** Whether nothing was found wrong with these keys so far. */
  isClean(...names: readonly ServerKey[]): boolean {
    return this.report.isClean(this.name, ...names.map((name) => this.path(name)));
  }

  add(code: ProblemCode, name: ServerKey, expected: string): void {
    this.report.add({
      code,
      path: this.path(name),
      expected,
      value: shown(SERVER_KEYS[name], this.section[name]),
    });
  }

  private path(name: ServerKey): string {
    return `${this.name}.${name}`;
  }
}
