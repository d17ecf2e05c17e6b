/** The journal in flash: what was appended is there again, whenever the power fails. */

import { describe, expect, test } from "vitest";
import type { JournalOwner } from "../../src/mqtt/journal.js";
import { Journal, recordLength } from "../../src/mqtt/journal.js";
import { MemoryFlash, PowerFailure } from "../support/memory-flash.js";

/** Keeps numbered values of which each can be taken back: `+` and `-` records of a number and filling. */
class Notebook implements JournalOwner {
  readonly entries = new Map<number, number>();
  readonly journal: Journal;

  constructor(flash: MemoryFlash) {
    this.journal = new Journal(flash, this);
  }

  add(number: number, length = 8): boolean {
    this.entries.set(number, length);
    const fits = this.journal.append(record(1, number, length));
    if (!fits) this.entries.delete(number);
    return fits;
  }

  remove(number: number): boolean {
    this.entries.delete(number);
    return this.journal.append(record(2, number, 4));
  }

  onRecord(payload: Uint8Array): void {
    const number = new DataView(payload.buffer, payload.byteOffset).getUint16(2);
    if (payload[0] === 1) this.entries.set(number, payload.length);
    else this.entries.delete(number);
  }

  rewrite(append: (payload: Uint8Array) => boolean): boolean {
    for (const [number, length] of this.entries) if (!append(record(1, number, length))) return false;
    return true;
  }

  get numbers(): readonly number[] {
    return [...this.entries.keys()];
  }
}

function record(type: number, number: number, length: number): Uint8Array {
  const payload = new Uint8Array(length).fill(number);
  const view = new DataView(payload.buffer);
  view.setUint16(0, type << 8);
  view.setUint16(2, number);
  return payload;
}

describe("a journal", () => {
  test("is empty on flash that was never used, whatever that holds", () => {
    for (const filling of [0xff, 0x00, 0x5a]) {
      const flash = new MemoryFlash();
      flash.bytes.fill(filling);
      expect(new Notebook(flash).numbers).toEqual([]);
      const notebook = new Notebook(flash);
      expect(notebook.add(1)).toBe(true);
      expect(new Notebook(flash.restarted()).numbers).toEqual([1]);
    }
  });

  test("gives back what was appended, in order", () => {
    const flash = new MemoryFlash();
    const notebook = new Notebook(flash);
    for (const number of [3, 1, 2]) notebook.add(number, 5 + number);
    notebook.remove(1);
    const again = new Notebook(flash.restarted());
    expect([...again.entries]).toEqual([
      [3, 8],
      [2, 7],
    ]);
    expect(again.journal.used).toBe(notebook.journal.used);
  });

  test("goes on for ever in bounded memory, and wears all blocks alike", () => {
    const flash = new MemoryFlash();
    const notebook = new Notebook(flash);
    for (let number = 1; number <= 5000; number += 1) {
      expect(notebook.add(number % 1000)).toBe(true);
      if (number > 5) notebook.remove((number - 5) % 1000);
    }
    expect(new Notebook(flash.restarted()).numbers).toEqual([996, 997, 998, 999, 0]);
    const most = Math.max(...flash.erasures);
    expect(most - Math.min(...flash.erasures)).toBeLessThanOrEqual(1);
    // 16 bytes a record, 500 in a half: an erasure of a block for every 25 records or so.
    expect(most).toBeLessThan(10_000 / 25);
  });

  test("refuses what does not fit, and keeps what it has", () => {
    const flash = new MemoryFlash();
    const notebook = new Notebook(flash);
    const fitting = Math.floor(notebook.journal.capacity / recordLength(8));
    for (let number = 0; number < fitting; number += 1) expect(notebook.add(number)).toBe(true);
    expect(notebook.add(1000)).toBe(false);
    expect(notebook.add(1001, notebook.journal.capacity)).toBe(false);
    expect(notebook.add(1002, 0x10000)).toBe(false);
    const restarted = flash.restarted();
    const again = new Notebook(restarted);
    expect(again.numbers).toEqual(notebook.numbers);
    // There is room again as soon as something is taken back.
    expect(again.remove(0)).toBe(true);
    expect(again.add(1000)).toBe(true);
    expect(new Notebook(restarted.restarted()).numbers).toEqual(again.numbers);
  });

  test("passes over a damaged record, whichever byte it is, and never becomes unreadable", () => {
    const flash = new MemoryFlash();
    const notebook = new Notebook(flash);
    for (const number of [1, 2, 3]) notebook.add(number);
    const used = 12 + notebook.journal.used;
    const start = flash.bytes.length / 2;
    for (let at = 0; at < used; at += 1) {
      const damaged = flash.restarted();
      damaged.bytes[start + at] = (damaged.bytes[start + at] as number) ^ 0x10;
      const again = new Notebook(damaged);
      expect([1, 2, 3].filter((number) => again.numbers.includes(number))).toEqual(again.numbers);
      expect(again.add(4)).toBe(true);
      expect(new Notebook(damaged.restarted()).numbers).toEqual(again.numbers);
    }
  });
});

describe("when the power fails", () => {
  /** Appends and takes back for a while, with compactions; returns what is certain at the end. */
  function work(flash: MemoryFlash): { certain: number[]; doubtful: number | undefined } {
    const notebook = new Notebook(flash);
    let certain: number[] = notebook.numbers.slice();
    for (let number = 100; number < 140; number += 1) {
      try {
        notebook.add(number, 8 + (number % 3) * 9);
        certain = [...certain, number];
      } catch (error) {
        if (!(error instanceof PowerFailure)) throw error;
        return { certain, doubtful: number };
      }
      if (certain.length <= 6) continue;
      const oldest = certain[0] as number;
      try {
        notebook.remove(oldest);
        certain = certain.slice(1);
      } catch (error) {
        if (!(error instanceof PowerFailure)) throw error;
        return { certain: certain.slice(1), doubtful: oldest };
      }
    }
    return { certain, doubtful: undefined };
  }

  test("at any byte of any write or erasure, nothing that was stored is lost", () => {
    const whole = new MemoryFlash(64, 8);
    expect(work(whole).doubtful).toBeUndefined();
    expect(Math.min(...whole.erasures)).toBeGreaterThan(1);
    for (let power = 0; power < whole.work; power += 1) {
      const flash = new MemoryFlash(64, 8);
      flash.power = power;
      const { certain, doubtful } = work(flash);
      const again = new Notebook(flash.restarted());
      const found = again.numbers.filter((number) => number !== doubtful);
      expect(found, `power for ${power} bytes`).toEqual(certain);
      expect(again.add(1)).toBe(true);
    }
  });

  test("again while it recovers, still nothing is lost", () => {
    const whole = new MemoryFlash(64, 8);
    work(whole);
    for (let power = 0; power < whole.work; power += 11) {
      const flash = new MemoryFlash(64, 8);
      flash.power = power;
      const { certain, doubtful } = work(flash);
      for (let second = 0; second < 600; second += 29) {
        const interrupted = flash.restarted();
        interrupted.power = second;
        const notebook = new Notebook(interrupted);
        try {
          notebook.add(1);
        } catch (error) {
          if (!(error instanceof PowerFailure)) throw error;
        }
        const found = new Notebook(interrupted.restarted()).numbers;
        expect(found.filter((number) => number !== doubtful && number !== 1)).toEqual(certain);
      }
    }
  });
});
