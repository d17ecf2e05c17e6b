/** What is wrong with a config: one `Problem` each, all of them in one `ConfigError`. */

/** Stable, for programs. */
export type ProblemCode =
  | "syntax"
  | "duplicate-key"
  | "unknown-key"
  | "wrong-type"
  | "out-of-range"
  /** Of the right type and size, and yet not what it should be, such as an odd number of hex digits. */
  | "malformed"
  /** Not given, though something else that is given needs it. */
  | "missing"
  /** Fine by itself, but not together with something else. */
  | "contradiction";

/** A position in a text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  readonly code: ProblemCode;
  /** Such as `mqtt.keep_alive` or `alarm.doors[1]`; empty for the whole. */
  readonly path: string;
  /** The offending value as it may be printed, secrets masked; absent when there is none, or it may not be shown. */
  readonly value?: string;
  /** What was expected instead. */
  readonly expected?: string;
  /** The nearest known key, for an unknown one. */
  readonly suggestion?: string;
  /** The layer it comes from, such as a file's name. */
  readonly source?: string;
  readonly place?: Place;
}

/** The configuration is at fault; `problems` has everything that is wrong with it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  /** @param omitted how many more there were than `problems` holds */
  constructor(problems: readonly Problem[], omitted = 0) {
    const lines = problems.map(problemText);
    if (omitted > 0) lines.push(`and ${omitted} more`);
    super(lines.join("\n"));
    this.problems = Object.freeze([...problems]);
  }
}

/** One line: where, and what is expected there. */
export function problemText(problem: Problem): string {
  const where = [locationText(problem.source, problem.place), problem.path].filter((part) => part !== "");
  return [...where, complaint(problem)].join(": ");
}

function complaint(problem: Problem): string {
  const { code, expected, suggestion, value } = problem;
  if (code === "unknown-key") {
    return suggestion === undefined ? "unknown key" : `unknown key, the nearest known one is ${suggestion}`;
  }
  return `expected ${expected ?? "something else"}${value === undefined ? "" : `, got ${value}`}`;
}

function locationText(source: string | undefined, place: Place | undefined): string {
  if (place === undefined) return source ?? "";
  if (source === undefined) return `line ${place.line}, column ${place.column}`;
  return `${source}:${place.line}:${place.column}`;
}
