/** Who holds the slots of a heap, against objects whose slots are known. */

import { expect, test } from "vitest";
import { census, censusDifference } from "../../bench/memory/census.js";
import { XsWorker } from "../../host-sim/xs/worker.js";
import { describeOnXs } from "./support/engine-there.js";

const CLASSES = `
  class Plain { a = 1; b = 2 }
  class Private { #a = 1; #b = 2; c = 3; sum() { return this.#a + this.#b } }
  class Long { a = 1; b = 1; c = 1; d = 1; e = 1; f = 1 }
  const held = [];
`;

await describeOnXs("the census of a heap", () => {
  test("counts objects and their slots by class, private fields and map entries among them", async () => {
    const xs = new XsWorker();
    try {
      await xs.evaluate(`${CLASSES} globalThis.make = (value) => held.push(value);
        globalThis.steps = [
          () => { make(new Plain()); make(new Private()); make({ x: 1, y: 2 }); make(new Map([["a", 1]])); },
          () => { make(new Plain()); make(new Plain()); make(new Plain()); make({ ...new Long() }); make(new Map()); },
        ];`);
      const counts = [census(await xs.snapshot())];
      for (const step of [0, 1]) {
        await xs.evaluate(`steps[${step}]()`);
        counts.push(census(await xs.snapshot()));
      }
      const [start = new Map(), first = new Map()] = counts;
      const added = (name: string) => {
        const [before, after] = [start.get(name), first.get(name)];
        return [(after?.objects ?? 0) - (before?.objects ?? 0), (after?.slots ?? 0) - (before?.slots ?? 0)];
      };
      expect(added("Plain")).toEqual([1, 3]);
      // Its private fields, and the slot that they hang on.
      expect(added("Private")).toEqual([1, 5]);
      expect(added("{ x, y }")).toEqual([1, 3]);
      // Its table and list, and for the entry a key, a value, and a slot in the table.
      expect(added("Map")).toEqual([1, 6]);

      const [, , second = new Map()] = counts;
      const beyond = new Map(
        censusDifference(start, first, second).map(({ name, objects, slots }) => [name, [objects, slots]]),
      );
      expect(beyond.get("Plain")).toEqual([2, 6]);
      expect(beyond.get("Private")).toEqual([-1, -5]);
      expect(beyond.get("{ a, b, c, d, e, … }")).toEqual([1, 7]);
    } finally {
      xs.kill();
    }
  });
});
