/** The driver of a layer: both sides of the transport's contract, with a layer and a stream that the test plays. */

import { describe, expect, test } from "vitest";
import { bytesFromHex } from "../mqtt/support/hex.js";
import { LayerWorld } from "../support/layer-world.js";
import type { RecordingLayerOptions } from "../support/recording-layer.js";
import { RecordingLayer } from "../support/recording-layer.js";

/** `fd` has the layer answer with `fa fa fa`, `fe` makes it end, `ff` makes it fail. */
function worldOf(options: RecordingLayerOptions = {}) {
  const layer = new RecordingLayer({ obeys: true, ...options });
  return { layer, world: new LayerWorld(layer) };
}

/** With the stream below open and room for `room` bytes. */
function openWorld(options: RecordingLayerOptions = {}, room = 100) {
  const made = worldOf(options);
  made.world.below.give(room);
  made.world.takeCalls();
  made.world.below.taken();
  return made;
}

const hex = bytesFromHex;

describe("opening", () => {
  test("opens the stream below at once, and starts the layer when that is open", () => {
    const { layer, world } = worldOf({ hello: hex("01 02"), answerLength: 2 });
    expect([world.below.openCount, layer.calls, world.calls]).toEqual([1, [], []]);
    world.below.give(100);
    expect([layer.calls, world.takeCalls(), world.below.taken()]).toEqual([
      ["opened"],
      ["stage websocket"],
      "01 02",
    ]);
    world.below.arrive("0a");
    expect(world.takeCalls()).toEqual([]);
    world.below.arrive("0b");
    expect(world.takeCalls()).toEqual(["writable 98"]);
  });

  test("passes on the stages of the stream below", () => {
    const { world } = worldOf();
    world.transport.onStage("dns");
    world.transport.onStage("tcp");
    world.below.give(10);
    expect(world.calls).toEqual(["stage dns", "stage tcp", "stage websocket", "writable 10"]);
  });

  test("tells of bytes behind the handshake after it has said that it is open", () => {
    const { world } = worldOf({ answerLength: 2 });
    world.below.give(10);
    world.takeCalls();
    world.below.arrive("0a 0b 01 02 03");
    expect(world.takeCalls()).toEqual(["writable 10", "readable 3"]);
  });

  test("sends a first message longer than the room below in parts", () => {
    const { world } = worldOf({ hello: hex("01 02 03 04 05"), answerLength: 1 });
    world.below.give(2);
    expect(world.below.taken()).toBe("01 02");
    world.below.give(2);
    world.below.give(2);
    expect(world.below.taken()).toBe("03 04 05");
    world.below.arrive("0a");
    expect(world.takeCalls()).toEqual(["stage websocket", "writable 1"]);
  });

  test("is told to above even while there is no room below", () => {
    const { world } = worldOf({ hello: hex("01 02"), answerLength: 1 });
    world.below.give(2);
    world.below.arrive("0a");
    expect(world.takeCalls()).toEqual(["stage websocket", "writable 0"]);
    world.below.give(7);
    expect(world.takeCalls()).toEqual(["writable 7"]);
  });

  test.each([
    [true, undefined, true],
    [false, true, false],
    [undefined, true, true],
    [undefined, false, false],
    [undefined, undefined, undefined],
  ])("whether the peer is verified: the layer says %j, below %j: %j", (layer, below, expected) => {
    const { world } = worldOf(layer === undefined ? {} : { peerVerified: layer });
    if (below !== undefined) Object.assign(world.below, { peerVerified: below });
    expect(world.transport.peerVerified).toBeUndefined();
    let seen: boolean | undefined;
    world.onCall = () => {
      seen = world.transport.peerVerified;
    };
    world.below.give(10);
    expect([seen, world.transport.peerVerified]).toEqual([expected, expected]);
  });

  test("that fails below is reported with that cause", () => {
    const { layer, world } = worldOf();
    world.below.end(new Error("no such host"));
    expect([world.calls, layer.calls]).toEqual([["end: no such host"], ["lost"]]);
  });

  test("that the layer gives up is reported once, after the stream below is closed", () => {
    const { world } = worldOf({ answerLength: 5 });
    world.below.give(100);
    world.onCall = () => expect(world.below.closed).toBe(true);
    world.takeCalls();
    world.below.arrive("ff");
    expect(world.takeCalls()).toEqual(["end: handshake failed"]);
    world.settle();
    expect(world.takeCalls()).toEqual([]);
  });

  test("allows no reading and no writing", () => {
    const { world } = worldOf({ answerLength: 1 });
    world.below.give(100);
    expect(() => world.write(hex("01"))).toThrow("cannot write to a stream that is opening");
    expect(() => world.read(1)).toThrow("cannot read 1 bytes, 0 unread");
  });

  test("can be given up before and in the handshake, and calls nobody then", () => {
    const before = worldOf();
    before.world.close();
    expect([before.world.below.closed, before.world.calls]).toEqual([true, []]);
    const during = worldOf({ answerLength: 1, goodbye: hex("0b") });
    during.world.below.give(100);
    during.world.takeCalls();
    during.world.close();
    expect([during.world.below.closed, during.world.calls, during.world.below.taken()]).toEqual([
      true,
      [],
      "",
    ]);
  });

  test("can be given up when the stage is announced", () => {
    const { layer, world } = worldOf({ hello: hex("01") });
    world.onCall = () => world.close();
    world.below.give(100);
    expect([layer.calls, world.calls, world.below.taken()]).toEqual([["close"], ["stage websocket"], ""]);
  });
});

