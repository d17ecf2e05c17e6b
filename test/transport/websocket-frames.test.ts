/** Frames of WebSocket (RFC 6455 sections 5 and 7) as MQTT uses them, as byte scripts. */

import { describe, expect, test } from "vitest";
import { FRAME_LIMIT } from "../../src/transport/websocket/frame-writer.js";
import { READ_LIMIT, WebSocketLayer } from "../../src/transport/websocket/websocket-layer.js";
import { bytesFromHex, hexFromBytes, joined, numbered, sameBytes } from "../mqtt/support/hex.js";
import { causeText, LayerRun, outcomeOfEverySplit } from "../support/layer-run.js";
import { clientFrames, frame, response, SampleCrypto, shownFrames } from "../support/websocket-bytes.js";

const TARGET = { host: "broker.example", port: 80, path: "/mqtt", secure: false };

function layer(): WebSocketLayer {
  return new WebSocketLayer(TARGET, new SampleCrypto());
}

/** After the handshake. */
function openRun(crypto = new SampleCrypto(), portion?: number): LayerRun {
  const run = new LayerRun(new WebSocketLayer(TARGET, crypto), portion);
  run.arrive(response());
  run.takeSent();
  return run;
}

/** What becomes of these bytes behind the handshake, however they are cut: state or cause, what was read and sent. */
function fateOf(...parts: readonly (Uint8Array | string)[]) {
  const bytes = parts.map((part) => (typeof part === "string" ? bytesFromHex(part) : part));
  const { state, received, sent, cause } = outcomeOfEverySplit(joined(bytes), layer, response());
  return {
    end: cause === "" ? state : cause,
    received,
    sent: shownFrames(bytesFromHex(sent)),
  };
}

describe("frames from the server", () => {
  test("give their payload, also several and parts of a packet each [MQTT-6.0.0-2]", () => {
    expect(fateOf("82 04 20 02 00 00", "82 01 d0", "82 03 00 d0 00")).toEqual({
      end: "open",
      received: "20 02 00 00 d0 00 d0 00",
      sent: [],
    });
  });

  test("may be empty", () => {
    expect(fateOf("82 00", "82 00", "82 01 07").received).toBe("07");
  });

  test.each([0, 1, 125, 126, 127, 255, 256, 1_023, 1_024, 1_025, 5_000])("of %d bytes", (byteLength) => {
    const run = openRun();
    const payload = numbered(byteLength);
    expect(run.arrive(joined([frame(2, payload), frame(2, "d0 00")]))).toBe(true);
    expect(sameBytes(run.receivedBytes, joined([payload, bytesFromHex("d0 00")]))).toBe(true);
  });

  test.each([65_535, 65_536, 100_000])("of %d bytes", (byteLength) => {
    const run = openRun();
    const payload = numbered(byteLength);
    run.arrive(frame(2, payload));
    expect([sameBytes(run.receivedBytes, payload), run.mostReadable <= READ_LIMIT]).toEqual([true, true]);
  });

  test("in fragments are one stream, with control frames in between (section 5.4)", () => {
    expect(fateOf("02 01 0a", "89 01 77", "00 02 0b 0c", "8a 00", "80 01 0d", "82 01 0e")).toEqual({
      end: "open",
      received: "0a 0b 0c 0d 0e",
      sent: ["10: 77"],
    });
  });

  test("in fragments may be empty", () => {
    expect(fateOf("02 00", "00 00", "80 00", "82 01 0e").received).toBe("0e");
  });

  test("however long take no more memory, even of 2^63 - 1 bytes", () => {
    const run = openRun();
    run.arrive("82 7f 7f ff ff ff ff ff ff ff");
    for (let i = 0; i < 100; i += 1) run.arrive(numbered(2_000));
    expect([run.layer.state, run.receivedBytes.length, run.mostReadable <= READ_LIMIT]).toEqual([
      "open",
      200_000,
      true,
    ]);
  });

  test("that nobody reads fill the ring, and no more", () => {
    const { layer } = openRun();
    const take = (bytes: Uint8Array): number => {
      let taken = 0;
      while (taken < bytes.length) {
        const space = layer.space(bytes.length - taken);
        if (space.length === 0) break;
        space.set(bytes.subarray(taken, taken + space.length));
        taken += space.length;
        layer.received(space.length);
      }
      return taken;
    };
    expect(take(frame(2, numbered(5_000)))).toBe(4 + READ_LIMIT);
    expect(layer.readable).toBe(READ_LIMIT);
    const part = new Uint8Array(1_000);
    layer.read(part);
    expect(sameBytes(part, numbered(1_000))).toBe(true);
    // Over the turn of the ring.
    expect(take(numbered(5_000).subarray(READ_LIMIT))).toBe(1_000);
    const rest = new Uint8Array(READ_LIMIT);
    layer.read(rest);
    expect([sameBytes(rest, numbered(5_000).subarray(1_000, 1_000 + READ_LIMIT)), layer.readable]).toEqual([
      true,
      0,
    ]);
    // An empty ring has all its space in one piece.
    expect(layer.space(5_000).length).toBe(READ_LIMIT);
  });
});

