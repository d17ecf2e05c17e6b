/**
 * What a config key is, as data: its type, default, range, unit, origin and documentation.
 *
 * Everything else follows from this data: the TypeScript types (`ValueOf`), validation, `docs/config.md` and
 * `config.schema.json`. A schema is a tree of groups with keys as its leaves.
 */

/** What every key has. */
interface Facts {
  /** `mongoose`: a key of the Mongoose OS `mqtt` library, with its meaning there. `reed`: ours. */
  readonly origin: "mongoose" | "reed";
  /** Markdown, for people who write config files. */
  readonly doc: string;
  readonly unit?: "seconds" | "milliseconds" | "bytes" | "messages";
  /** What is never printed: the value, the value unless it looks like a file name, or the password in a URI. */
  readonly secret?: "always" | "unless-file-name" | "in-uri";
  /** Accepted so that a Mongoose config can be used as it is; nothing in Reed depends on it. */
  readonly inert?: true;
}

export interface BooleanKey extends Facts {
  readonly type: "boolean";
  readonly default: boolean;
}

export interface NumberKey extends Facts {
  /** `integer`: without fraction. */
  readonly type: "integer" | "number";
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** One of a few values. */
export interface ChoiceKey<C extends string | number = string | number> extends Facts {
  readonly type: "choice";
  readonly default: C;
  readonly choices: readonly C[];
}

/** What a string must be: well-formed, without U+0000, not too long, and as `pattern` says. */
export interface StringRule {
  /** In bytes of UTF-8; 65,535 when absent, the most that MQTT can carry. */
  readonly maximumBytes?: number;
  /** A regular expression, in the subset that XS and JSON Schema share. */
  readonly pattern?: string;
  /** What `pattern` and the checks of `cross-checks.ts` want, to follow the word "expected". */
  readonly expected?: string;
}

export interface StringKey extends Facts, StringRule {
  readonly type: "string";
  readonly default: string;
}

/** A list of strings, each under the rule. */
export interface StringListKey extends Facts, StringRule {
  readonly type: "strings";
  readonly default: readonly string[];
  readonly maximumItems: number;
}

export type Key = BooleanKey | NumberKey | ChoiceKey | StringKey | StringListKey;

/** A section: an object in the JSON, with keys and sections of its own. */
export interface Group<K extends Nodes = Nodes> {
  readonly type: "group";
  readonly doc: string;
  readonly keys: K;
}

export type SchemaNode = Key | Group;

export interface Nodes {
  readonly [name: string]: SchemaNode;
}

/** The type of the values that a key or a group describes. */
export type ValueOf<N> =
  N extends Group<infer K>
    ? { readonly [P in keyof K]: ValueOf<K[P]> }
    : N extends BooleanKey
      ? boolean
      : N extends NumberKey
        ? number
        : N extends ChoiceKey<infer C>
          ? C
          : N extends StringKey
            ? string
            : N extends StringListKey
              ? readonly string[]
              : never;

/** As `ValueOf`, with any key and any section left out. */
export type PartialOf<N> =
  N extends Group<infer K> ? { readonly [P in keyof K]?: PartialOf<K[P]> } : ValueOf<N>;

export function booleanKey(facts: Omit<BooleanKey, "type">): BooleanKey {
  return Object.freeze({ ...facts, type: "boolean" as const });
}

export function integerKey(facts: Omit<NumberKey, "type">): NumberKey {
  return Object.freeze({ ...facts, type: "integer" as const });
}

export function numberKey(facts: Omit<NumberKey, "type">): NumberKey {
  return Object.freeze({ ...facts, type: "number" as const });
}

export function choiceKey<const C extends string | number>(
  facts: Omit<ChoiceKey<C>, "type" | "default"> & { readonly default: NoInfer<C> },
): ChoiceKey<C> {
  return Object.freeze({ ...facts, choices: Object.freeze([...facts.choices]), type: "choice" as const });
}

export function stringKey(facts: Omit<StringKey, "type">): StringKey {
  return Object.freeze({ ...facts, type: "string" as const });
}

export function stringListKey(facts: Omit<StringListKey, "type">): StringListKey {
  return Object.freeze({ ...facts, default: Object.freeze([...facts.default]), type: "strings" as const });
}

export function group<K extends Nodes>(doc: string, keys: K): Group<K> {
  return Object.freeze({ type: "group" as const, doc, keys: Object.freeze(keys) });
}