describe("reading", () => {
  test("inside onReadable makes room for more, in the same turn", () => {
    const { layer, world } = openWorld({ capacity: 4 });
    world.reads = true;
    world.below.arrive("01 02 03 04 05 06 07 08 09 0a");
    expect(world.takeCalls()).toEqual(["readable 4", "readable 4", "readable 2"]);
    expect([world.received, layer.mostReadable]).toEqual(["01 02 03 04 05 06 07 08 09 0a", 4]);
    expect(world.clock.pending).toBe(0);
  });

  test("later makes room too, and tells of more only after the call", () => {
    const { layer, world } = openWorld({ capacity: 4 });
    world.below.arrive("01 02 03 04 05 06");
    expect([world.takeCalls(), world.below.unread.length]).toEqual([["readable 4"], 2]);
    world.read(3);
    expect(world.takeCalls()).toEqual([]);
    world.settle();
    expect([world.takeCalls(), layer.mostReadable]).toEqual([["readable 3"], 4]);
    world.read(1);
    world.settle();
    expect(world.takeCalls()).toEqual([]);
    world.read(2);
    expect(world.received).toBe("01 02 03 04 05 06");
  });

  test("nothing for long leaves everything below that the layer has no space for", () => {
    const { layer, world } = openWorld({ capacity: 4 });
    for (let i = 0; i < 100; i += 1) world.below.arrive("01 02 03");
    expect(world.takeCalls()).toEqual(["readable 3", "readable 4"]);
    expect([world.below.unread.length, layer.mostReadable]).toEqual([296, 4]);
    world.reads = true;
    world.read(4);
    world.settle();
    expect([world.receivedBytes.length, layer.mostReadable]).toEqual([300, 4]);
  });

  test("announces the sum of what is unread, and only when more has come", () => {
    const { world } = openWorld();
    world.below.arrive("01 02 03 04 05");
    world.read(2);
    world.settle();
    world.below.give(50);
    expect(world.takeCalls()).toEqual(["readable 5", "writable 50"]);
    world.below.arrive("06 07");
    expect(world.takeCalls()).toEqual(["readable 5"]);
  });

  test("more than was announced is refused", () => {
    const { world } = openWorld();
    world.below.arrive("01 02");
    expect(() => world.read(3)).toThrow("cannot read 3 bytes, 2 unread");
    world.read(2);
    expect(world.received).toBe("01 02");
  });

  test("does not stop the layer from answering", () => {
    const { world } = openWorld({ capacity: 4 });
    world.below.arrive("01 fd 02 fd");
    expect([world.takeCalls(), world.below.taken()]).toEqual([
      ["writable 94", "readable 2"],
      "fa fa fa fa fa fa",
    ]);
  });
});

