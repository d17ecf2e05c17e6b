/**
 * How many bytes of chunks an operation allocates, garbage included. XS does not tell; but it allocates chunks one
 * after the other until there is no room left, and only then collects the garbage. So the room that is left after some
 * operations is found by taking chunks until that happens, which shows in the number of slots.
 */

import type { BenchProgram } from "./program.js";
import { PROBE_LENGTH } from "./work.js";

/** The engine starts with room for 32 MiB of chunks. */
const INITIAL = 32 * 1024 * 1024;
/** About what is left of it, so that few probes are needed. */
const LEFT = 3 * 1024 * 1024;
const MOST_PROBES = 20_000;
const SLOT_LIMIT = 60_000;
const MOST_OPERATIONS = 256;

/**
 * Undefined when there is not even room for `least` operations.
 * @param slots of an operation, so that they do not run out first
 */
export async function chunkBytesOf(
  program: BenchProgram,
  slots: number,
  least: number,
): Promise<number | undefined> {
  await program.tell({ type: "fill", byteLength: INITIAL - LEFT });
  const room = await ChunkRoom.of(program);
  const whole = await room.after(0, 0, MOST_PROBES);
  const left = await room.after(least, 0, whole);
  if (left === 0) return undefined;
  const few = (whole - left) / least;
  // One of them may be half a probe more.
  const byRoom = whole / (few + 1) - 1;
  const bySlots = SLOT_LIMIT / (slots + 1);
  const operations = Math.max(least, Math.floor(Math.min(byRoom, bySlots, MOST_OPERATIONS)));
  const lower = Math.max(0, whole - Math.ceil(operations * (few + 1)));
  const upper = whole - Math.floor(operations * Math.max(0, few - 1));
  return ((whole - (await room.after(operations, lower, upper))) * PROBE_LENGTH) / operations;
}

class ChunkRoom {
  readonly #program: BenchProgram;
  /** Slots that a command with probes leaves behind, without and for each of them. */
  readonly #none: number;
  readonly #each: number;

  static async of(program: BenchProgram): Promise<ChunkRoom> {
    await program.collect();
    const counts: number[] = [];
    for (const probes of [0, 0, 100]) counts.push((await program.probe(probes)).heapCount);
    const [start = 0, none = 0, many = 0] = counts;
    return new ChunkRoom(program, none - start, (many - none - (none - start)) / 100);
  }

  private constructor(program: BenchProgram, none: number, each: number) {
    this.#program = program;
    this.#none = none;
    this.#each = each;
  }

  /** How many probes there is room for after so many operations: between `least` and `most`. */
  async after(operations: number, least: number, most: number): Promise<number> {
    let fit = least;
    let tooMany = most + 1;
    while (tooMany - fit > 1) {
      const probes = Math.floor((fit + tooMany) / 2);
      if (await this.#fits(operations, probes)) fit = probes;
      else tooMany = probes;
    }
    return fit;
  }

  /** Whether no garbage is collected meanwhile. */
  async #fits(operations: number, probes: number): Promise<boolean> {
    await this.#program.collect();
    const before = await this.#program.run(operations);
    const after = await this.#program.probe(probes);
    return after.heapCount - before.heapCount === this.#none + probes * this.#each;
  }
}