describe("frames from the server that break the rules", () => {
  test.each([
    ["with the first reserved bit (section 5.2)", "c2 01 00", "reserved bits are set, without an extension"],
    ["with the second reserved bit", "a2 01 00", "reserved bits are set, without an extension"],
    ["with the third reserved bit", "92 01 00", "reserved bits are set, without an extension"],
    ["with opcode 3", "83 00", "the opcode 3 is reserved"],
    ["with opcode 7", "87 00", "the opcode 7 is reserved"],
    ["with opcode 11", "8b 00", "the opcode 11 is reserved"],
    ["with opcode 15", "8f 00", "the opcode 15 is reserved"],
    ["masked (section 5.1)", "82 81 00 00 00 00 00", "a frame from the server is masked"],
    ["control and masked", "89 80 00 00 00 00", "a frame from the server is masked"],
    ["control and fragmented (section 5.5)", "09 00", "a control frame is fragmented"],
    ["control and long", "89 7e 00 7e", "a control frame is longer than 125 bytes"],
    ["control and very long", "88 7f 00 00", "a control frame is longer than 125 bytes"],
    ["with a length of 125 in two bytes", "82 7e 00 7d", "a length of 125 takes more bytes than it needs"],
    [
      "with a length of 65,535 in eight bytes",
      "82 7f 00 00 00 00 00 00 ff ff",
      "a length of 65535 takes more bytes than it needs",
    ],
    ["with a length over 2^63", "82 7f 80 00 00 00 00 00 00 00", "a length has its sign bit set"],
    ["that continue nothing (section 5.4)", "80 01 00", "the fragments of a message are out of order"],
    ["that begin within a message", "02 01 0a 82 01 00", "the fragments of a message are out of order"],
  ])("%s end the connection with 1002", (_what, bytes, message) => {
    const fate = fateOf("82 02 20 02", bytes, "82 01 ff");
    expect([fate.end, fate.sent]).toEqual([`protocol-violation [no key]: ${message}`, ["8: 03 ea"]]);
    expect(fate.received.startsWith("20 02")).toBe(true);
    expect(fate.received.includes("ff")).toBe(false);
  });

  test("as text end it with 1003 [MQTT-6.0.0-1]", () => {
    const cause =
      "protocol-violation [no key]: a text frame came, and MQTT is in binary frames [MQTT-6.0.0-1]";
    expect(fateOf('81 02 "hi"')).toEqual({ end: cause, received: "", sent: ["8: 03 eb"] });
    expect(fateOf("01 00").end).toBe(cause);
  });
});

