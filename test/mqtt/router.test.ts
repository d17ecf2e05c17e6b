/** Who gets what arrives, and what is told when somebody fails. */

import { beforeEach, describe, expect, test } from "vitest";
import type { ClientEvent } from "../../src/mqtt/event.js";
import { Router } from "../../src/mqtt/router.js";
import type { PayloadSink, SubscriptionHandler } from "../../src/mqtt/subscriptions.js";
import { Subscriptions } from "../../src/mqtt/subscriptions.js";

const MESSAGE = Object.freeze({
  type: "message",
  topicName: "a",
  payload: Uint8Array.of(1),
  qos: 1,
  retain: false,
  duplicate: false,
});

const STREAM = Object.freeze({
  type: "stream",
  topicName: "a",
  payloadLength: 2,
  qos: 1,
  retain: false,
  duplicate: false,
});

let subscriptions: Subscriptions;
let router: Router;
let told: ClientEvent[];
let calls: string[];

beforeEach(() => {
  subscriptions = new Subscriptions();
  told = [];
  calls = [];
  router = new Router(subscriptions, { emit: (event) => void told.push(event) });
});

/** A handler that notes its calls under `name`, and fails in those listed. */
function add(
  name: string,
  topicFilter: string,
  methods: Partial<SubscriptionHandler> = {},
): SubscriptionHandler {
  const handler = { onMessage: () => void calls.push(name), ...methods };
  subscriptions.add(topicFilter, handler, 1);
  return handler;
}

function sink(name: string, failing?: keyof PayloadSink): PayloadSink {
  const call = (method: keyof PayloadSink) => () => {
    calls.push(`${name} ${method}`);
    if (method === failing) throw new Error(method);
  };
  return { onChunk: call("onChunk"), onEnd: call("onEnd"), onAborted: call("onAborted") };
}

describe("a message", () => {
  test("goes to each handler of each filter that matches, as it is", () => {
    const payloads: Uint8Array[] = [];
    add("first", "a", { onMessage: ({ payload }) => void payloads.push(payload) });
    add("second", "+");
    add("third", "b");
    router.deliver(MESSAGE);
    expect([payloads[0] === MESSAGE.payload, calls, told]).toEqual([true, ["second"], []]);
  });

  test("goes to those who are there when it comes, though one removes the other", () => {
    const second = { onMessage: () => void calls.push("second") };
    add("first", "a", { onMessage: () => subscriptions.remove("a") });
    subscriptions.add("a", second, 0);
    router.deliver(MESSAGE);
    router.deliver(MESSAGE);
    expect(calls).toEqual(["second"]);
  });
});

describe("a stream", () => {
  test("goes to the sinks that its handlers gave, from its begin to its end", () => {
    add("one", "a", { onStream: () => sink("one") });
    add("two", "+", { onStream: () => sink("two") });
    router.arrived(STREAM);
    for (let i = 0; i < 2; i += 1) router.arrived({ type: "chunk", bytes: Uint8Array.of(i) });
    router.arrived({ type: "stream-end" });
    router.arrived({ type: "stream-end" });
    expect(calls).toEqual([
      "one onChunk",
      "two onChunk",
      "one onChunk",
      "two onChunk",
      "one onEnd",
      "two onEnd",
    ]);
    expect(told).toEqual([]);
  });

  test("that breaks off is told to the sinks, once", () => {
    add("one", "a", { onStream: () => sink("one") });
    router.arrived(STREAM);
    router.arrived({ type: "stream-aborted" });
    router.arrived({ type: "stream-aborted" });
    expect(calls).toEqual(["one onAborted"]);
  });

  test("that nobody takes, or not everybody, is told to the observer", () => {
    router.arrived(STREAM);
    add("one", "a", { onStream: () => sink("one") });
    router.arrived(STREAM);
    add("two", "a");
    router.arrived(STREAM);
    const refused = { type: "message-refused", topicName: "a", payloadLength: 2 };
    expect(told).toEqual([refused, refused]);
  });

  test("is not given to a sink any more that has thrown", () => {
    add("one", "a", { onStream: () => sink("one", "onChunk") });
    add("two", "a", { onStream: () => sink("two") });
    router.arrived(STREAM);
    for (let i = 0; i < 2; i += 1) router.arrived({ type: "chunk", bytes: Uint8Array.of(i) });
    router.arrived({ type: "stream-end" });
    expect(calls).toEqual(["one onChunk", "two onChunk", "two onChunk", "two onEnd"]);
    expect(told).toEqual([{ type: "handler-failed", error: new Error("onChunk") }]);
  });

  test("whose handler throws counts as not taken by it", () => {
    add("one", "a", {
      onStream: () => {
        throw new Error("no");
      },
    });
    router.arrived(STREAM);
    expect(told.map(({ type }) => type)).toEqual(["handler-failed", "message-refused"]);
  });

  test("leaves nothing behind for the next one", () => {
    add("one", "a", { onStream: () => sink("one") });
    router.arrived(STREAM);
    router.arrived({ type: "stream-end" });
    router.arrived({ ...STREAM, topicName: "b" });
    router.arrived({ type: "chunk", bytes: Uint8Array.of(1) });
    expect(calls).toEqual(["one onEnd"]);
  });
});

