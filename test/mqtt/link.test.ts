/** A link: what the transport announces on one side, what the connection can take or give on the other. */

import { beforeEach, describe, expect, test } from "vitest";
import { Link } from "../../src/mqtt/link.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import { Session } from "../../src/mqtt/session.js";
import { ManualTransport } from "./support/manual-transport.js";
import { addTo } from "./support/messages.js";
import { OPTIONS } from "./support/server-options.js";

let transport: ManualTransport;
let outbox: Outbox;
let link: Link;
let changes: number;
let now: number;

beforeEach(() => {
  changes = 0;
  now = 0;
  transport = new ManualTransport();
  outbox = new Outbox();
  const owner = {
    onLinkChanged: () => {
      changes += 1;
    },
  };
  link = new Link("mqtt", OPTIONS, new Session(outbox), { transport, clock: { now: () => now } }, owner, 0);
});

/** The types of the events that are there now. */
function events(): readonly string[] {
  const types: string[] = [];
  for (let event = link.connection.nextEvent(0); event !== undefined; event = link.connection.nextEvent(0)) {
    types.push(event.type);
  }
  return types;
}

function connect(): void {
  transport.give(100);
  link.receive(0);
  link.transmit(0);
  transport.arrive("20 02 00 00");
  link.receive(0);
  events();
  transport.taken();
}

describe("a link", () => {
  test("opens a stream at once, and tells its owner of everything that the transport says", () => {
    expect([transport.openCount, changes]).toEqual([1, 0]);
    transport.give(100);
    transport.arrive("20 02 00 00");
    transport.end();
    expect(changes).toBe(3);
  });

  test("says CONNECT when the stream is open, and no sooner", () => {
    expect([link.receive(0), link.transmit(0), transport.taken()]).toEqual([false, false, ""]);
    transport.give(5);
    link.receive(0);
    expect([link.transmit(0), transport.taken(), link.transmit(0)]).toEqual([false, "10 10 00 04 4d", false]);
    transport.give(100);
    expect([link.transmit(0), transport.taken().length]).toEqual([false, 3 * 13 - 1]);
    expect([link.transmit(0), transport.taken()]).toEqual([false, ""]);
  });

  test("reads no more than the connection takes, and the rest later", () => {
    connect();
    transport.arrive('30 03 00 01 "a" '.repeat(400));
    let unread = 2000;
    // First of all what begins is looked at; then as much as there may be at once.
    for (const byteLength of [256, 1459, 285]) {
      expect(link.receive(0)).toBe(true);
      unread -= byteLength;
      expect([transport.unread.length, link.receive(0)]).toEqual([unread, false]);
      events();
    }
  });

  test("reads everything that came before the end", () => {
    connect();
    transport.arrive('30 03 00 01 "a"');
    expect([link.receive(0), events()]).toEqual([true, ["message"]]);
    transport.end();
    expect([link.receive(0), events()]).toEqual([true, ["closed"]]);
  });

  test("has news of the end as long as that was not told, though something else came at once", () => {
    connect();
    transport.arrive('30 03 00 01 "a"');
    transport.unreadEnd();
    expect([link.receive(0), events(), link.hasNews]).toEqual([true, ["message"], true]);
    expect([link.receive(0), events()]).toEqual([true, ["closed"]]);
  });

  test("writes nothing after the end", () => {
    connect();
    addTo(outbox, { qos: 0 });
    transport.end();
    expect([link.transmit(0), transport.taken()]).toEqual([false, ""]);
  });

  test("tells the time to the connection when nothing is left to read", () => {
    connect();
    expect([link.receive(59_000), link.transmit(59_000), transport.taken()]).toEqual([false, false, "c0 00"]);
    transport.arrive("d0 00");
    expect([link.receive(100_000), events()]).toEqual([true, []]);
    expect(link.receive(158_999)).toBe(false);
    link.receive(159_000);
    expect([link.receive(169_000), events()]).toEqual([true, ["closed"]]);
  });

  test("says that something has changed when DISCONNECT was all there was left to wait for", () => {
    connect();
    link.connection.disconnect(0);
    transport.give(2);
    expect([link.transmit(0), transport.taken(), link.transmit(0)]).toEqual([false, "e0 00", false]);
    transport.give(1);
    expect([link.transmit(0), events()]).toEqual([true, ["closed"]]);
  });

  test("says that something has changed when reading has waited for room to answer", () => {
    connect();
    transport.arrive("62 02 00 01 ".repeat(80));
    expect([link.receive(0), events()]).toEqual([true, []]);
    transport.give(10);
    expect(link.transmit(0)).toBe(true);
    // As long as there may be more to answer.
    for (let round = 0; round < 3; round += 1) {
      transport.give(1000);
      expect([link.transmit(0), events()]).toEqual([round < 2, []]);
    }
    expect(link.transmit(0)).toBe(false);
    expect(transport.taken()).toBe("70 02 00 01 ".repeat(80).trimEnd());
  });

  test("ends the stream when told to", () => {
    link.close();
    expect(transport.closed).toBe(true);
  });

  test("says nothing to a server that nobody vouched for, as CONNECT would tell who the device is", () => {
    transport.peerVerified = false;
    transport.give(100);
    link.receive(0);
    link.transmit(0);
    expect(transport.taken()).toBe("");
    expect(link.connection.nextEvent(0)).toMatchObject({
      type: "closed",
      stage: "open",
      reason: "network",
      cause: { stage: "tls", code: "server-unverified", key: "ssl_ca_cert" },
    });
  });

  test.each([
    ["a server that is known", true, OPTIONS],
    [
      "any server when CONNECT gives nothing away",
      false,
      { ...OPTIONS, clientIdentifier: "", cleanSession: true },
    ],
  ])("says CONNECT to %s", (_, peerVerified, options) => {
    const ports = { transport, clock: { now: () => 0 } };
    link = new Link("mqtt", options, new Session(outbox), ports, { onLinkChanged() {} }, 0);
    transport.peerVerified = peerVerified;
    transport.give(100);
    link.receive(0);
    link.transmit(0);
    expect(transport.taken()).toMatch(/^10 /);
  });

  test("whose transport cannot write is over, and told why", () => {
    connect();
    link.connection.disconnect(0);
    transport.give(100);
    const error = new Error("no memory");
    transport.write = () => {
      throw error;
    };
    expect(link.transmit(0)).toBe(true);
    expect(link.connection.nextEvent(0)).toMatchObject({ type: "closed", cause: error });
  });

  test("knows how long each stage of the attempt took", () => {
    now = 5;
    transport.stage("dns");
    now = 9;
    transport.stage("tcp");
    now = 10;
    transport.stage("tls");
    now = 30;
    transport.give(100);
    link.receive(30);
    now = 70;
    expect(link.attempt?.over()).toEqual([
      { stage: "dns", duration: 9 },
      { stage: "tcp", duration: 1 },
      { stage: "tls", duration: 20 },
      { stage: "connack", duration: 40 },
    ]);
  });
});