describe("writing", () => {
  test("goes below in the same call, and returns the room that is left", () => {
    const { layer, world } = openWorld({ overhead: 2 }, 20);
    world.write(hex("01 02 03"));
    expect([world.room, world.below.taken()]).toEqual([13, "00 00 01 02 03"]);
    world.write(hex("04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10"));
    expect([world.room, layer.mostUnsent]).toEqual([0, 15]);
    world.below.give(10);
    expect(world.takeCalls()).toEqual(["writable 8"]);
  });

  test("more than there is room for is refused, and nothing is sent", () => {
    const { world } = openWorld({ overhead: 2 }, 5);
    expect(() => world.write(hex("01 02 03 04"))).toThrow("cannot write 4 bytes, room for 3");
    expect(world.below.taken()).toBe("");
  });

  test("nothing sends nothing", () => {
    const { world } = openWorld({ overhead: 2 }, 20);
    world.write(new Uint8Array(0));
    expect([world.room, world.below.taken()]).toEqual([0 + world.room, ""]);
  });

  test("inside onReadable and onWritable is possible", () => {
    const { world } = worldOf();
    world.reads = true;
    world.onCall = (call) => {
      if (call.startsWith("writable")) world.write(hex("01"));
      if (call.startsWith("readable")) world.write(hex("02"));
    };
    world.below.give(10);
    world.below.arrive("0a");
    expect([world.below.taken(), world.room]).toEqual(["01 02", 8]);
    expect(world.calls).toEqual(["stage websocket", "writable 10", "readable 1"]);
  });

  test("never exceeds the room, which the layer's own bytes lower in time", () => {
    const { world } = openWorld({}, 10);
    const rooms: number[] = [];
    world.reads = true;
    world.onCall = () => rooms.push(world.room);
    // The answer takes 3 bytes of the 10 that above knows of: it hears of that before anything else.
    world.below.arrive("01 fd");
    expect([world.takeCalls(), rooms]).toEqual([
      ["writable 7", "readable 1"],
      [7, 7],
    ]);
    world.write(hex("01 02 03 04 05 06 07"));
    expect(world.below.taken()).toBe("fa fa fa 01 02 03 04 05 06 07");
  });

  test("waits while the layer's own bytes wait", () => {
    const { world } = openWorld({}, 2);
    world.below.arrive("fd");
    expect([world.takeCalls(), world.below.taken()]).toEqual([["writable 0"], "fa fa"]);
    world.below.give(5);
    expect([world.takeCalls(), world.below.taken()]).toEqual([["writable 4"], "fa"]);
  });
});

describe("the end", () => {
  test("below, in an orderly way, is reported without a cause", () => {
    const { world } = openWorld();
    world.below.end();
    expect(world.takeCalls()).toEqual(["end"]);
  });

  test("is reported only after everything has been read, and then later", () => {
    const { world } = openWorld();
    world.below.arrive("01 02 03");
    world.below.end(new Error("reset"));
    world.read(2);
    world.settle();
    expect(world.takeCalls()).toEqual(["readable 3", "writable 1024"]);
    world.read(1);
    expect(world.takeCalls()).toEqual([]);
    world.settle();
    expect([world.takeCalls(), world.received]).toEqual([["end: reset"], "01 02 03"]);
  });

  test("unblocks a handler that reads no further before it can write; what it writes is dropped", () => {
    const { world } = openWorld({}, 0);
    world.below.arrive("01");
    world.below.end();
    expect(world.takeCalls()).toEqual(["readable 1", "writable 1024"]);
    world.write(hex("01 02"));
    world.read(1);
    world.settle();
    expect([world.takeCalls(), world.below.taken()]).toEqual([["end"], ""]);
  });

  test("by the layer: its last bytes go out, below is closed, then it is reported", () => {
    const { world } = openWorld({ goodbye: hex("0b 0c") });
    world.onCall = () => expect(world.below.closed).toBe(true);
    world.below.arrive("ff");
    expect([world.takeCalls(), world.below.taken()]).toEqual([["end: rules broken"], "0b 0c"]);
  });

  test("by the layer leaves what came before to be read", () => {
    const { world } = openWorld({ goodbye: hex("0b 0c") });
    world.below.arrive("01 02 fe 03 04");
    expect([world.takeCalls(), world.below.taken(), world.below.closed]).toEqual([
      ["writable 1024", "readable 2"],
      "0b 0c",
      true,
    ]);
    world.read(2);
    world.settle();
    expect([world.takeCalls(), world.received]).toEqual([["end"], "01 02"]);
  });

  test("right behind the handshake is told after opening and reading", () => {
    const { world } = worldOf({ answerLength: 1 });
    world.below.give(100);
    world.reads = true;
    world.takeCalls();
    world.below.arrive("0a 01 02 fe");
    expect([world.takeCalls(), world.received]).toEqual([
      ["writable 100", "writable 1024", "readable 2", "end"],
      "01 02",
    ]);
  });

  test("waits for room for the last bytes", () => {
    const { world } = openWorld({ goodbye: hex("0b 0c 0d") }, 2);
    world.below.arrive("ff");
    expect([world.takeCalls(), world.below.taken(), world.below.closed]).toEqual([[], "0b 0c", false]);
    world.below.give(2);
    expect([world.takeCalls(), world.below.taken(), world.below.closed]).toEqual([
      ["end: rules broken"],
      "0d",
      true,
    ]);
    expect(world.clock.pending).toBe(0);
  });

  test("waits for that a second, and not longer", () => {
    const { world } = openWorld({ goodbye: hex("0b 0c 0d") }, 2);
    world.below.arrive("ff");
    world.clock.advance(999);
    expect([world.takeCalls(), world.below.closed]).toEqual([[], false]);
    world.clock.advance(1);
    expect([world.takeCalls(), world.below.closed]).toEqual([["end: rules broken"], true]);
  });

  test("is still the layer's when below ends while the last bytes wait", () => {
    const { world } = openWorld({ goodbye: hex("0b 0c 0d") }, 2);
    world.below.arrive("01 ff");
    world.below.end(new Error("reset"));
    world.read(1);
    world.settle();
    expect(world.takeCalls()).toEqual(["writable 1024", "readable 1", "end: rules broken"]);
  });

  test("while everything has been read and the last bytes wait is not reported too early", () => {
    const { world } = openWorld({ goodbye: hex("0b 0c 0d") }, 2);
    world.below.arrive("01 ff");
    world.read(1);
    world.settle();
    expect(world.takeCalls()).toEqual(["writable 1024", "readable 1"]);
    world.below.give(5);
    expect([world.takeCalls(), world.below.taken()]).toEqual([["end: rules broken"], "0b 0c 0d"]);
  });

  test("makes writing an error of the caller once it is reported", () => {
    const { world } = openWorld();
    world.below.end();
    expect(() => world.write(hex("01"))).toThrow("cannot write to a stream that is closed");
    expect(() => world.read(1)).toThrow("cannot read 1 bytes, 0 unread");
    world.transport.close();
  });
});

