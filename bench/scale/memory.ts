/** What a process holds, after its garbage was collected. */

export interface Memory {
  /** On the heap of JavaScript, in bytes. */
  readonly heap: number;
  /** Outside of it, in buffers. */
  readonly buffers: number;
  /** Of the whole process, its code and free space included. */
  readonly resident: number;
}

/** @throws Error when Node was started without --expose-gc */
export function collectedMemory(): Memory {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("start Node with --expose-gc");
  // What the first round only marks as over, such as buffers, the second one frees.
  gc();
  gc();
  const { arrayBuffers, heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, resident: rss };
}

/** What each of `count` things takes that were made since `before`; `resident` is that of the process all the same. */
export function memoryEach(before: Memory, count: number): Memory {
  const { buffers, heap, resident } = collectedMemory();
  return { heap: (heap - before.heap) / count, buffers: (buffers - before.buffers) / count, resident };
}
