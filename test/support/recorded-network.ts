/** A virtual network on which everything that happens at both ends of every link is written down. */

import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import type { VirtualLink } from "../../host-sim/virtual/virtual-link.js";
import { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { LinkConditions } from "../../host-sim/virtual/virtual-pipe.js";
import { RecordingHandler } from "./recording-handler.js";

/** Where its server listens. */
export const BROKER = { host: "broker", port: 1883 };

/** `open` starts a connection, `openFully` lets it come about. */
export function createRecordedNetwork(conditions: Partial<LinkConditions> = {}) {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, conditions);
  const accepted: { link: VirtualLink; handler: RecordingHandler }[] = [];
  const accept = (link: VirtualLink) => {
    const handler = new RecordingHandler();
    handler.transport = link.server;
    accepted.push({ link, handler });
    return handler;
  };
  network.listen(BROKER.host, BROKER.port, accept);
  const provider = network.provider("sensor");
  const open = (endpoint = BROKER, through = provider) => {
    const handler = new RecordingHandler();
    const transport = through.open(endpoint, handler);
    handler.transport = transport;
    return { handler, transport };
  };
  const openFully = () => {
    const device = open();
    clock.runUntil(() => device.handler.opened, 60_000);
    const server = accepted.at(-1);
    if (server === undefined) {
      throw new Error("not accepted");
    }
    return { ...device, link: server.link, server: server.handler };
  };
  return { clock, network, provider, accepted, accept, open, openFully };
}
