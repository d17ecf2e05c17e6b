/**
 * Who holds the slots of a heap: those of a snapshot, counted by the class of the object that they belong to.
 *
 * A slot of XS 13 with pointers of 64 bits has the number of the next one, its kind, the number of its name, and a
 * value; numbers count from 1. An object is a slot of the kind INSTANCE, and the slots of its properties come after it
 * in a list, those of its private fields in a list of their own.
 */

import { readAtoms } from "../../host-sim/xs/heap-snapshot.js";

export interface Holding {
  objects: number;
  slots: number;
}

const SLOT = 32;
const KIND = 8;
const NAME = 12;
const VALUE = 16;
const SECOND_VALUE = 24;

const STRING = 5;
const REFERENCE = 10;
const INSTANCE = 13;
const CODE = 19;
const MAP = 27;
const SET = 33;
const LIST = 45;
const PRIVATE = 46;

/** Properties that a plain object is called by, at most. */
const MOST_PROPERTIES = 5;

class Heap {
  readonly #slots: DataView;
  readonly #chunks: DataView;
  readonly #keys: DataView;

  constructor(snapshot: Uint8Array) {
    const atoms = readAtoms(snapshot);
    this.#slots = atoms.get("HEAP") as DataView;
    this.#chunks = atoms.get("BLOC") as DataView;
    this.#keys = atoms.get("KEYS") as DataView;
  }

  get length(): number {
    return this.#slots.byteLength / SLOT;
  }

  kind(slot: number): number {
    return this.#slots.getUint8((slot - 1) * SLOT + KIND);
  }

  next(slot: number): number {
    return Number(this.#slots.getBigUint64((slot - 1) * SLOT, true));
  }

  value(slot: number, offset: number = VALUE): number {
    return Number(this.#slots.getBigUint64((slot - 1) * SLOT + offset, true));
  }

  /** The name of the property. */
  name(slot: number): string {
    const id = this.#slots.getUint32((slot - 1) * SLOT + NAME, true);
    if ((id + 1) * 8 > this.#keys.byteLength) return "";
    const key = Number(this.#keys.getBigUint64(id * 8, true));
    return key === 0 ? "" : this.text(this.value(key));
  }

  text(address: number): string {
    let end = address;
    while (end < this.#chunks.byteLength && this.#chunks.getUint8(end) !== 0) end += 1;
    const { buffer, byteOffset } = this.#chunks;
    return Buffer.from(buffer, byteOffset + address, end - address).toString();
  }

  /** The slots of a hash table, which lies in a chunk. */
  *table(slot: number): Generator<number> {
    const address = this.value(slot);
    const length = this.#slots.getInt32((slot - 1) * SLOT + SECOND_VALUE, true);
    for (let i = 0; i < length; i += 1) {
      const entry = Number(this.#chunks.getBigUint64(address + 8 * i, true));
      if (entry !== 0) yield entry;
    }
  }

  *list(first: number): Generator<number> {
    for (let slot = first; slot !== 0; slot = this.next(slot)) yield slot;
  }
}

/** By the names of classes, and for plain objects of their properties; "" for slots that belong to none. */
export function census(snapshot: Uint8Array): Map<string, Holding> {
  const heap = new Heap(snapshot);
  const names = new Map<number, string>();
  const holdings = new Map<string, Holding>();
  let owned = 0;
  for (let slot = 1; slot <= heap.length; slot += 1) {
    if (heap.kind(slot) !== INSTANCE) continue;
    const name = describe(heap, slot, names);
    const holding = holdings.get(name) ?? { objects: 0, slots: 0 };
    const slots = slotsOf(heap, slot);
    holding.objects += 1;
    holding.slots += slots;
    owned += slots;
    holdings.set(name, holding);
  }
  holdings.set("", { objects: 0, slots: heap.length - owned });
  return holdings;
}

function slotsOf(heap: Heap, instance: number): number {
  let count = 1;
  for (const slot of heap.list(heap.next(instance))) {
    count += 1;
    const kind = heap.kind(slot);
    if (kind === PRIVATE) count += length(heap.list(heap.value(slot, SECOND_VALUE)));
    if (kind === LIST) count += length(heap.list(heap.value(slot)));
    if (kind === MAP || kind === SET) {
      for (const entry of heap.table(slot)) count += length(heap.list(entry));
    }
  }
  return count;
}

function length(slots: Iterable<number>): number {
  let count = 0;
  for (const _ of slots) count += 1;
  return count;
}

function describe(heap: Heap, instance: number, names: Map<number, string>): string {
  const prototype = heap.value(instance, SECOND_VALUE);
  const first = heap.next(instance);
  if (first !== 0 && heap.kind(first) === CODE) return "a function";
  if (prototype === 0) return "an environment of closures";
  let name = names.get(prototype);
  if (name === undefined) {
    name = className(heap, prototype);
    names.set(prototype, name);
  }
  if (name !== "Object") return name;
  const properties = [...heap.list(first)].map((slot) => heap.name(slot));
  const shown = properties.slice(0, MOST_PROPERTIES);
  return `{ ${shown.join(", ")}${properties.length > shown.length ? ", …" : ""} }`;
}

/** The name of the constructor that the prototype refers to. */
function className(heap: Heap, prototype: number): string {
  for (const slot of heap.list(heap.next(prototype))) {
    if (heap.name(slot) !== "constructor" || heap.kind(slot) !== REFERENCE) continue;
    for (const property of heap.list(heap.next(heap.value(slot)))) {
      if (heap.name(property) === "name" && heap.kind(property) === STRING) {
        return heap.text(heap.value(property));
      }
    }
  }
  return "?";
}

/** What the second of two steps has added beyond the first, by name; most slots first. */
export function censusDifference(
  start: ReadonlyMap<string, Holding>,
  first: ReadonlyMap<string, Holding>,
  second: ReadonlyMap<string, Holding>,
): (Holding & { readonly name: string })[] {
  return [...new Set([...start.keys(), ...first.keys(), ...second.keys()])]
    .map((name) => {
      const beyond = (key: keyof Holding): number =>
        (second.get(name)?.[key] ?? 0) - 2 * (first.get(name)?.[key] ?? 0) + (start.get(name)?.[key] ?? 0);
      return { name, objects: beyond("objects"), slots: beyond("slots") };
    })
    .filter(({ objects, slots }) => objects !== 0 || slots !== 0)
    .sort((a, b) => b.slots - a.slots);
}
