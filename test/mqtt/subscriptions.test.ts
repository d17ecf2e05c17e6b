/** Which topic filters are to be asked for or taken back, at which server, and who gets a message. */

import { describe, expect, test } from "vitest";
import type { ServerName } from "../../src/mqtt/event.js";
import type { QoS } from "../../src/mqtt/packet.js";
import type { SubscriptionHandler } from "../../src/mqtt/subscriptions.js";
import { Subscriptions } from "../../src/mqtt/subscriptions.js";

/** Subscriptions and a server that answers when told to. */
class World {
  readonly subscriptions = new Subscriptions();
  #packetIdentifier = 0;

  /** Sends what is due in one packet: `+a1 b0` for a SUBSCRIBE, `-a` for an UNSUBSCRIBE, "" for nothing. */
  ask(server: ServerName = "mqtt"): string {
    const { subscriptions } = this;
    const wanted = subscriptions.toSubscribe(server);
    const batch = wanted.length > 0 ? wanted : subscriptions.toUnsubscribe(server);
    if (batch.length === 0) return "";
    this.#packetIdentifier += 1;
    subscriptions.asked(server, this.#packetIdentifier, batch);
    return wanted.length > 0
      ? `+${batch.map(({ topicFilter, qos }) => `${topicFilter}${qos}`).join(" ")}`
      : `-${batch.map(({ topicFilter }) => topicFilter).join(" ")}`;
  }

  /** SUBACK for the packet sent last, or the one given. */
  grant(
    returnCodes: readonly (QoS | 0x80)[],
    server: ServerName = "mqtt",
    packetIdentifier = this.#packetIdentifier,
  ): readonly string[] {
    return this.subscriptions
      .granted(server, packetIdentifier, returnCodes)
      .map(({ topicFilter }) => topicFilter);
  }

  /** UNSUBACK for the packet sent last. */
  end(server: ServerName = "mqtt"): readonly string[] {
    return this.subscriptions.ended(server, this.#packetIdentifier).map(({ topicFilter }) => topicFilter);
  }

  add(topicFilter: string, qos: QoS = 1, made: SubscriptionHandler = handler()): SubscriptionHandler {
    this.subscriptions.add(topicFilter, made, qos);
    return made;
  }
}

function handler(): SubscriptionHandler {
  return { onMessage() {} };
}

function connected(sessionPresent = false): World {
  const world = new World();
  world.subscriptions.begin("mqtt", sessionPresent);
  return world;
}

describe("a topic filter is asked for", () => {
  test("once, with others in one packet", () => {
    const world = connected();
    world.add("a", 0);
    world.add("b", 2);
    expect([world.ask(), world.ask()]).toEqual(["+a0 b2", ""]);
    expect(world.grant([0, 2])).toEqual(["a", "b"]);
    expect(world.ask()).toBe("");
  });

  test("with no more than eight in one packet", () => {
    const world = connected();
    for (let i = 0; i < 17; i += 1) world.add(`${i}`, 0);
    expect([world.ask(), world.ask(), world.ask(), world.ask()]).toEqual([
      "+00 10 20 30 40 50 60 70",
      "+80 90 100 110 120 130 140 150",
      "+160",
      "",
    ]);
  });

  test("with the highest QoS of its handlers", () => {
    const world = connected();
    for (const qos of [0, 2, 1] as const) world.add("a", qos);
    expect(world.ask()).toBe("+a2");
  });

  test("again for each new handler, so that it gets the retained message too", () => {
    const world = connected();
    world.add("a", 1);
    world.ask();
    world.grant([1]);
    world.add("a", 0);
    expect(world.ask()).toBe("+a1");
  });

  test("again for a handler that came while the packet was under way, even when the server grants it", () => {
    const world = connected();
    world.add("a", 1);
    expect(world.ask()).toBe("+a1");
    world.add("a", 1);
    expect(world.ask()).toBe("");
    world.grant([1]);
    expect(world.ask()).toBe("+a1");
    world.grant([1]);
    expect(world.ask()).toBe("");
  });

  test("again with a higher QoS that was wanted while the packet was under way, whatever came after it", () => {
    const world = connected();
    world.add("a", 0);
    expect(world.ask()).toBe("+a0");
    world.add("a", 2);
    world.add("a", 1);
    world.grant([0]);
    expect(world.ask()).toBe("+a2");
  });

  test("with the new QoS when all earlier handlers are gone", () => {
    const world = connected();
    world.add("a", 2);
    world.ask();
    world.subscriptions.remove("a");
    world.add("a", 0);
    world.grant([2]);
    expect(world.ask()).toBe("+a0");
  });

  test("not again when the server has refused it, not even by a server that lost its session", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([0x80]);
    expect(world.ask()).toBe("");
    world.subscriptions.begin("mqtt", false);
    expect(world.ask()).toBe("");
    world.subscriptions.begin("mqtt", true);
    expect(world.ask()).toBe("");
  });

  test("again when it was refused and somebody else wants it", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([0x80]);
    world.add("a");
    expect(world.ask()).toBe("+a1");
  });

  test("at the other server although this one has refused it", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([0x80]);
    world.subscriptions.begin("mqtt1", false);
    expect(world.ask("mqtt1")).toBe("+a1");
  });
});

