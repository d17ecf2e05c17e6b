/** A simulated pin between a program and the outside world. */

import { describe, expect, test } from "vitest";
import { VirtualPin } from "../../host-sim/io/digital.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";

describe("a virtual pin as an input", () => {
  function createInput(level?: 0 | 1) {
    const clock = new VirtualClock();
    const readings: number[] = [];
    const pin: VirtualPin = new VirtualPin({
      defer: (task) => clock.defer(task),
      ...(level === undefined ? {} : { level }),
      onReadable: () => readings.push(pin.read()),
    });
    return { clock, pin, readings };
  }

  test("is low at first, unless it is to be high", () => {
    expect(createInput().pin.read()).toBe(0);
    expect(createInput(1).pin.read()).toBe(1);
  });

  test("calls back on a change, after the change has returned", () => {
    const { clock, pin, readings } = createInput();
    pin.set(1);
    expect(readings).toEqual([]);
    expect(pin.read()).toBe(1);
    clock.advance(0);
    expect(readings).toEqual([1]);
  });

  test("does not call back when it is set to what it is", () => {
    const { clock, pin, readings } = createInput();
    pin.set(0);
    clock.advance(0);
    expect(readings).toEqual([]);
  });

  test("calls back once for changes that follow each other at once, and the reader sees the last", () => {
    const { clock, pin, readings } = createInput();
    pin.set(1);
    pin.set(0);
    clock.advance(0);
    expect(readings).toEqual([0]);
    pin.set(1);
    clock.advance(0);
    expect(readings).toEqual([0, 1]);
  });

  test("may be changed from inside the callback, and calls back again", () => {
    const { clock, pin } = createInput();
    let count = 0;
    pin.onReadable = () => {
      count += 1;
      pin.set(0);
    };
    pin.set(1);
    clock.advance(0);
    expect(count).toBe(2);
  });
});

describe("a virtual pin as an output", () => {
  test("tells the outside world of each change, and the program nothing", () => {
    const clock = new VirtualClock();
    const levels: number[] = [];
    const pin = new VirtualPin({
      defer: (task) => clock.defer(task),
      onReadable: () => {
        throw new Error("called back for its own write");
      },
      onChanged: (level) => levels.push(level),
    });
    pin.write(1);
    pin.write(1);
    expect(pin.level).toBe(1);
    pin.write(0);
    clock.advance(0);
    expect(levels).toEqual([1, 0]);
  });
});
