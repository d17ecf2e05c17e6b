/** Handlers and observers that publish, subscribe, unsubscribe or throw: all of it is safe inside any callback. */

import { describe, expect, test } from "vitest";
import type { ClientEvent } from "../../src/mqtt/event.js";
import { ClientWorld } from "./support/client-world.js";

const EVENTS = [
  "connecting",
  "connected",
  "ready",
  "disconnected",
  "waiting",
  "subscribed",
  "subscription-refused",
  "unsubscribed",
  "message-refused",
  "handler-failed",
  "client-identifier-in-use",
] as const satisfies readonly ClientEvent["type"][];

/** Lets every event happen, and ends connected. */
function runThroughAllEvents(world: ClientWorld): void {
  world.subscribe("granted");
  world.subscribe("refused");
  world.subscribe("broken", 1, {
    onMessage: () => {
      throw new Error("no");
    },
  });
  world.connect();
  // What else the observer does comes after this.
  const { messageId = 0 } = world.server.received.find(({ cmd }) => cmd === "subscribe") ?? {};
  world.server.sendPacket({ cmd: "suback", messageId, granted: [1, 0x80, 1] });
  world.server.sendPacket({ cmd: "publish", topic: "granted", payload: "x".repeat(3073) });
  world.server.sendPacket({ cmd: "publish", topic: "broken", payload: "x" });
  world.client.unsubscribe("granted");
  const { messageId: second = 0 } = world.server.received.find(({ cmd }) => cmd === "unsubscribe") ?? {};
  world.server.sendPacket({ cmd: "unsuback", messageId: second });
  for (const wait of [2000, 4000, 8000]) {
    world.server.close();
    world.advance(wait);
    world.server.greet({ sessionPresent: true });
  }
}

describe("an observer", () => {
  test("hears of everything", () => {
    const world = new ClientWorld();
    runThroughAllEvents(world);
    expect(new Set(world.events.map(({ type }) => type))).toEqual(new Set(EVENTS));
  });

  for (const type of EVENTS) {
    test(`that throws at \`${type}\` is told so, and changes nothing`, () => {
      const silent = new ClientWorld();
      const world = new ClientWorld({
        onEvent: (event) => {
          if (event.type === type) throw new Error(`at ${type}`);
        },
      });
      runThroughAllEvents(silent);
      runThroughAllEvents(world);
      const told = `handler failed: Error: at ${type}`;
      expect(world.log.filter((line) => line !== told)).toEqual(silent.log);
      expect(world.log.includes(told)).toBe(type !== "handler-failed");
      expect(world.client.connected).toBe(true);
    });

    test(`may publish, subscribe and unsubscribe at \`${type}\``, () => {
      let count = 0;
      const world = new ClientWorld({
        mqtt: { queueQos0: true },
        onEvent: (event, world) => {
          if (event.type !== type) return;
          count += 1;
          world.publish(`${count}`, 0);
          world.client.subscribe("extra", { onMessage() {} });
          world.client.unsubscribe("extra");
        },
      });
      runThroughAllEvents(world);
      world.advance(0);
      expect(count).toBeGreaterThan(0);
      expect(world.outcomes).toEqual(Array.from({ length: count }, (_, index) => `${index + 1}: sent`));
    });
  }
});

describe("a handler that throws", () => {
  const fail = () => {
    throw new Error("no");
  };

  test("is told to the observer, and the message is acknowledged all the same [MQTT-4.5.0-2]", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2, { onMessage: fail });
    world.news();
    world.server.send('32 06 00 01 "a" 00 07 "1" 34 06 00 01 "a" 00 08 "2"');
    world.server.expect("40 02 00 07 50 02 00 08");
    expect(world.news()).toEqual(["handler failed: Error: no", "handler failed: Error: no"]);
  });

  test("does not keep the message from others", () => {
    const world = new ClientWorld();
    world.subscribe("+", 0, { onMessage: fail });
    world.connectSubscribed("a", 0, { onMessage: fail });
    world.server.send('30 04 00 01 "a" "x"');
    expect(world.messages).toEqual(['a "x", QoS 0', 'a "x", QoS 0']);
  });

  for (const name of ["onSubscribed", "onRefused"] as const) {
    test(`in ${name} is told to the observer`, () => {
      const world = new ClientWorld();
      world.subscribe("a", 1, { [name]: fail });
      world.connect();
      world.news();
      world.server.send(name === "onSubscribed" ? "90 03 00 01 01" : "90 03 00 01 80");
      expect(world.news().at(-1)).toBe("handler failed: Error: no");
      expect(world.client.connected).toBe(true);
    });
  }

  test("in onOutcome is told to the observer, and other outcomes still come", () => {
    const world = new ClientWorld();
    world.connect();
    world.client.publish({ topicName: "t", payload: "1" }, { onOutcome: fail });
    world.publish("2", 0);
    world.news();
    expect(world.news()).toEqual([]);
    expect([world.log.at(-1), world.outcomes]).toEqual(["handler failed: Error: no", ["2: sent"]]);
  });
});

