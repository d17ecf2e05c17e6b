/** The ports of a client on Node, ready to use. */

import type { ClientPorts } from "../../src/mqtt/client.js";
import type { ClientObserver } from "../../src/mqtt/event.js";
import type { TransportProvider } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { FileFolder } from "./file-folder.js";
import { NodeClock } from "./node-clock.js";
import { nodeNetwork } from "./node-network.js";
import { nodeText } from "./node-text.js";
import { NodeTimers } from "./node-timers.js";
import { NodeTransportProvider } from "./node-transport.js";
import { sharedMemory } from "./shared-memory.js";

/**
 * @param network to be given when its streams are to be cut off some day
 * @param files where certificates and keys are that a config names; the working directory unless given
 */
export function nodePorts(
  observer: ClientObserver,
  network: TransportProvider = new NodeTransportProvider(),
  files: FileStore = new FileFolder("."),
): ClientPorts {
  const timers = new NodeTimers();
  const transport = nodeNetwork(network, files, timers);
  const clock = new NodeClock();
  return {
    transport,
    clock,
    timers,
    random: Math.random,
    text: nodeText,
    observer,
    shared: sharedMemory,
  };
}
