/** When two values count as equal in a test, by the rules of vitest's `toEqual` and `toMatchObject`. */

const { toString: tagOf } = Object.prototype;

/** Stands for more than one value, among those that are expected. */
export class Matcher {
  readonly matches: (actual: unknown) => boolean;
  /** What it stands for, for people. */
  readonly text: string;

  constructor(text: string, matches: (actual: unknown) => boolean) {
    this.text = text;
    this.matches = matches;
  }
}

/** Deep equality; what is undefined counts as absent, and classes do not matter. */
export function equals(a: unknown, b: unknown): boolean {
  return compare(a, b, false);
}

/** As `equals`, but objects in `actual` may have more than those in `expected`. */
export function matches(actual: unknown, expected: unknown): boolean {
  return compare(actual, expected, true);
}

function compare(a: unknown, b: unknown, subset: boolean): boolean {
  if (b instanceof Matcher) return b.matches(a);
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (subset && tagOf.call(b) === "[object Object]") return compareObjects(a, b, true);
  if (tagOf.call(a) !== tagOf.call(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b, subset);
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b))
    return compareLists([...bytes(a)], [...bytes(b)], false);
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return compareLists([...new Uint8Array(a)], [...new Uint8Array(b)], false);
  }
  if (a instanceof Error && b instanceof Error) {
    return a.name === b.name && a.message === b.message && compare(a.cause, b.cause, false);
  }
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (a instanceof Map && b instanceof Map) return compareLists([...a], [...b], false);
  if (a instanceof Set && b instanceof Set) return compareLists([...a], [...b], false);
  return compareObjects(a, b, subset);
}

function compareLists(a: readonly unknown[], b: readonly unknown[], subset: boolean): boolean {
  return a.length === b.length && a.every((value, index) => compare(value, b[index], subset));
}

/** By their fields, whatever else they are. */
function compareObjects(one: object, other: object, subset: boolean): boolean {
  const [a, b] = [one as Fields, other as Fields];
  const expected = keysOf(b);
  if (!subset && keysOf(a).some((key) => a[key] !== undefined && !expected.includes(key))) return false;
  return expected.every((key) => compare(a[key], b[key], subset) && (!subset || key in a));
}

type Fields = Readonly<Record<PropertyKey, unknown>>;

function keysOf(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

function bytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
