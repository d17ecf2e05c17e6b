/** Messages whose payload is over the receive limit: taken part by part, or refused while the connection stays up. */

import { describe, expect, test } from "vitest";
import type { StreamedMessage, SubscriptionHandler } from "../../src/mqtt/subscriptions.js";
import { ClientWorld } from "./support/client-world.js";

/** Notes what it is given: `{` begin, the parts, `}` end, `!` aborted. */
class Recorder {
  readonly streams: StreamedMessage[] = [];
  text = "";
  longestPart = 0;

  get handler(): Partial<SubscriptionHandler> {
    return {
      onStream: (message) => {
        this.streams.push(message);
        this.text += "{";
        return {
          onChunk: (bytes) => {
            this.longestPart = Math.max(this.longestPart, bytes.length);
            this.text += Buffer.from(bytes).toString("latin1");
          },
          onEnd: () => {
            this.text += "}";
          },
          onAborted: () => {
            this.text += "!";
          },
        };
      },
    };
  }
}

/** `byteLength` bytes that differ from each other as far as that goes. */
function payloadOf(byteLength: number): string {
  return Array.from({ length: byteLength }, (_, index) => String.fromCharCode(97 + (index % 26))).join("");
}

const LONG = payloadOf(3073);

function publish(world: ClientWorld, qos: 0 | 1 | 2, payload: string, dup = false): void {
  const packet = { cmd: "publish", topic: "a", payload, qos, dup } as const;
  world.server.sendPacket(qos === 0 ? packet : { ...packet, messageId: 7 });
}

describe("a payload over the receive limit", () => {
  for (const [qos, answer] of [
    [0, ""],
    [1, "40 02 00 07"],
    [2, "50 02 00 07"],
  ] as const) {
    test(`goes part by part to a handler that asks for it, QoS ${qos}`, () => {
      const world = new ClientWorld();
      const recorder = new Recorder();
      world.connectSubscribed("a", qos, recorder.handler);
      publish(world, qos, LONG);
      expect(recorder.text).toBe(`{${LONG}}`);
      expect(recorder.streams).toMatchObject([
        { topicName: "a", qos, retain: false, duplicate: false, payloadLength: 3073 },
      ]);
      expect(world.messages).toEqual([]);
      world.server.expect(answer);
      world.server.expectNothing();
    });

    test(`is refused, told and acknowledged when no handler takes it, QoS ${qos}`, () => {
      const world = new ClientWorld();
      world.connectSubscribed("a", qos);
      world.news();
      publish(world, qos, LONG);
      world.server.expect(answer);
      expect(world.news()).toEqual(["message of 3073 bytes refused: a"]);
      publish(world, qos === 2 ? 1 : qos, "short");
      expect([world.messages.length, world.client.connected]).toEqual([1, true]);
    });
  }

  test("is one byte longer than what is still held whole", () => {
    const world = new ClientWorld();
    const recorder = new Recorder();
    world.connectSubscribed("a", 0, recorder.handler);
    publish(world, 0, payloadOf(3072));
    expect([world.messages.length, recorder.text]).toEqual([1, ""]);
    publish(world, 0, LONG);
    expect([world.messages.length, recorder.text.length]).toEqual([1, 3075]);
  });

  test("of a mebibyte is never held: each part is at most as long as what is read at a time", () => {
    const world = new ClientWorld();
    const recorder = new Recorder();
    world.connectSubscribed("a", 1, recorder.handler);
    const payload = payloadOf(1_048_576);
    publish(world, 1, payload);
    expect(recorder.text === `{${payload}}`).toBe(true);
    expect(recorder.longestPart).toBeLessThanOrEqual(1460);
    world.server.expect("40 02 00 07");
  });

  test("arrives the same over a link that delivers single bytes", () => {
    const world = new ClientWorld({ conditions: { segment: 1 } });
    const recorder = new Recorder();
    world.connectSubscribed("a", 2, recorder.handler);
    publish(world, 2, LONG);
    expect(recorder.text).toBe(`{${LONG}}`);
    world.server.expect("50 02 00 07");
  });

  test("goes to every handler that takes it, and the observer is told when one does not", () => {
    const world = new ClientWorld();
    const recorders = [new Recorder(), new Recorder()];
    for (const recorder of recorders) world.subscribe("+", 0, recorder.handler);
    world.connectSubscribed("a", 0);
    world.news();
    publish(world, 0, LONG);
    expect(recorders.map(({ text }) => text)).toEqual([`{${LONG}}`, `{${LONG}}`]);
    expect(world.news()).toEqual(["message of 3073 bytes refused: a"]);
  });

  test("is not said to be refused when all handlers take it", () => {
    const world = new ClientWorld();
    world.subscribe("+", 0, new Recorder().handler);
    world.connectSubscribed("a", 0, new Recorder().handler);
    world.news();
    publish(world, 0, LONG);
    expect(world.news()).toEqual([]);
  });

  test("may be refused by a handler that looks at it first", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1, { onStream: () => undefined });
    publish(world, 1, LONG);
    expect(world.news().at(-1)).toBe("message of 3073 bytes refused: a");
    world.server.expect("40 02 00 07");
  });

  test("is acknowledged though nobody has subscribed to it [MQTT-4.5.0-2]", () => {
    const world = new ClientWorld();
    world.connect();
    publish(world, 1, LONG);
    world.server.expect("40 02 00 07");
  });

  test("is acknowledged only when it is complete", () => {
    const world = new ClientWorld();
    const recorder = new Recorder();
    world.connectSubscribed("a", 1, recorder.handler);
    world.server.send(`32 86 18 00 01 "a" 00 07 "${LONG.slice(0, 3072)}"`);
    world.server.expectNothing();
    world.server.send(`"${LONG.slice(3072)}"`);
    world.server.expect("40 02 00 07");
    expect(recorder.text).toBe(`{${LONG}}`);
  });

  test("comes between its neighbours, in order, and all three are acknowledged in order [MQTT-4.6.0-2]", () => {
    const world = new ClientWorld();
    const recorder = new Recorder();
    world.connectSubscribed("a", 1, recorder.handler);
    world.server.send(
      `32 06 00 01 "a" 00 06 "x" 32 86 18 00 01 "a" 00 07 "${LONG}" 32 06 00 01 "a" 00 08 "y"`,
    );
    world.server.expect("40 02 00 06 40 02 00 07 40 02 00 08");
    expect([world.messages, recorder.text.length]).toEqual([['a "x", QoS 1', 'a "y", QoS 1'], 3075]);
  });
});

