/** The program that has Moddable's MQTT client in it, which is taken from an SDK when this is bundled. */

import "./moddable-shims.js";
import { ModdableClient } from "moddable-mqtt-client";
import type { Message } from "../../../../src/mqtt/message.js";
import type { Work } from "../../work.js";
import { TOPIC } from "../../work.js";
import type { Contestant } from "../bench.js";
import { serve } from "../bench.js";
import { ROOM } from "../stubs.js";
import type { EcmaSocketOptions, EcmaStubs } from "./ecma-stubs.js";
import { makeEcmaStubs } from "./ecma-stubs.js";
import { timers } from "./moddable-platform.js";

/** The name is known at once. */
class Dns {
  resolve(request: { readonly host: string; onResolved(host: string, address: string): void }): void {
    request.onResolved(request.host, "127.0.0.1");
  }
}

const CONNACK = Uint8Array.of(0x20, 2, 0, 0);

function makeModdable(stubs: EcmaStubs, work: Work): Contestant {
  const { counter, timer, transport } = stubs;
  timers.stub = timer;
  const options = { topic: TOPIC, QoS: work.type === "connect" ? 0 : work.qos };
  let acknowledged = 0;
  const moddable = new ModdableClient({
    host: "broker.example.com",
    id: "front",
    dns: { io: Dns },
    socket: {
      io: function Socket(callbacks: EcmaSocketOptions) {
        transport.open({ host: "", port: 1 }, callbacks);
        return transport;
      },
    },
    // As its own example does.
    onReadable() {
      counter.calls += 1;
      counter.messages += 1;
      counter.bytes += this.read().byteLength;
    },
    onControl(message) {
      if (message.operation === ModdableClient.PUBACK) acknowledged += 1;
    },
    onError() {
      throw new Error("Moddable's client reports an error");
    },
  });
  transport.handler?.onWritable(ROOM);
  transport.begin();
  transport.feed(CONNACK);
  timer.settle();
  const { length } = TOPIC;
  return {
    client: {
      publish(message: Message): void {
        moddable.write(message.payload as Uint8Array, options);
      },
    },
    get messages() {
      if (work.type !== "send") return counter.messages;
      return work.isUnanswered ? transport.written / (length + work.payloadLength + 6) : acknowledged;
    },
    pending: 0,
  };
}

serve((stubs, work) => makeModdable(stubs as EcmaStubs, work), makeEcmaStubs);