describe("after a new connection", () => {
  test("everything is asked for when the server has no session", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([1]);
    world.subscriptions.begin("mqtt", false);
    expect(world.ask()).toBe("+a1");
  });

  test("nothing is when it has, but what it had not confirmed", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([1]);
    world.add("b");
    world.ask();
    world.add("c");
    world.subscriptions.begin("mqtt", true);
    expect(world.ask()).toBe("+b1 c1");
  });

  test("what the other server has confirmed is not asked for there again", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([1]);
    world.subscriptions.begin("mqtt1", false);
    expect(world.ask("mqtt1")).toBe("+a1");
    world.grant([1], "mqtt1");
    world.subscriptions.begin("mqtt", true);
    expect(world.ask()).toBe("");
  });

  test("an answer to the old one would say nothing", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.subscriptions.begin("mqtt", true);
    expect(world.grant([1])).toEqual([]);
    expect(world.ask()).toBe("+a1");
  });
});

describe("a topic filter is taken back", () => {
  test("when its last handler is gone", () => {
    const world = connected();
    const first = world.add("a");
    const second = world.add("a");
    world.ask();
    world.grant([1]);
    world.subscriptions.remove("a", first);
    expect(world.ask()).toBe("");
    world.subscriptions.remove("a", second);
    expect([world.ask(), world.end(), world.ask()]).toEqual(["-a", ["a"], ""]);
  });

  test("not when the server was never asked for it", () => {
    const world = connected();
    world.add("a");
    world.subscriptions.remove("a");
    world.subscriptions.remove("b");
    expect(world.ask()).toBe("");
  });

  test("only after the SUBSCRIBE under way was answered", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.subscriptions.remove("a");
    expect(world.ask()).toBe("");
    world.grant([1]);
    expect(world.ask()).toBe("-a");
  });

  test("not when the server has refused it, and it is forgotten then", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.subscriptions.remove("a");
    world.grant([0x80]);
    expect(world.ask()).toBe("");
    expect(world.subscriptions.length).toBe(0);
  });

  test("and asked for again when a handler comes while the UNSUBSCRIBE is under way, once", () => {
    const world = connected();
    world.add("a", 0);
    world.ask();
    world.grant([0]);
    world.subscriptions.remove("a");
    expect(world.ask()).toBe("-a");
    world.add("a", 2);
    expect(world.ask()).toBe("");
    world.end();
    expect(world.ask()).toBe("+a2");
    world.grant([2]);
    expect(world.ask()).toBe("");
  });

  test("at a server that kept it, as soon as there is a connection to it again", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([1]);
    world.subscriptions.begin("mqtt1", false);
    world.subscriptions.remove("a");
    expect(world.ask("mqtt1")).toBe("");
    world.subscriptions.begin("mqtt", true);
    expect(world.ask()).toBe("-a");
    world.end();
    expect(world.subscriptions.length).toBe(0);
  });

  test("not at a server that lost its session meanwhile", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([1]);
    world.subscriptions.remove("a");
    world.subscriptions.begin("mqtt", false);
    expect([world.ask(), world.subscriptions.length]).toEqual(["", 0]);
  });

  test("again when the connection ended before UNSUBACK", () => {
    const world = connected();
    world.add("a");
    world.ask();
    world.grant([1]);
    world.subscriptions.remove("a");
    expect(world.ask()).toBe("-a");
    world.subscriptions.begin("mqtt", true);
    expect(world.ask()).toBe("-a");
  });
});

