/** The longest payload there is: it is streamed or skipped, and never held. */

import { describe, expect, test } from "vitest";
import type { VirtualLink } from "../../../host-sim/virtual/virtual-link.js";
import { FaultWorld } from "../support/fault-world.js";

/** What the client reads in one go, see `RECEIVE_BUFFER_LENGTH`. */
const LONGEST_READ = 1460;

describe("a payload of 256 MiB", () => {
  /** The largest remaining length (section 2.2.3), without the topic name "big" and a packet identifier. */
  const LENGTH = 268_435_455 - 5 - 2;
  const HEADER = Uint8Array.of(0x32, 0xff, 0xff, 0xff, 0x7f, 0, 3, 0x62, 0x69, 0x67, 0x7f, 0x01);

  /** Sends it in pieces, each when the one before has been taken. */
  function send(world: FaultWorld, { server, client }: VirtualLink): void {
    const piece = new Uint8Array(32_768).fill(7);
    server.write(HEADER);
    for (let left = LENGTH; left > 0; left -= piece.length) {
      server.write(piece.subarray(0, Math.min(left, piece.length)));
      world.clock.advance(0);
      expect(client.unreadByteLength).toBe(0);
    }
  }

  function linkOf(world: FaultWorld): VirtualLink {
    return world.network.links[0] as VirtualLink;
  }

  test("announced and streamed is never held: no part is longer than what is read at a time", () => {
    const world = new FaultWorld();
    const { client, clock } = world;
    let byteLength = 0;
    let longest = 0;
    let ends = 0;
    client.subscribe("big", {
      onMessage: () => {},
      onStream: () => ({
        onChunk: (bytes) => {
          byteLength += bytes.length;
          longest = Math.max(longest, bytes.length);
        },
        onEnd: () => {
          ends += 1;
        },
        onAborted: () => {},
      }),
    });
    client.start();
    world.untilReady();
    send(world, linkOf(world));
    clock.advance(1000);
    expect([byteLength, ends, client.connected]).toEqual([LENGTH, 1, true]);
    expect(longest).toBeLessThanOrEqual(LONGEST_READ);
  });

  test("that no handler streams is skipped, told as refused, and the connection stays", () => {
    const world = new FaultWorld();
    const { broker, client, clock } = world;
    world.listen();
    client.subscribe("big", { onMessage: () => expect.unreachable() });
    client.start();
    world.untilReady();
    send(world, linkOf(world));
    clock.advance(1000);
    expect(world.events.at(-1)?.event).toEqual({
      type: "message-refused",
      topicName: "big",
      payloadLength: LENGTH,
    });
    broker.publish("in", "next", { qos: 1 });
    clock.advance(1000);
    expect([world.arrived, client.connected]).toEqual([["next"], true]);
  });

  test("announced and never sent is given up with the connection by the keep alive", () => {
    const world = new FaultWorld();
    const { client, clock } = world;
    let aborted = 0;
    client.subscribe("big", {
      onMessage: () => {},
      onStream: () => ({
        onChunk: () => {},
        onEnd: () => {},
        onAborted: () => {
          aborted += 1;
        },
      }),
    });
    client.start();
    world.untilReady();
    const { server } = linkOf(world);
    server.write(HEADER);
    server.write(new Uint8Array(5000));
    // No PINGRESP can come in the middle of a packet.
    clock.advance(70_000);
    expect([aborted, world.timesOf("disconnected").length]).toEqual([1, 1]);
    expect(client.pending).toBe(0);
  });
});
