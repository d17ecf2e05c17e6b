/** `stop`, alone and with `start` behind it, at every event and inside every callback there is. */

import { describe, expect, test } from "vitest";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { SubscriptionHandler } from "../../src/mqtt/subscriptions.js";
import { MiniBroker } from "../support/mini-broker.js";
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

const CALLBACKS = [
  "onMessage",
  "onSubscribed",
  "onRefused",
  "onStream",
  "onChunk",
  "onEnd",
  "onAborted",
  "onOutcome",
] as const;

type Place = (typeof EVENTS)[number] | (typeof CALLBACKS)[number];

const LONG = "x".repeat(4000);

/** Lets every event and every callback happen, and calls `act` at the first of one kind. */
class EverythingWorld extends ClientWorld {
  readonly broker: MiniBroker;
  /** Whether `act` was called. */
  done = false;
  readonly #place: Place;
  readonly #act: (world: ClientWorld) => void;

  constructor(place: Place, act: (world: ClientWorld) => void) {
    super({ isServed: false, onEvent: ({ type }) => this.#at(type as Place) });
    this.#place = place;
    this.#act = act;
    this.broker = new MiniBroker(this.network, {
      mayRead: (_clientIdentifier, topicFilter) => topicFilter !== "refused",
    });
  }

  run(): void {
    const { broker, client } = this;
    client.subscribe("granted", this.#handler(), 2);
    client.subscribe("refused", this.#handler());
    client.subscribe("whole", { onMessage() {} });
    client.subscribe("broken", {
      onMessage: () => {
        throw new Error("no");
      },
    });
    client.start();
    this.advance(100);
    for (const [topicName, text] of [
      ["broken", "x"],
      ["whole", LONG],
      ["granted", "x"],
      ["granted", LONG],
    ] as const) {
      broker.publish(topicName, text, { qos: 2 });
      this.advance(100);
    }
    const sender = { onOutcome: () => this.#at("onOutcome") };
    client.publish({ topicName: "out", payload: "x", qos: 2 }, sender);
    this.advance(100);
    this.#breakStream();
    this.advance(2000);
    client.unsubscribe("whole");
    for (const wait of [4000, 8000, 16_000, 32_000]) {
      this.advance(wait);
      broker.kick("door");
    }
    this.advance(100_000);
  }

  /** A connection that breaks in the middle of a long message. */
  #breakStream(): void {
    this.provider.setConditions({ bandwidth: 10_000, segment: 1000 });
    this.broker.publish("granted", LONG, { qos: 2 });
    this.advance(250);
    this.provider.setConditions({ bandwidth: Number.POSITIVE_INFINITY });
    for (const link of this.network.links) link.reset();
    this.advance(0);
  }

  #handler(): SubscriptionHandler {
    const sink = {
      onChunk: () => this.#at("onChunk"),
      onEnd: () => this.#at("onEnd"),
      onAborted: () => this.#at("onAborted"),
    };
    return {
      onMessage: () => this.#at("onMessage"),
      onSubscribed: () => this.#at("onSubscribed"),
      onRefused: () => this.#at("onRefused"),
      onStream: () => {
        this.#at("onStream");
        return sink;
      },
    };
  }

  #at(place: Place): void {
    if (place !== this.#place || this.done) return;
    this.done = true;
    this.#act(this);
  }
}

for (const place of [...EVENTS, ...CALLBACKS]) {
  describe(`inside \`${place}\``, () => {
    test("stop ends everything, and leaves no timer", () => {
      const world = new EverythingWorld(place, ({ client }) => client.stop());
      world.run();
      expect([world.done, world.client.connected, world.broker.connected]).toEqual([true, false, []]);
      expect([world.clock.pending, world.network.links]).toEqual([0, []]);
    });

    test("stop and start make a new connection, and everything goes on", () => {
      const world = new EverythingWorld(place, ({ client }) => {
        client.stop();
        client.start();
      });
      world.run();
      expect([world.done, world.client.connected, world.client.pending]).toEqual([true, true, 0]);
      expect(world.broker.texts("out")).toEqual(["x"]);
      expect(world.broker.sessions.get("door")?.inFlight.size).toBe(0);
    });

    test("abandon ends everything without a word, until the next start", () => {
      const world = new EverythingWorld(place, ({ client }) => client.abandon());
      world.run();
      expect([world.done, world.client.connected, world.broker.connected]).toEqual([true, false, []]);
      const types = world.broker.connectionEvents.map(({ type }) => type);
      expect(types.includes("disconnected by the client")).toBe(false);
      expect([world.clock.pending, world.network.links]).toEqual([0, []]);
      world.client.start();
      world.advance(0);
      expect(world.client.connected).toBe(true);
    });
  });
}