describe("closing", () => {
  test("says goodbye, closes the stream below, and calls nobody any more", () => {
    const { layer, world } = openWorld({ goodbye: hex("0b 0c") });
    world.below.arrive("01");
    world.write(hex("07"));
    world.close();
    world.close();
    world.settle();
    expect([world.below.taken(), world.below.closed, layer.calls]).toEqual([
      "07 0b 0c",
      true,
      ["opened", "close"],
    ]);
    expect(() => world.read(1)).toThrow("cannot read 1 bytes, 0 unread");
    expect(() => world.write(hex("01"))).toThrow("cannot write to a stream that is closed");
  });

  test("sends of the goodbye what there is room for", () => {
    const { world } = openWorld({ goodbye: hex("0b 0c") }, 1);
    world.close();
    expect([world.below.taken(), world.below.closed]).toEqual(["0b", true]);
  });

  test.each(["stage", "writable", "readable"])("inside on%s ends the callbacks", (when) => {
    const { world } = worldOf({ capacity: 2 });
    world.onCall = (call) => {
      if (call.startsWith(when)) world.close();
    };
    world.below.give(100);
    if (!world.below.closed) world.below.arrive("01 02 03 04");
    world.settle();
    expect([world.calls.at(-1)?.startsWith(when), world.below.closed]).toEqual([true, true]);
  });

  test("with something to be told later means that it never is", () => {
    const { world } = openWorld({ capacity: 2 });
    world.below.arrive("01 02 03 04");
    world.read(2);
    world.close();
    world.clock.advance(10_000);
    expect([world.calls, world.clock.pending]).toEqual([["readable 2"], 0]);
  });

  test("while the layer's last bytes wait does not wait for them", () => {
    const { world } = openWorld({ goodbye: hex("0b 0c 0d") }, 2);
    world.below.arrive("ff");
    world.close();
    expect([world.below.closed, world.clock.pending]).toEqual([true, 0]);
  });

  test("after the end below closes nothing twice, and sends nothing", () => {
    const { world } = openWorld({ goodbye: hex("0b") });
    world.below.arrive("01");
    world.below.end();
    world.close();
    world.settle();
    expect(world.below.taken()).toBe("");
  });
});

