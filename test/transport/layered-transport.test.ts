/** What an endpoint asks for becomes layers in the right order, each with what it needs to know. */

import { beforeEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import type { Endpoint, TlsOptions, Transport, TransportHandler } from "../../src/mqtt/ports.js";
import { HandedTransportProvider } from "../../src/transport/handed-transport.js";
import type { DrivenLayer } from "../../src/transport/layer-transport.js";
import { LayerTransport } from "../../src/transport/layer-transport.js";
import { LayeredTransportProvider } from "../../src/transport/layered-transport.js";
import type { Opener } from "../../src/transport/opener.js";
import type { TlsPort } from "../../src/transport/tls-port.js";
import { bytesFromHex, hexFromBytes, joined } from "../mqtt/support/hex.js";
import { ManualTransport } from "../mqtt/support/manual-transport.js";
import { causeText } from "../support/layer-run.js";
import { RecordingLayer } from "../support/recording-layer.js";
import { response, SampleCrypto, shownFrames } from "../support/websocket-bytes.js";

const CA = "-----BEGIN CERTIFICATE-----";

class Network extends ManualTransport {
  endpoint: Endpoint | undefined;

  override open(endpoint: Endpoint, handler: TransportHandler): Transport {
    this.endpoint = endpoint;
    return super.open(endpoint, handler);
  }
}

/** Says `16 16`, waits for two bytes, and lets the rest pass. */
class FakeTls implements TlsPort {
  host = "";
  options: TlsOptions | undefined;

  open(options: TlsOptions, host: string, below: Opener, handler: TransportHandler): Transport {
    this.host = host;
    this.options = options;
    const layer: DrivenLayer = new RecordingLayer({
      hello: bytesFromHex("16 16"),
      answerLength: 2,
      capacity: 100,
      peerVerified: true,
      stage: "tls",
    });
    return new LayerTransport(layer, below, clock, handler);
  }
}

let clock: VirtualClock;
let network: Network;
let tls: FakeTls;
let calls: string[];
let received: Uint8Array[];
let transport: Transport;

function providerOver(
  lowest = network as ConstructorParameters<typeof LayeredTransportProvider>[0]["network"],
) {
  return new LayeredTransportProvider({ network: lowest, timers: clock, crypto: new SampleCrypto(), tls });
}

const handler: TransportHandler = {
  onReadable(byteLength) {
    const bytes = new Uint8Array(byteLength);
    transport.read(bytes);
    received.push(bytes);
  },
  onWritable: (byteLength) => calls.push(`writable ${byteLength}`),
  onError: (cause) => calls.push(causeText(cause)),
  onStage: (stage) => calls.push(stage),
};

function open(endpoint: Endpoint): void {
  transport = providerOver().open(endpoint, handler);
  network.give(10_000);
}

function arriveBytes(bytes: Uint8Array): void {
  network.arrive(hexFromBytes(bytes));
}

beforeEach(() => {
  clock = new VirtualClock();
  network = new Network();
  tls = new FakeTls();
  calls = [];
  received = [];
});

describe("an endpoint", () => {
  test("without layers gets the network's own transport", () => {
    open({ host: "broker", port: 1883 });
    expect([transport, network.endpoint, calls]).toEqual([
      network,
      { host: "broker", port: 1883 },
      ["writable 10000"],
    ]);
    expect(transport).toBe(network);
  });

  test("with WebSocket gets the handshake and frames", () => {
    open({ host: "broker", port: 80, webSocket: { path: "/mqtt" } });
    expect(network.endpoint).toEqual({ host: "broker", port: 80 });
    expect(bytesFromHex(network.taken())).toEqual(
      bytesFromHex(
        `"GET /mqtt HTTP/1.1" 0d 0a "Host: broker" 0d 0a "Upgrade: websocket" 0d 0a "Connection: Upgrade" 0d 0a ` +
          `"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" 0d 0a "Sec-WebSocket-Version: 13" 0d 0a ` +
          `"Sec-WebSocket-Protocol: mqtt" 0d 0a 0d 0a`,
      ),
    );
    arriveBytes(joined([response(), bytesFromHex("82 02 20 02 82 02 00 00")]));
    expect([calls, hexFromBytes(joined(received)), transport.peerVerified]).toEqual([
      ["websocket", "writable 1024"],
      "20 02 00 00",
      undefined,
    ]);
    transport.write(bytesFromHex("c0 00"));
    transport.close();
    expect([shownFrames(bytesFromHex(network.taken())), network.closed]).toEqual([
      ["2: c0 00", "8: 03 e8"],
      true,
    ]);
  });

  test("with TLS is verified under its own name", () => {
    open({ host: "broker", port: 8883, tls: { caCertificates: CA } });
    expect([tls.host, tls.options, network.taken()]).toEqual(["broker", { caCertificates: CA }, "16 16"]);
    network.arrive("17 17");
    expect(transport.peerVerified).toBe(true);
  });

  test("with a proxy is reached through it, and then nothing lies between", () => {
    open({ host: "broker", port: 1883, proxy: { host: "proxy", port: 1080 } });
    expect([network.endpoint, network.taken()]).toEqual([{ host: "proxy", port: 1080 }, "05 01 00"]);
    network.arrive("05 00");
    expect(network.taken()).toBe('05 01 00 03 06 "broker" 07 5b'.replace('"broker"', "62 72 6f 6b 65 72"));
    network.arrive("05 00 00 01 00 00 00 00 00 00 d0 00");
    expect([calls, hexFromBytes(joined(received))]).toEqual([["proxy", "writable 9984"], "d0 00"]);
    expect([transport.write(bytesFromHex("c0 00")), network.taken()]).toEqual([9_982, "c0 00"]);
  });

  test("with everything gets proxy, TLS and WebSocket, in this order", () => {
    open({
      host: "broker",
      port: 443,
      proxy: { host: "proxy", port: 1080, userName: "u", password: "p" },
      tls: { acceptAnyServer: true },
      webSocket: { path: "/ws" },
    });
    expect(network.taken()).toBe("05 02 00 02");
    network.arrive("05 02 01 00");
    expect(network.taken()).toBe("01 01 75 01 70 05 01 00 03 06 62 72 6f 6b 65 72 01 bb");
    network.arrive("05 00 00 01 00 00 00 00 00 00");
    expect([network.taken(), tls.host]).toEqual(["16 16", "broker"]);
    network.arrive("17 17");
    const request = String.fromCharCode(...bytesFromHex(network.taken()));
    expect(request.startsWith("GET /ws HTTP/1.1\r\nHost: broker\r\n")).toBe(true);
    arriveBytes(joined([response(), bytesFromHex("82 01 07")]));
    expect([calls, hexFromBytes(joined(received)), transport.peerVerified]).toEqual([
      ["proxy", "tls", "websocket", "writable 1024"],
      "07",
      true,
    ]);
  });

  test("that fails below fails once, with the cause of the lowest layer that has one", () => {
    open({
      host: "broker",
      port: 443,
      proxy: { host: "proxy", port: 1080 },
      tls: {},
      webSocket: { path: "/" },
    });
    network.arrive("05 00 05 05");
    clock.advance(10_000);
    expect([calls, network.closed]).toEqual([
      [
        "proxy",
        "connection-refused [proxy]: the proxy says of broker port 443: the server refuses the connection",
      ],
      true,
    ]);
  });

  test("can be given up at any stage", () => {
    for (const answers of ["", "05 00", "05 00 05 00 00 01 00 00 00 00 00 00"]) {
      calls = [];
      open({
        host: "broker",
        port: 443,
        proxy: { host: "proxy", port: 1080 },
        tls: {},
        webSocket: { path: "/" },
      });
      network.arrive(answers);
      const before = calls.length;
      transport.close();
      clock.advance(10_000);
      expect([calls.length - before, network.closed]).toEqual([0, true]);
    }
  });
});

describe("over a handed connection", () => {
  test("the layers go too", () => {
    const handed = new ManualTransport();
    const lowest = new HandedTransportProvider(clock, network);
    lowest.hand((above) => handed.open({ host: "h", port: 1 }, above));
    transport = providerOver(lowest).open({ host: "broker", port: 80, webSocket: { path: "/" } }, handler);
    handed.give(1_000);
    expect([network.openCount, handed.taken().startsWith("47 45 54 20 2f 20")]).toEqual([0, true]);
  });
});
