/** What Moddable's preload does to a module: everything it has declared ends up in flash, where nothing can change. */

type Harden = <T>(value: T) => T;

/**
 * @param name of the module
 * @param harden freezes a value and all that can be reached from it
 * @throws TypeError that names what cannot lie in flash, or is not frozen and would lie in RAM
 */
export function freezeModule(
  name: string,
  declared: Readonly<Record<string, unknown>>,
  harden: Harden,
): void {
  const problems: string[] = [];
  const seen = new Set<object>();
  for (const [key, value] of Object.entries(declared)) inspect(value, key, problems, seen);
  if (problems.length > 0) throw new TypeError(`${name}: ${problems.join("; ")}`);
  for (const value of Object.values(declared)) harden(value);
}

function inspect(value: unknown, path: string, problems: string[], seen: Set<object>): void {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    problems.push(`${path} is a buffer at module level, which cannot be written on a device`);
    return;
  }
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
    problems.push(`${path} is a ${value.constructor.name} at module level, which cannot be preloaded`);
    return;
  }
  if (value instanceof Map || value instanceof Set) makeReadOnly(value);
  else if (typeof value === "object" && !(value instanceof RegExp) && !Object.isFrozen(value)) {
    problems.push(`${path} is not frozen`);
  }
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    // A class's prototype, too: its methods are frozen by themselves, other values are looked at.
    if (property !== undefined && "value" in property && key !== "constructor") {
      const isPrototype = key === "prototype" && typeof value === "function";
      if (isPrototype) inspectPrototype(property.value, `${path}.prototype`, problems, seen);
      else inspect(property.value, `${path}.${String(key)}`, problems, seen);
    }
  }
}

/** Freezing follows by itself; only what stands on it is of interest. */
function inspectPrototype(prototype: unknown, path: string, problems: string[], seen: Set<object>): void {
  if (typeof prototype !== "object" || prototype === null || seen.has(prototype)) return;
  seen.add(prototype);
  for (const key of Reflect.ownKeys(prototype)) {
    const property = Object.getOwnPropertyDescriptor(prototype, key);
    if (property !== undefined && "value" in property) {
      inspect(property.value, `${path}.${String(key)}`, problems, seen);
    }
  }
}

/** Changing it throws, as it does in flash; `Object.freeze` would not see to that. */
function makeReadOnly(collection: Map<unknown, unknown> | Set<unknown>): void {
  const what = collection instanceof Map ? "Map" : "Set";
  const refuse = (): never => {
    throw new TypeError(`this: read-only ${what} instance`);
  };
  for (const method of ["set", "add", "delete", "clear"]) {
    Object.defineProperty(collection, method, { value: refuse });
  }
}