describe("a transparent layer", () => {
  test("is gone round once it is open", () => {
    const { layer, world } = worldOf({ answerLength: 2, transparent: true, capacity: 0 });
    world.below.give(100);
    world.takeCalls();
    world.below.arrive("0a 0b 01 02 03");
    expect(world.takeCalls()).toEqual(["writable 100", "readable 3"]);
    world.read(2);
    world.settle();
    world.below.arrive("04");
    expect([world.takeCalls(), world.received]).toEqual([["readable 2"], "01 02"]);
    world.write(hex("07 08"));
    expect([world.room, world.below.taken()]).toEqual([98, "07 08"]);
    world.below.give(50);
    expect([world.takeCalls(), layer.mostReadable, layer.mostUnsent]).toEqual([["writable 50"], 0, 0]);
    world.below.end(new Error("reset"));
    expect([world.takeCalls(), layer.calls]).toEqual([["end: reset"], ["opened"]]);
  });

  test("may be closed when it opens, with bytes unread", () => {
    const { world } = worldOf({ answerLength: 1, transparent: true });
    world.onCall = (call) => {
      if (call.startsWith("writable")) world.close();
    };
    world.below.give(100);
    world.below.arrive("0a 01");
    expect([world.calls, world.below.closed]).toEqual([["stage websocket", "writable 100"], true]);
  });

  test("that has ended refuses to be written to", () => {
    const { world } = worldOf({ transparent: true });
    world.below.give(100);
    world.below.end();
    expect(() => world.write(hex("01"))).toThrow("cannot write to a stream that is closed");
  });
});

describe("a layer of another kind", () => {
  test("may take nothing from below before it has sent what it has to send", () => {
    class Polite extends RecordingLayer {
      override space(available: number): Uint8Array {
        return super.space(this.hasUnsent ? 0 : Math.min(1, available));
      }
      override writable(room: number): number {
        return Math.min(5, super.writable(room));
      }
    }
    const world = new LayerWorld(new Polite({ obeys: true }));
    world.below.give(100);
    world.takeCalls();
    world.below.arrive("fd fd 01");
    expect([world.takeCalls(), world.below.taken()]).toEqual([["readable 1"], "fa fa fa fa fa fa"]);
  });

  test("may end when it is written to", () => {
    class Worn extends RecordingLayer {
      override write(bytes: Uint8Array): void {
        super.write(bytes);
        this.fail(new Error("worn out"));
      }
    }
    const world = new LayerWorld(new Worn({ goodbye: hex("0b") }));
    world.below.give(100);
    world.takeCalls();
    world.write(hex("01"));
    expect([world.room, world.calls]).toEqual([0, []]);
    world.settle();
    expect([world.takeCalls(), world.below.taken()]).toEqual([["end: worn out"], "01 0b"]);
  });

  test("may have more to read once something was read, or end then", () => {
    class Hiding extends RecordingLayer {
      #hidden = 3;
      override get readable(): number {
        return super.readable - this.#hidden;
      }
      override read(target: Uint8Array): void {
        super.read(target);
        if (this.#hidden === 0) this.fail(new Error("had enough"));
        this.#hidden = 0;
      }
    }
    const world = new LayerWorld(new Hiding());
    world.below.give(100);
    world.takeCalls();
    world.below.arrive("01 02 03 04 05");
    world.read(2);
    expect(world.takeCalls()).toEqual(["readable 2"]);
    world.settle();
    expect(world.takeCalls()).toEqual(["readable 3"]);
    world.read(3);
    world.settle();
    expect([world.takeCalls(), world.received]).toEqual([["end: had enough"], "01 02 03 04 05"]);
  });

  test("may want to say something when the stream below is gone: there is nobody to hear it", () => {
    class Late extends RecordingLayer {
      override lost(cause?: unknown): void {
        super.lost(cause);
        this.send(hex("0b"));
      }
    }
    const world = new LayerWorld(new Late());
    world.below.give(100);
    world.below.end(new Error("reset"));
    expect([world.takeCalls().at(-1), world.below.taken()]).toEqual(["end: reset", ""]);
  });
});

describe("a stream below that tells of more while it is being read", () => {
  test("does no harm", () => {
    const { world } = openWorld({ capacity: 2 });
    world.reads = true;
    let isFirst = true;
    world.onCall = () => {
      if (isFirst) {
        isFirst = false;
        world.below.arrive("05 06");
      }
    };
    world.below.arrive("01 02 03 04");
    expect([world.calls, world.received]).toEqual([
      ["readable 2", "readable 2", "readable 2"],
      "01 02 03 04 05 06",
    ]);
  });
});

describe("a handler that throws", () => {
  test("does not stop the transport", () => {
    const { world } = openWorld();
    world.onCall = () => {
      throw new Error("handler failed");
    };
    expect(() => world.below.arrive("01")).toThrow("handler failed");
    world.onCall = undefined;
    world.below.arrive("02");
    expect(world.takeCalls()).toEqual(["readable 1", "readable 2"]);
  });
});
