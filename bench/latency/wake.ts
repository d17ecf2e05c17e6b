/** What a device does that wakes because its pin has changed, and what is noted of it. */

import type { Milliseconds } from "../../src/mqtt/ports.js";
import type { DelayedLink } from "./delayed-link.js";

/** Points of time, from the change of the pin on. Of a whole: connect, deliver at QoS 1, DISCONNECT. */
export interface Wake {
  /** PUBLISH is at the broker. */
  arrived: Milliseconds;
  /** The device has PUBACK. */
  acknowledged: Milliseconds;
  /** The device has handed DISCONNECT to the transport. */
  left: Milliseconds;
  /** The client has told the application that it is over. */
  over: Milliseconds;
}

/** Wakes once; `note` is called with the name of each point as it is reached, but `arrived`. Resolves when it is over. */
export type Subject = (link: DelayedLink, note: (point: keyof Wake) => void) => Promise<void>;

export const TOPIC_NAME = "building/7/floor/3/door/12a";
export const PAYLOAD = "A".repeat(42);

/** Lets `subject` wake once. */
export async function wakeOnce(link: DelayedLink, subject: Subject): Promise<Wake> {
  const wake: Wake = { arrived: Number.NaN, acknowledged: Number.NaN, left: Number.NaN, over: Number.NaN };
  const start = performance.now();
  link.onPacket = (command, at) => {
    if (command === "publish") wake.arrived = at - start;
  };
  await subject(link, (point) => {
    wake[point] = performance.now() - start;
  });
  // The broker's end is half a round trip later: the next one begins in silence.
  while (link.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const [point, time] of Object.entries(wake)) {
    if (Number.isNaN(time)) throw new Error(`a device has woken in vain: "${point}" was not reached`);
  }
  return wake;
}