describe("publish", () => {
  test("never reports an outcome before it has returned", () => {
    const world = new ClientWorld();
    world.connect();
    world.client.stop();
    world.advance(0);
    for (const qos of [0, 1] as const) {
      const before = world.outcomes.length;
      world.publish("x", qos, { expiresAfter: 0 });
      expect(world.outcomes.length).toBe(before);
    }
    world.advance(1);
    expect(world.outcomes).toEqual(["x: refused: offline", "x: expired"]);
  });

  test("inside onMessage answers after the acknowledgement", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1, { onMessage: () => world.publish("answer", 1) });
    world.server.send('32 06 00 01 "a" 00 07 "1"');
    world.server.expect('40 02 00 07 32 0b 00 01 "t" 00 02 "answer"');
  });

  test("inside onSubscribed", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1, { onSubscribed: () => world.publish("hello", 0) });
    world.server.expect('30 08 00 01 "t" "hello"');
  });

  test("inside onOutcome sends one message after the other", () => {
    const world = new ClientWorld();
    world.connect();
    let left = 1000;
    const handler = {
      onOutcome: () => {
        left -= 1;
        if (left > 0) world.client.publish({ topicName: "t", payload: `${left}` }, handler);
      },
    };
    world.client.publish({ topicName: "t", payload: "first" }, handler);
    world.advance(0);
    expect([left, world.server.received.length]).toEqual([0, 1001]);
  });

  test("inside onOutcome of a refused message does not hold the client up", () => {
    const world = new ClientWorld();
    let tries = 0;
    const handler = {
      onOutcome: () => {
        tries += 1;
        if (tries > 1000) throw new Error("nobody else comes to anything");
        world.client.publish({ topicName: "t", payload: "x" }, handler);
      },
    };
    world.client.publish({ topicName: "t", payload: "x" }, handler);
    for (let round = 0; round < 100; round += 1) world.clock.runNext();
    expect(tries).toBeLessThan(102);
  });
});

describe("subscribe", () => {
  test("inside onMessage asks after the acknowledgement", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1, { onMessage: () => world.subscribe("b", 0) });
    world.server.send('32 06 00 01 "a" 00 07 "1"');
    world.server.expect('40 02 00 07 82 06 00 02 00 01 "b" 00');
    world.server.send('90 03 00 02 00 30 04 00 01 "b" "x"');
    expect(world.messages).toEqual(['a "1", QoS 1', 'b "x", QoS 0']);
  });

  test("inside onSubscribed", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1, { onSubscribed: () => world.subscribe("b", 0) });
    world.server.expect('82 06 00 02 00 01 "b" 00');
  });

  test("inside onMessage on the same filter does not give the new handler the message that is being delivered", () => {
    const world = new ClientWorld();
    const inner: string[] = [];
    let added = false;
    world.connectSubscribed("a", 0, {
      onMessage: () => {
        if (added) return;
        added = true;
        world.client.subscribe("a", { onMessage: () => inner.push("inner") }, 0);
      },
    });
    world.server.send('30 04 00 01 "a" "1"');
    expect([world.messages.length, inner]).toEqual([1, []]);
    world.server.send('30 04 00 01 "a" "2"');
    expect([world.messages.length, inner]).toEqual([2, ["inner"]]);
  });
});

describe("unsubscribe", () => {
  test("inside onMessage lets the other handlers have the message, and nobody the next", () => {
    const world = new ClientWorld();
    world.subscribe("a", 0, { onMessage: () => world.client.unsubscribe("a") });
    world.connectSubscribed("a", 0);
    world.server.send('30 04 00 01 "a" "1" 30 04 00 01 "a" "2"');
    expect(world.messages).toEqual(['a "1", QoS 0', 'a "1", QoS 0']);
    world.server.expect('a2 05 00 02 00 01 "a"');
  });

  test("of one handler inside its own onMessage leaves the others", () => {
    const world = new ClientWorld();
    const handler = world.subscribe("a", 0, { onMessage: () => world.client.unsubscribe("a", handler) });
    world.connectSubscribed("a", 0);
    world.server.send('30 04 00 01 "a" "1" 30 04 00 01 "a" "2"');
    expect(world.messages).toEqual(['a "1", QoS 0', 'a "1", QoS 0', 'a "2", QoS 0']);
    world.server.expectNothing();
  });
});