describe("a stream that breaks off", () => {
  for (const [qos, first, answer] of [
    [1, 0x32, "40 02 00 07"],
    [2, 0x34, "50 02 00 07"],
  ] as const) {
    test(`is aborted, not acknowledged, and comes again from its start, QoS ${qos}`, () => {
      const world = new ClientWorld();
      const recorder = new Recorder();
      world.connectSubscribed("a", qos, recorder.handler);
      world.server.send(`${first.toString(16)} 86 18 00 01 "a" 00 07 "${LONG.slice(0, 1000)}"`);
      world.server.expectNothing();
      world.cut(true);
      expect(recorder.text).toBe(`{${LONG.slice(0, 1000)}!`);
      publish(world, qos, LONG, true);
      expect(recorder.text).toBe(`{${LONG.slice(0, 1000)}!{${LONG}}`);
      expect(recorder.streams.map(({ duplicate }) => duplicate)).toEqual([false, true]);
      world.server.expect(answer);
    });
  }

  test("by stop is aborted too", () => {
    const world = new ClientWorld();
    const recorder = new Recorder();
    world.connectSubscribed("a", 1, recorder.handler);
    world.server.send(`32 86 18 00 01 "a" 00 07 "${LONG.slice(0, 10)}"`);
    world.client.stop();
    world.server.expect("e0 00");
    world.server.expectEnd();
    expect(recorder.text).toBe(`{${LONG.slice(0, 10)}!`);
  });

  test("before its first part is aborted as well", () => {
    const world = new ClientWorld();
    const recorder = new Recorder();
    world.connectSubscribed("a", 0, recorder.handler);
    world.server.send('30 84 18 00 01 "a"');
    world.server.close();
    world.advance(0);
    expect(recorder.text).toBe("{!");
  });
});

