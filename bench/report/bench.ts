/** The command `npm run bench`: runs sections one after the other, keeps what they give, and renders it. */

import { parseArgs } from "node:util";
import type { Section } from "../section.js";
import { currentEnvironment } from "./environment.js";
import { renderFiles } from "./render.js";
import { readResults, writeResults } from "./results.js";
import type { Recorder } from "./sections.js";

export interface BenchWorld {
  /** The folder of the repository. */
  readonly root: string;
  readonly sections: readonly Section<unknown>[];
  readonly recorders: Readonly<Record<string, Recorder>>;
  print(line: string): void;
  complain(line: string): void;
}

const OK = 0;
const FAILED = 1;
const BAD_USAGE = 2;

const OPTIONS = {
  record: { type: "boolean", default: false },
  render: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Returns the exit status: 0 done, 1 a section could not be measured, 2 bad usage. */
export async function bench(args: readonly string[], world: BenchWorld): Promise<number> {
  const known = world.sections.map(({ name }) => name).join(", ");
  let options: { record: boolean; render: boolean; help: boolean };
  let names: readonly string[];
  try {
    const parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    options = parsed.values;
    names = parsed.positionals;
  } catch (error) {
    world.complain(`bench: ${messageOf(error)}`);
    return BAD_USAGE;
  }
  const unknown = names.filter((name) => world.sections.every((section) => section.name !== name));
  if (unknown.length > 0) {
    world.complain(`bench: unknown section ${unknown.join(", ")}; there are ${known}`);
    return BAD_USAGE;
  }
  if (options.help) {
    world.print(help(known));
    return OK;
  }
  let status = OK;
  if (!options.render) {
    const chosen = world.sections.filter(({ name }) => names.length === 0 || names.includes(name));
    status = await measure(chosen, world, options.record);
  }
  renderFiles(world.root, world.sections);
  world.print("docs/performance.md: written");
  return status;
}

async function measure(
  sections: readonly Section<unknown>[],
  world: BenchWorld,
  isRecorded: boolean,
): Promise<number> {
  const { root, recorders, print, complain } = world;
  const environment = currentEnvironment(root);
  const versions = Object.entries(environment.versions).map(([name, version]) => `${name} ${version}`);
  print(`${environment.machine}; ${versions.join(", ")}`);
  let status = OK;
  for (const section of sections) {
    const { name } = section;
    print(`\n# ${name}: ${section.title}`);
    try {
      const result = await section.run((line) => print(`  ${line}`));
      print(section.text(result));
      const measured = new Date().toISOString().slice(0, 10);
      // At once: the next section may be interrupted.
      writeResults(root, inOrder({ ...readResults(root), [name]: { measured, environment, result } }, world));
      if (isRecorded) recorders[name]?.record(result);
    } catch (error) {
      complain(`${name} failed: ${messageOf(error)}`);
      status = FAILED;
    }
  }
  return status;
}

function inOrder<Value>(results: Readonly<Record<string, Value>>, world: BenchWorld): Record<string, Value> {
  const rank = (name: string): number => world.sections.findIndex((section) => section.name === name);
  return Object.fromEntries(Object.entries(results).sort(([a], [b]) => rank(a) - rank(b)));
}

function help(known: string): string {
  return `npm run bench [-- section… --record]     measures, and renders bench/results.json and docs/performance.md
npm run bench -- --render                only renders

Sections: ${known}. Without any, all of them run.
--record makes the deterministic figures the baseline that later ones are compared with.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
