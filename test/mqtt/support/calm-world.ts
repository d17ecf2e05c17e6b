/** A client whose connection is up and has nothing to do: what comes or goes then does so by itself. */

import { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type { ReceiveBuffer } from "../../../src/mqtt/receive-buffer.js";
import { bytesFromHex, hexFromBytes } from "./hex.js";
import { ManualTransport } from "./manual-transport.js";
import { OPTIONS } from "./server-options.js";

/** A transport that fails when told to, as one does that has no memory to encrypt with. */
export class FailingTransport extends ManualTransport {
  failures = 0;
  failsToRead = false;

  override read(target: Uint8Array): void {
    if (this.failsToRead) throw new Error("no memory");
    super.read(target);
  }

  override write(bytes: Uint8Array): number {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("no memory");
    }
    return super.write(bytes);
  }
}

export function hex(text: string): string {
  return hexFromBytes(bytesFromHex(text));
}

/** The second attempt that fails leads to the other server. */
export const SHORT_WAITS = { reconnectMinimum: 100, reconnectMaximum: 100 };

/** Time that has passed without a timer noticing. */
export class LateClock extends VirtualClock {
  lateness = 0;

  override now(): number {
    return super.now() + this.lateness;
  }
}

/** A client that is connected, and what it told and did from then on. */
export function connected(
  options: Partial<ServerOptions> = {},
  room = 1000,
  backup?: Partial<ServerOptions>,
  receiveBuffer?: ReceiveBuffer,
) {
  const clock = new LateClock();
  const transport = new FailingTransport();
  const events: ClientEvent[] = [];
  const observer = { onEvent: (event: ClientEvent) => void events.push(event) };
  const client = new MqttClient(
    {
      ...{ transport, clock, timers: clock, random: () => 0.5, observer },
      ...(receiveBuffer === undefined ? {} : { shared: { receiveBuffer } }),
    },
    { ...OPTIONS, ...options },
    backup && { ...OPTIONS, ...options, ...backup },
  );
  client.start();
  clock.advance(0);
  transport.give(room);
  transport.arrive("20 02 00 00");
  transport.give(room);
  transport.taken();
  events.length = 0;
  return { clock, transport, client, events };
}

/** The same, which hears `topic`; `heard` are the messages, in short, and `turns` how many turns it took. */
export function listening(options: Partial<ServerOptions> = {}, receiveBuffer?: ReceiveBuffer) {
  const world = connected(options, 1000, undefined, receiveBuffer);
  const { client, clock, transport } = world;
  const heard: string[] = [];
  const onMessage = ({ payload, qos }: { payload: Uint8Array; qos: number }): void => {
    heard.push(`${qos}: ${payload.length}`);
  };
  client.subscribe("topic", { onMessage }, 2);
  clock.advance(0);
  transport.give(1000);
  transport.arrive("90 03 00 01 02");
  transport.give(1000);
  transport.taken();
  return { ...world, heard, turns: countTurns(client) };
}

export function countTurns(client: MqttClient): () => number {
  let count = 0;
  const { turn } = client as unknown as { turn(): void };
  // Not by an assignment: the prototypes may be frozen.
  Object.defineProperty(client, "turn", {
    value: () => {
      count += 1;
      turn.call(client);
    },
  });
  return () => count;
}

/** A PUBLISH on `topic` of so many bytes in all; packet identifier 258. */
export function messageOf(byteLength: number, qos: 0 | 1 | 2): string {
  const remaining = byteLength > 129 ? byteLength - 3 : byteLength - 2;
  const low = remaining & 127;
  const header = remaining > 127 ? [low | 128, remaining >> 7] : [low];
  const identifier = qos === 0 ? [] : [1, 2];
  const before = [0x30 | (qos << 1), ...header, 0, 5, 0x74, 0x6f, 0x70, 0x69, 0x63, ...identifier];
  const bytes = new Uint8Array(byteLength);
  bytes.set(before);
  return hexFromBytes(bytes);
}
