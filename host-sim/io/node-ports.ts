/** The ports of a client on Node, ready to use. */

import type { ClientPorts } from "../../src/mqtt/client.js";
import type { ClientObserver } from "../../src/mqtt/event.js";
import { NodeClock } from "./node-clock.js";
import { NodeTimers } from "./node-timers.js";

import { NodeTransportProvider } from "./node-transport.js";

/** @param transport to be given when its streams are to be cut off some day */
export function nodePorts(
  observer: ClientObserver,
  transport: NodeTransportProvider = new NodeTransportProvider(),
): ClientPorts {
  return { transport, clock: new NodeClock(), timers: new NodeTimers(), random: Math.random, observer };
}