describe("frames to the server", () => {
  test("are binary and masked, as in the sample of RFC 6455 section 5.7", () => {
    const run = openRun();
    run.write(bytesFromHex('"Hello"'));
    expect(hexFromBytes(run.takeSent())).toBe("82 85 37 fa 21 3d 7f 9f 4d 51 58");
  });

  test.each([1, 2, 3, 4, 5, 7, 8, 124, 125, 126, 127, 1_000, FRAME_LIMIT])("of %d bytes", (byteLength) => {
    const run = openRun();
    run.write(numbered(byteLength));
    const [only, ...others] = clientFrames(run.takeSent());
    expect([
      only?.opcode,
      others.length,
      sameBytes(only?.payload as Uint8Array, numbered(byteLength)),
    ]).toEqual([2, 0, true]);
  });

  test("have a fresh mask of four random bytes each (section 5.3)", () => {
    const crypto = new SampleCrypto();
    crypto.masks.push("01 02 03 04", "ff 80 7f 00");
    const run = openRun(crypto);
    run.write(bytesFromHex("00 00 00 00 00"));
    run.write(bytesFromHex("00 00 00 00 00"));
    expect(hexFromBytes(run.takeSent())).toBe(
      "82 85 01 02 03 04 01 02 03 04 01 82 85 ff 80 7f 00 ff 80 7f 00 ff",
    );
    expect(crypto.asked).toEqual([16, 4, 4]);
  });

  test("are one for each write, and several for a long one", () => {
    const run = openRun();
    run.write(numbered(2_500));
    const frames = clientFrames(run.takeSent());
    expect(frames.map(({ payload }) => payload.length)).toEqual([
      FRAME_LIMIT,
      FRAME_LIMIT,
      2_500 - 2 * FRAME_LIMIT,
    ]);
    expect(sameBytes(joined(frames.map(({ payload }) => payload)), numbered(2_500))).toBe(true);
  });

  test("always fit into the room they were announced for", () => {
    const { layer } = openRun();
    for (let room = 0; room <= 1_200; room += 1) {
      const byteLength = layer.writable(room);
      if (byteLength === 0) {
        expect(room).toBeLessThanOrEqual(6);
        continue;
      }
      layer.write(numbered(byteLength));
      let sent = 0;
      for (let left = room; ; ) {
        const bytes = layer.nextTransmit(left);
        if (bytes === undefined) break;
        sent += bytes.length;
        left -= bytes.length;
      }
      expect(sent).toBeLessThanOrEqual(room);
      // And no room is wasted that a byte more would use.
      if (byteLength < FRAME_LIMIT) expect(sent).toBeGreaterThanOrEqual(room - 2);
    }
  });

  test("are not possible before the handshake is over, nor after the end", () => {
    expect(layer().writable(1_000)).toBe(0);
    const run = openRun();
    run.close();
    expect(run.layer.writable(1_000)).toBe(0);
  });

  test("go out in any portions", () => {
    const run = openRun(new SampleCrypto(), 3);
    run.write(numbered(300));
    expect(clientFrames(run.takeSent()).map(({ payload }) => payload)).toEqual([numbered(300)]);
  });
});

describe("a ping", () => {
  test("is answered with its payload (section 5.5.3)", () => {
    expect(fateOf("89 00", '89 05 "Hello"').sent).toEqual(["10:", "10: 48 65 6c 6c 6f"]);
    const run = openRun();
    run.arrive(frame(9, numbered(125)));
    expect(clientFrames(run.takeSent()).map(({ opcode, payload }) => [opcode, payload])).toEqual([
      [10, numbered(125)],
    ]);
  });

  test("that waits for room is replaced by a later one, and keeps writers waiting", () => {
    const { layer } = openRun();
    const arrive = (text: string): void => {
      const bytes = bytesFromHex(text);
      for (let i = 0; i < bytes.length; i += 1) {
        layer.space(1)[0] = bytes[i] as number;
        layer.received(1);
      }
    };
    arrive("89 01 01 89 01 02 89 01 03");
    expect(layer.writable(100)).toBe(0);
    const first = layer.nextTransmit(4)?.slice() as Uint8Array;
    arrive("89 01 04 89 01 05");
    const rest = [layer.nextTransmit(100)?.slice(), layer.nextTransmit(100)?.slice()] as Uint8Array[];
    expect(shownFrames(joined([first, ...rest]))).toEqual(["10: 03", "10: 05"]);
    expect([layer.nextTransmit(100), layer.writable(100)]).toEqual([undefined, 94]);
  });

  test("comes after the frame that is under way", () => {
    const { layer } = openRun();
    layer.write(numbered(20));
    const begin = layer.nextTransmit(10)?.slice() as Uint8Array;
    layer.space(2).set(bytesFromHex("89 00"));
    layer.received(2);
    const rest = [layer.nextTransmit(100)?.slice(), layer.nextTransmit(100)?.slice()] as Uint8Array[];
    expect(clientFrames(joined([begin, ...rest])).map(({ opcode }) => opcode)).toEqual([2, 10]);
  });

  test("that nobody asked for, a pong, is ignored (section 5.5.3)", () => {
    expect(fateOf("8a 00", '8a 05 "Hello"', "82 01 07")).toEqual({ end: "open", received: "07", sent: [] });
  });
});

