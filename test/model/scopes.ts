/** What is explored: several small worlds rather than one large one, so that each can be gone through to the end. */

import { ModelDevice, ModelFlash } from "./device.js";
import { acknowledgement, identifierOf } from "./packets.js";
import type { Scope } from "./world.js";

/** Bytes of a block of flash: room for three messages of the model, beside what the store keeps free. */
const BLOCK_LENGTH = 1024;

const NONE: Scope = {
  name: "",
  publish1: 0,
  publish2: 0,
  arrive1: 0,
  arrive2: 0,
  drops: 0,
  losses: 0,
  crashes: 0,
  window: 2,
  lastIdentifier: 3,
  method: "route-at-publish",
  blockLength: 0,
  keeps: true,
};

const FLASH = { blockLength: BLOCK_LENGTH, crashes: 1 } as const;

export const SCOPES: readonly Scope[] = Object.freeze([
  {
    ...NONE,
    name: "both directions, two losses of the connection",
    publish1: 1,
    publish2: 1,
    arrive2: 1,
    drops: 2,
  },
  {
    ...NONE,
    name: "QoS 2 to the server, routed at PUBREL",
    publish2: 3,
    drops: 2,
    method: "route-at-pubrel",
  },
  { ...NONE, name: "QoS 2 from the server", arrive2: 2, arrive1: 1, drops: 2 },
  { ...NONE, name: "QoS 2 from the server, a session lost", arrive2: 3, drops: 2, losses: 1 },
  { ...NONE, name: "a window of one", publish1: 2, publish2: 2, drops: 2, window: 1 },
  { ...NONE, name: "order, with a session lost", publish1: 2, publish2: 3, drops: 2, losses: 1, window: 3 },
  {
    ...NONE,
    name: "both directions, a session lost",
    publish1: 1,
    publish2: 1,
    arrive2: 1,
    drops: 2,
    losses: 1,
  },
  {
    ...NONE,
    name: "both directions, a session lost, routed at PUBREL",
    publish1: 1,
    publish2: 1,
    arrive2: 1,
    drops: 2,
    losses: 1,
    method: "route-at-pubrel",
  },
  {
    ...NONE,
    ...FLASH,
    name: "power fails, QoS 2 to the server",
    publish2: 3,
    lastIdentifier: 2,
    drops: 1,
    method: "route-at-pubrel",
  },
  { ...NONE, ...FLASH, name: "power fails twice, QoS 2 from the server", arrive2: 2, drops: 1, crashes: 2 },
  {
    ...NONE,
    ...FLASH,
    name: "power fails, QoS 2 from the server, a session lost",
    arrive2: 3,
    drops: 1,
    losses: 1,
  },
  {
    ...NONE,
    ...FLASH,
    name: "power fails twice, both directions, a session lost",
    publish1: 1,
    publish2: 1,
    arrive2: 1,
    drops: 1,
    losses: 1,
    crashes: 2,
  },
  {
    ...NONE,
    ...FLASH,
    name: "power fails, messages stored when they are sent",
    publish1: 1,
    publish2: 2,
    drops: 1,
    keeps: false,
    lastIdentifier: 2,
    method: "route-at-pubrel",
  },
  {
    ...NONE,
    ...FLASH,
    name: "power fails twice, around a rewriting of the journal",
    publish1: 1,
    publish2: 2,
    arrive2: 1,
    drops: 1,
    crashes: 2,
    contents: almostFull(),
  },
  {
    ...NONE,
    name: "before CONNACK, both directions",
    publish1: 1,
    publish2: 2,
    arrive2: 1,
    drops: 2,
    lastIdentifier: 2,
    isEarly: true,
  },
  {
    ...NONE,
    name: "before CONNACK, a session lost, routed at PUBREL",
    publish1: 1,
    publish2: 3,
    drops: 2,
    losses: 1,
    method: "route-at-pubrel",
    isEarly: true,
  },
  {
    ...NONE,
    name: "before CONNACK, refused at first and again, a session lost",
    publish1: 1,
    publish2: 2,
    drops: 2,
    losses: 1,
    isEarly: true,
    refused: [0, 2],
  },
  {
    ...NONE,
    ...FLASH,
    name: "before CONNACK, power fails, a session lost",
    publish1: 1,
    publish2: 2,
    arrive2: 1,
    drops: 1,
    losses: 1,
    isEarly: true,
  },
  {
    ...NONE,
    ...FLASH,
    name: "before CONNACK, power fails twice, refused at first and again",
    publish1: 1,
    publish2: 2,
    drops: 1,
    crashes: 2,
    isEarly: true,
    refused: [0, 2],
  },
  {
    ...NONE,
    ...FLASH,
    name: "power fails, more in flight than can be stored",
    publish1: 0,
    publish2: 5,
    drops: 1,
    window: 4,
    lastIdentifier: 0,
  },
]);

/** Flash of a device that has sent so much that the next few records make the journal start anew. */
function almostFull(): Uint8Array {
  const flash = new ModelFlash(BLOCK_LENGTH, 2);
  const device = new ModelDevice(1, flash);
  device.connect();
  const accept = Uint8Array.of(0x20, 2, 0, 0);
  device.receive(accept, ignore);
  while (flash.end % BLOCK_LENGTH < BLOCK_LENGTH - 70) {
    if (!device.publish(1, 1, true).isStored) throw new Error("nothing was stored");
    const sent = device.transmit();
    if (sent === undefined) throw new Error("nothing was sent");
    device.receive(acknowledgement("PUBACK", identifierOf(sent)), ignore);
  }
  return flash.bytes;
}

function ignore(): void {
  // Only what is left in the flash counts.
}