describe("an answer to SUBSCRIBE", () => {
  test("is told to the observer and to every handler of each filter, in order", () => {
    for (const name of ["one", "two"]) {
      add(name, "a", {
        onSubscribed: (topicFilter, qos) => void calls.push(`${name} ${topicFilter} ${qos}`),
        onRefused: () => void calls.push(`${name} refused`),
      });
    }
    add("three", "b", {
      onRefused: (topicFilter) => void calls.push(`three refused ${topicFilter}`),
    });
    subscriptions.asked("mqtt", 1, subscriptions.toSubscribe("mqtt"));
    router.subscribed("mqtt", 1, [0, 0x80]);
    expect(calls).toEqual(["one a 0", "two a 0", "three refused b"]);
    expect(told).toEqual([
      { type: "subscribed", server: "mqtt", topicFilter: "a", qos: 0 },
      { type: "subscription-refused", server: "mqtt", topicFilter: "b" },
    ]);
  });

  test("that is not known is nobody's", () => {
    add("one", "a", { onSubscribed: () => void calls.push("one") });
    router.subscribed("mqtt", 1, [0]);
    router.unsubscribed("mqtt", 2);
    expect([calls, told]).toEqual([[], []]);
  });

  test("reaches the others when one handler throws", () => {
    add("one", "a", {
      onSubscribed: () => {
        throw new Error("no");
      },
    });
    add("two", "a", { onSubscribed: () => void calls.push("two") });
    subscriptions.asked("mqtt", 1, subscriptions.toSubscribe("mqtt"));
    router.subscribed("mqtt", 1, [2]);
    expect([calls, told.map(({ type }) => type)]).toEqual([["two"], ["subscribed", "handler-failed"]]);
  });
});

describe("an answer to UNSUBSCRIBE", () => {
  test("is told to the observer", () => {
    add("one", "a");
    subscriptions.asked("mqtt", 1, subscriptions.toSubscribe("mqtt"));
    router.subscribed("mqtt", 1, [1]);
    subscriptions.remove("a");
    subscriptions.asked("mqtt", 2, subscriptions.toUnsubscribe("mqtt"));
    router.unsubscribed("mqtt", 2);
    expect(told[1]).toEqual({ type: "unsubscribed", server: "mqtt", topicFilter: "a" });
  });
});

test("of the topic names that came no more than eight are remembered, and each message goes where it is to go", () => {
  add("all", "t/+");
  add("one", "t/3");
  for (let i = 0; i < 40; i += 1) {
    router.deliver({ ...MESSAGE, topicName: `t/${i % 20}` } as const);
    expect((subscriptions.routes?.size ?? 0) <= 8).toBe(true);
  }
  expect([calls.length, calls.filter((name) => name === "one").length]).toEqual([42, 2]);
});