describe("the closing handshake", () => {
  test.each([
    ["normal", "03 e8"],
    ["going away", "03 e9"],
    ["with a reason", '03 e8 "bye"'],
    ["without a status", ""],
  ])("by the server, %s, is answered and ends in an orderly way (section 5.5.1)", (_what, payload) => {
    const answer = payload === "" ? "8:" : `8: ${payload.slice(0, 5)}`;
    expect(fateOf("82 01 07", frame(8, payload), "82 01 08")).toEqual({
      end: "closed",
      received: "07",
      sent: [answer],
    });
  });

  test.each([
    ["03 ea", "1002 (protocol error)"],
    ["03 eb", "1003 (unsupported data)"],
    ["03 f0", '1008 (policy violation): "not \\"you\\""', ' "not "', "22", '"you"', "22"],
    ["03 f3", "1011 (internal error)"],
    ["03 f4", "1012 (service restart)"],
    ["0b b8", "3000"],
    ["13 87", "4999"],
  ])("by the server with %s says why: %s", (code, message, ...reason) => {
    const fate = fateOf(frame(8, [code, ...reason].join(" ")));
    expect([fate.end, fate.sent]).toEqual([
      `closed-by-server [no key]: the server closed the WebSocket with ${message}`,
      [`8: ${code}`],
    ]);
  });

  test.each([
    ["03"],
    ["00 00"],
    ["03 e7"],
    ["03 ec"],
    ["03 ed"],
    ["03 ee"],
    ["03 f7"],
    ["07 d0"],
    ["13 88"],
    ["ff ff"],
  ])("by the server with the invalid status %s is a violation (section 7.4)", (payload) => {
    expect(fateOf(frame(8, payload))).toEqual({
      end: "protocol-violation [no key]: a close frame has no valid status code",
      received: "",
      sent: ["8: 03 ea"],
    });
  });

  test.each([["03 e8 ff"], ["03 e8 ed a0 80"], ["03 e8 c3"]])(
    "by the server with a reason that is not UTF-8, %s",
    (payload) => {
      expect(fateOf(frame(8, payload)).sent).toEqual(["8: 03 ef"]);
    },
  );

  test("by the server within a message is in order", () => {
    expect(fateOf("02 01 07", "88 02 03 e8").end).toBe("closed");
  });

  test("by above says 1000, once, behind what was written, and takes nothing more", () => {
    const run = openRun();
    run.write(bytesFromHex("e0 00"));
    run.close();
    run.close();
    expect([shownFrames(run.takeSent()), run.layer.state, run.layer.cause]).toEqual([
      ["2: e0 00", "8: 03 e8"],
      "closed",
      undefined,
    ]);
    expect(run.arrive("82 01 07")).toBe(false);
  });

  test("by above after the server's adds nothing", () => {
    const run = openRun();
    run.arrive(frame(8, "03 e9"));
    run.close();
    expect(shownFrames(run.takeSent())).toEqual(["8: 03 e9"]);
  });

  test("waits for the frame under way, and a pong that is due is dropped", () => {
    const { layer } = openRun();
    layer.write(numbered(20));
    const begin = layer.nextTransmit(10)?.slice() as Uint8Array;
    layer.space(2).set(bytesFromHex("89 00"));
    layer.received(2);
    layer.close();
    const rest = [layer.nextTransmit(100)?.slice(), layer.nextTransmit(100)?.slice()] as Uint8Array[];
    expect(clientFrames(joined([begin, ...rest])).map(({ opcode }) => opcode)).toEqual([2, 8]);
    expect(layer.nextTransmit(100)).toBeUndefined();
  });
});

describe("a stream that ends without a close frame", () => {
  test("by the peer counts as orderly: servers do that", () => {
    const run = openRun();
    run.arrive("82 05 07");
    run.lost();
    expect([run.outcome.state, run.outcome.cause, run.outcome.received, run.takeSent().length]).toEqual([
      "closed",
      "",
      "07",
      0,
    ]);
  });

  test("because it broke keeps its cause, and what was received", () => {
    const { layer } = openRun();
    const data = frame(2, "07 08");
    for (let i = 0; i < data.length; i += 1) {
      layer.space(1)[0] = data[i] as number;
      layer.received(1);
    }
    layer.lost(new Error("reset"));
    layer.lost();
    const target = new Uint8Array(2);
    layer.read(target);
    expect([causeText(layer.cause), hexFromBytes(target)]).toEqual(["Error: reset", "07 08"]);
  });
});