describe("a message goes to", () => {
  test("the handlers of its very topic name, then to those of each other filter that matches", () => {
    const world = new World();
    const made = [world.add("a/+"), world.add("b"), world.add("#"), world.add("a/b"), world.add("a/+")];
    expect(world.subscriptions.matching("a/b")).toEqual([made[3], made[0], made[4], made[2]]);
    expect(world.subscriptions.matching("$SYS/a")).toEqual([]);
  });

  test("one handler as it is, without a list, when there is no other", () => {
    const world = new World();
    const exact = world.add("a/b");
    const wild = world.add("+/c");
    world.add("b/b");
    expect(world.subscriptions.matching("a/b")).toBe(exact);
    expect(world.subscriptions.matching("a/c")).toBe(wild);
  });

  test("one handler twice when it is there twice, and not at all once it is removed", () => {
    const world = new World();
    const twice = world.add("a");
    world.add("a", 1, twice);
    expect(world.subscriptions.matching("a")).toEqual([twice, twice]);
    world.add("+", 1, twice);
    expect(world.subscriptions.matching("a")).toEqual([twice, twice, twice]);
    world.subscriptions.remove("a", twice);
    expect(world.subscriptions.matching("a")).toBe(twice);
    world.subscriptions.remove("+", twice);
    expect(world.subscriptions.matching("a")).toEqual([]);
  });

  test("those who were there when it came, whoever is added or removed meanwhile", () => {
    const world = new World();
    const handlers = [world.add("a"), world.add("a")];
    const found = world.subscriptions.matching("a");
    world.add("a");
    for (const one of handlers) world.subscriptions.remove("a", one);
    expect(found).toEqual(handlers);
  });

  test("nobody where a server still holds a filter that nobody wants", () => {
    const world = connected();
    world.add("a/#");
    world.ask();
    world.grant([1]);
    world.subscriptions.remove("a/#");
    expect([world.subscriptions.length, world.subscriptions.matching("a/b")]).toEqual([1, []]);
  });
});

describe("what was found before", () => {
  test("is forgotten when somebody comes or goes", () => {
    const world = connected();
    const isForgottenAfter = (change: () => unknown) => {
      world.subscriptions.routes = new Map();
      change();
      return world.subscriptions.routes === undefined;
    };
    const first = { onMessage: () => {} };
    expect([
      isForgottenAfter(() => world.subscriptions.add("a", first, 0)),
      isForgottenAfter(() => world.add("a")),
      isForgottenAfter(() => world.subscriptions.remove("a", first)),
      isForgottenAfter(() => world.subscriptions.remove("a")),
    ]).toEqual([true, true, true, true]);
  });

  test("is not called in question by packets and answers, nor by what is not there", () => {
    const world = connected();
    world.add("a");
    const routes = new Map();
    world.subscriptions.routes = routes;
    world.ask();
    world.grant([0x80]);
    world.subscriptions.begin("mqtt1", false);
    world.ask("mqtt1");
    world.grant([1], "mqtt1");
    world.subscriptions.remove("b");
    expect(world.subscriptions.routes).toBe(routes);
  });
});

describe("an answer", () => {
  test("is the end of asking when nothing has changed meanwhile", () => {
    const world = connected();
    world.add("a");
    expect([world.ask(), world.ask()]).toEqual(["+a1", ""]);
    expect(world.subscriptions.isAsking).toBe(true);
    world.grant([1]);
    expect(world.subscriptions.isAsking).toBe(false);
  });

  test("is not when somebody has come or gone", () => {
    const world = connected();
    world.add("a");
    world.add("b");
    expect([world.ask(), world.ask()]).toEqual(["+a1 b1", ""]);
    world.add("a");
    world.subscriptions.remove("b");
    expect(world.ask()).toBe("");
    world.grant([1, 1]);
    expect(world.subscriptions.isAsking).toBe(true);
    expect([world.ask(), world.ask(), world.ask()]).toEqual(["+a1", "-b", ""]);
  });
});
