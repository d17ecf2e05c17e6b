/** WebSocket through a proxy over the virtual network: latency, small segments, slow readers, broken links. */

import { describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import type { VirtualLink } from "../../../host-sim/virtual/virtual-link.js";
import { VirtualNetwork } from "../../../host-sim/virtual/virtual-network.js";
import type { LinkConditions } from "../../../host-sim/virtual/virtual-pipe.js";
import type { Endpoint, TransportHandler } from "../../../src/mqtt/ports.js";
import { encodeBase64 } from "../../../src/transport/base64.js";
import { LayeredTransportProvider } from "../../../src/transport/layered-transport.js";
import { joined, numbered, sameBytes } from "../../mqtt/support/hex.js";
import { causeText } from "../../support/layer-run.js";
import { RecordingHandler } from "../../support/recording-handler.js";
import { frame, latin1 } from "../../support/websocket-bytes.js";

const ENDPOINT: Endpoint = {
  host: "broker",
  port: 80,
  proxy: { host: "proxy", port: 1080 },
  webSocket: { path: "/mqtt" },
};
const CONNECT_LENGTH = 5 + "broker".length + 2;

/** A proxy with a WebSocket server behind it that sends back all it gets, in other frames, and pings in between. */
class EchoServer implements TransportHandler {
  ended = false;
  pongs = 0;
  closes = 0;
  readonly #link: VirtualLink;
  readonly #crypto = new NodeCrypto();
  #step: "methods" | "connect" | "request" | "frames" = "methods";
  #input = new Uint8Array(0);
  #output: Uint8Array[] = [];
  #room = 0;

  constructor(link: VirtualLink) {
    this.#link = link;
  }

  onReadable(byteLength: number): void {
    const bytes = new Uint8Array(byteLength);
    this.#link.server.read(bytes);
    this.#input = new Uint8Array(Buffer.concat([this.#input, bytes]));
    while (this.#understand()) {
      // Until more is needed.
    }
  }

  onWritable(byteLength: number): void {
    this.#room = byteLength;
    this.#send();
  }

  onError(): void {
    this.ended = true;
  }

  #understand(): boolean {
    const text = String.fromCharCode(...this.#input.subarray(0, 1_000));
    switch (this.#step) {
      case "methods":
        return this.#answer(3, Uint8Array.of(5, 0), "connect");
      case "connect":
        return this.#answer(CONNECT_LENGTH, Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0), "request");
      case "request": {
        const end = text.indexOf("\r\n\r\n");
        if (end === -1) return false;
        const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(text)?.[1];
        const hash = this.#crypto.hash("SHA1");
        hash.update(latin1(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`));
        const head =
          "HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n" +
          `Sec-WebSocket-Accept: ${encodeBase64(hash.digest())}\r\n\r\n`;
        return this.#answer(end + 4, latin1(head), "frames");
      }
      default:
        return this.#echoFrame();
    }
  }

  #answer(byteLength: number, bytes: Uint8Array, next: "connect" | "request" | "frames"): boolean {
    if (this.#input.length < byteLength) return false;
    this.#input = this.#input.slice(byteLength);
    this.#step = next;
    this.#queue(bytes);
    return true;
  }

  #echoFrame(): boolean {
    const [first = 0, second = 0, high = 0, low = 0] = this.#input;
    const header = (second & 0x7f) === 126 ? 8 : 6;
    const length = header === 8 ? high * 256 + low : second & 0x7f;
    if (this.#input.length < header + length) return false;
    const mask = this.#input.subarray(header - 4, header);
    const payload = this.#input
      .subarray(header, header + length)
      .map((byte, i) => byte ^ (mask[i % 4] as number));
    this.#input = this.#input.slice(header + length);
    if (first === 0x8a) this.pongs += 1;
    if (first === 0x88) this.closes += 1;
    if (first !== 0x82) return true;
    const half = length >> 1;
    this.#queue(frame(2, payload.subarray(0, half), { final: false }));
    this.#queue(frame(9, "01"));
    this.#queue(frame(0, payload.subarray(half)));
    return true;
  }

  #queue(bytes: Uint8Array): void {
    this.#output.push(bytes);
    this.#send();
  }

  #send(): void {
    const bytes = joined(this.#output);
    const byteLength = Math.min(this.#room, bytes.length);
    if (byteLength > 0) this.#room = this.#link.server.write(bytes.subarray(0, byteLength));
    this.#output = [bytes.subarray(byteLength)];
  }
}

function openWorld(conditions: Partial<LinkConditions>) {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, conditions);
  const servers: EchoServer[] = [];
  network.listen("proxy", 1080, (link) => {
    servers.push(new EchoServer(link));
    return servers.at(-1) as EchoServer;
  });
  const provider = new LayeredTransportProvider({
    network: network.provider(),
    timers: clock,
    crypto: new NodeCrypto(),
    tls: {
      open: () => {
        throw new Error("no TLS here");
      },
    },
  });
  const handler = new RecordingHandler();
  handler.transport = provider.open(ENDPOINT, handler);
  return { clock, network, handler, servers };
}

describe.each<[string, Partial<LinkConditions>]>([
  ["a perfect network", {}],
  ["a slow network", { latency: 120, bandwidth: 50_000, segment: 536 }],
  ["a network of single bytes", { latency: 1, segment: 1 }],
  ["a network of odd pieces", { latency: 3, segment: 7 }],
])("over %s", (_name, conditions) => {
  const payload = numbered(20_000);

  test.each([
    ["reads at once", Number.POSITIVE_INFINITY],
    ["reads now and then, in small portions", 97],
  ])("everything comes back to a device that %s", (_how, portion) => {
    const { clock, handler, servers } = openWorld(conditions);
    handler.reads = portion === Number.POSITIVE_INFINITY;
    clock.runUntil(() => handler.opened, 60_000);
    let offset = 0;
    handler.onRoom = () => {
      while (handler.room > 0 && offset < payload.length) {
        const end = Math.min(payload.length, offset + handler.room);
        handler.room = handler.transport?.write(payload.subarray(offset, end)) ?? 0;
        offset = end;
      }
    };
    handler.onRoom();
    for (let i = 0; handler.receivedByteLength < payload.length && i < 100_000; i += 1) {
      clock.advance(20);
      expect(handler.unread).toBeLessThanOrEqual(1_024);
      if (!handler.reads) {
        for (let k = 0; k < 5 && handler.unread > 0; k += 1) handler.read(Math.min(portion, handler.unread));
      }
    }
    expect(sameBytes(handler.received, payload)).toBe(true);
    handler.transport?.close();
    clock.advance(60_000);
    expect([servers[0]?.ended, servers[0]?.closes, (servers[0]?.pongs ?? 0) > 0, handler.ended]).toEqual([
      true,
      1,
      true,
      false,
    ]);
  });
});

describe("a link that breaks", () => {
  test("under WebSocket is reported once, with its cause", () => {
    const { clock, network, handler } = openWorld({ latency: 10 });
    clock.runUntil(() => handler.opened, 60_000);
    network.cut("proxy");
    clock.advance(60_000);
    expect([handler.ended, causeText(handler.cause).includes("ECONNRESET")]).toEqual([true, true]);
  });

  test("at any time of opening is reported once", () => {
    const { clock: whole, handler: opened } = openWorld({ latency: 10, segment: 5 });
    const duration = whole.runUntil(() => opened.opened, 60_000);
    for (let time = 1; time < duration; time += 3) {
      const { clock, network, handler } = openWorld({ latency: 10, segment: 5 });
      clock.advance(time);
      network.cut("proxy");
      clock.advance(60_000);
      expect(handler.calls.filter((call) => call === "error").length, `at ${time} ms`).toBe(1);
      expect(handler.cause, `at ${time} ms`).toBeInstanceOf(Error);
    }
  });
});