describe("a QoS 2 stream", () => {
  test("is delivered once, and skipped until PUBREL when it comes again [MQTT-4.3.3-2]", () => {
    const world = new ClientWorld();
    const recorder = new Recorder();
    world.connectSubscribed("a", 2, recorder.handler);
    publish(world, 2, LONG);
    publish(world, 2, LONG, true);
    world.server.expect("50 02 00 07 50 02 00 07");
    world.cut(true);
    publish(world, 2, LONG, true);
    world.server.expect("50 02 00 07");
    expect(recorder.streams).toHaveLength(1);
    world.server.send("62 02 00 07");
    world.server.expect("70 02 00 07");
    publish(world, 2, LONG);
    expect(recorder.streams).toHaveLength(2);
  });

  test("that nobody takes is told once, however often it comes", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    world.news();
    publish(world, 2, LONG);
    publish(world, 2, LONG, true);
    world.server.expect("50 02 00 07 50 02 00 07");
    expect(world.news()).toEqual(["message of 3073 bytes refused: a"]);
  });
});

describe("a topic name over the receive limit", () => {
  const topic = payloadOf(3073);

  test("is skipped; the message is told as refused, without it, and acknowledged", () => {
    const world = new ClientWorld();
    world.connectSubscribed("#", 2);
    world.news();
    world.server.sendPacket({ cmd: "publish", topic, payload: "", qos: 0 });
    world.server.sendPacket({ cmd: "publish", topic, payload: LONG, qos: 1, messageId: 7 });
    world.server.sendPacket({ cmd: "publish", topic, payload: "x", qos: 2, messageId: 8 });
    world.server.expect("40 02 00 07 50 02 00 08");
    expect(world.news()).toEqual([
      "message of 0 bytes refused: ",
      "message of 3073 bytes refused: ",
      "message of 1 bytes refused: ",
    ]);
    publish(world, 0, "next");
    expect(world.messages).toEqual(['a "next", QoS 0']);
  });

  test("with QoS 2 is told once, however often it comes [MQTT-4.3.3-2]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("#", 2);
    world.news();
    const packet = { cmd: "publish", topic, payload: "x", qos: 2, messageId: 8 } as const;
    world.server.sendPacket(packet);
    world.server.sendPacket({ ...packet, dup: true });
    world.server.expect("50 02 00 08 50 02 00 08");
    expect(world.news()).toEqual(["message of 1 bytes refused: "]);
  });
});

describe("a sink that throws", () => {
  for (const method of ["onChunk", "onEnd", "onAborted"] as const) {
    test(`in ${method} is told to the observer, and the message is acknowledged if it is complete`, () => {
      const world = new ClientWorld();
      const sink = { onChunk() {}, onEnd() {}, onAborted() {} };
      sink[method] = () => {
        throw new Error(method);
      };
      world.connectSubscribed("a", 1, { onStream: () => sink });
      if (method === "onAborted") {
        world.server.send(`32 86 18 00 01 "a" 00 07 "${LONG.slice(0, 10)}"`);
        world.cut(true);
      } else {
        publish(world, 1, LONG);
        world.server.expect("40 02 00 07");
      }
      expect(world.log).toContain(`handler failed: Error: ${method}`);
      expect(world.client.connected).toBe(true);
    });
  }

  test("is not given the rest of the payload", () => {
    const world = new ClientWorld();
    const calls: string[] = [];
    const sink = {
      onChunk() {
        calls.push("chunk");
        throw new Error("full");
      },
      onEnd: () => calls.push("end"),
      onAborted: () => calls.push("aborted"),
    };
    const recorder = new Recorder();
    world.subscribe("a", 1, recorder.handler);
    world.connectSubscribed("a", 1, { onStream: () => sink });
    world.news();
    publish(world, 1, LONG);
    expect([calls, world.news()]).toEqual([["chunk"], ["handler failed: Error: full"]]);
    expect(recorder.text).toBe(`{${LONG}}`);
  });
});
