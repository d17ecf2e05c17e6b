/**
 * Counts the live heap in a snapshot that XS has written, and says what the same heap takes on a 32-bit device.
 *
 * A snapshot is a list of atoms, each of a big-endian length, four letters and its content. HEAP holds all live slots,
 * BLOC all live chunks (XS collects the garbage first). The engine counted here has pointers of 64 bits: a slot takes
 * 32 bytes and the header of a chunk 16, where the ESP32 has 16 and 8; chunks that hold slots or pointers halve too.
 * Byte code stands apart, since on a device it is in flash: here each function made from source has a copy of it.
 */

export interface HeapFigures {
  /** Live slots. */
  readonly slots: number;
  /** Live chunks without byte code, in bytes as on a 32-bit device, their headers included. */
  readonly chunkBytes: number;
  /** Live byte code, likewise. */
  readonly codeBytes: number;
}

/** Bytes of a slot on a device. */
export const DEVICE_SLOT = 16;

/** The heap a device needs for it, in bytes. */
export function heapBytes({ slots, chunkBytes }: HeapFigures): number {
  return slots * DEVICE_SLOT + chunkBytes;
}

/** What `after` has more than `before`. */
export function heapGrowth(before: HeapFigures, after: HeapFigures): HeapFigures {
  return {
    slots: after.slots - before.slots,
    chunkBytes: after.chunkBytes - before.chunkBytes,
    codeBytes: after.codeBytes - before.codeBytes,
  };
}

const SLOT = 32;
const KIND_OFFSET = 8;
const VALUE_OFFSET = 16;
const CHUNK_HEADER = 16;
const DEVICE_CHUNK_HEADER = 8;
/** Versions of the snapshot format that this file knows: major version of XS, and bytes of a slot. */
const XS_MAJOR = 13;

/** Kinds of slots whose chunk is not plain bytes (`XS_…_KIND` in xsAll.h of XS 13). */
const ARGUMENTS_SLOPPY = 14;
const ARGUMENTS_STRICT = 15;
const ARRAY = 16;
const CODE = 19;
const GLOBAL = 25;
const MAP = 27;
const SET = 33;
const STACK = 47;

/** @throws Error for a snapshot of another engine */
export function readHeapSnapshot(snapshot: Uint8Array): HeapFigures {
  const atoms = readAtoms(snapshot);
  const version = atoms.get("VERS");
  const heap = atoms.get("HEAP");
  const chunks = atoms.get("BLOC");
  if (version?.getUint8(0) !== XS_MAJOR || version.getUint8(3) !== SLOT || !heap || !chunks) {
    throw new Error("not a heap snapshot of a 64-bit XS 13");
  }
  const kinds = chunkKinds(heap, chunks);
  let chunkBytes = 0;
  let codeBytes = 0;
  let offset = 0;
  while (offset < chunks.byteLength) {
    const size = chunks.getInt32(offset, true) & 0x7fff_ffff;
    if (size < CHUNK_HEADER) throw new Error(`chunk of ${size} bytes in a heap snapshot`);
    const kind = kinds.get(offset + CHUNK_HEADER);
    const content = size - CHUNK_HEADER;
    const bytes = DEVICE_CHUNK_HEADER + (holdsSlots(kind) ? content / 2 : content);
    if (kind === CODE) codeBytes += bytes;
    else chunkBytes += bytes;
    offset += size;
  }
  return { slots: heap.byteLength / SLOT, chunkBytes, codeBytes };
}

/** The atoms of a snapshot by their four letters. */
export function readAtoms(snapshot: Uint8Array): Map<string, DataView> {
  const { buffer, byteLength, byteOffset } = snapshot;
  const view = new DataView(buffer, byteOffset, byteLength);
  const atoms = new Map<string, DataView>();
  // The whole is an atom too, whose content are the others.
  for (let offset = 8; offset + 8 <= byteLength; ) {
    const size = view.getUint32(offset);
    const name = String.fromCharCode(...snapshot.subarray(offset + 4, offset + 8));
    if (size < 8 || offset + size > byteLength) throw new Error("a heap snapshot that is cut off");
    atoms.set(name, new DataView(buffer, byteOffset + offset + 8, size - 8));
    offset += size;
  }
  return atoms;
}

/** For the content of each chunk, by its offset, the kind of slot that has it. */
function chunkKinds(heap: DataView, chunks: DataView): Map<number, number> {
  const kinds = new Map<number, number>();
  const look = (slots: DataView, start: number, end: number): void => {
    for (let offset = start; offset + SLOT <= end; offset += SLOT) {
      const kind = slots.getUint8(offset + KIND_OFFSET);
      if (kind !== CODE && !holdsSlots(kind)) continue;
      const address = Number(slots.getBigUint64(offset + VALUE_OFFSET, true));
      if (address === 0 || kinds.has(address)) continue;
      kinds.set(address, kind);
      // The elements of an array are slots, which may have chunks of their own.
      if (holdsSlots(kind) && !isTable(kind)) {
        look(
          chunks,
          address,
          address - CHUNK_HEADER + (chunks.getInt32(address - CHUNK_HEADER, true) & 0x7fff_ffff),
        );
      }
    }
  };
  look(heap, 0, heap.byteLength);
  return kinds;
}

function isTable(kind: number): boolean {
  return kind === GLOBAL || kind === MAP || kind === SET;
}

function holdsSlots(kind: number | undefined): boolean {
  return (
    kind === ARRAY ||
    kind === ARGUMENTS_SLOPPY ||
    kind === ARGUMENTS_STRICT ||
    kind === STACK ||
    (kind !== undefined && isTable(kind))
  );
}
