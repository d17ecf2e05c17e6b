/** A transport with a layer in it keeps the same contract as one without, over real sockets. */

import { NodeTimers } from "../../../host-sim/io/node-timers.js";
import type { Endpoint, Transport, TransportHandler } from "../../../src/mqtt/ports.js";
import { LayerTransport } from "../../../src/transport/layer-transport.js";
import type { RecordingLayerOptions } from "../../support/recording-layer.js";
import { RecordingLayer } from "../../support/recording-layer.js";
import { createTcpWorld } from "../../support/tcp-world.js";
import type { TransportWorld } from "../../support/transport-contract.js";
import { describeTransport } from "../../support/transport-contract.js";

const KIBIBYTE = 1_024;

describeTransport("a layer", () => createLayeredWorld({ capacity: 4 * KIBIBYTE }));
describeTransport("a layer that is gone round", () => createLayeredWorld({ capacity: 0, transparent: true }));
describeTransport("a layer on a layer", () => createLayeredWorld({ capacity: 3_000 }, { capacity: 5_000 }));

/** Layers from the lowest on. */
async function createLayeredWorld(...layers: readonly RecordingLayerOptions[]): Promise<TransportWorld> {
  const world = await createTcpWorld();
  const timers = new NodeTimers();
  const { provider } = world;
  const open = (endpoint: Endpoint, handler: TransportHandler): Transport => {
    let opener = (above: TransportHandler): Transport => provider.open(endpoint, above);
    for (const options of layers) {
      const below = opener;
      opener = (above) => new LayerTransport(new RecordingLayer(options), below, timers, above);
    }
    return opener(handler);
  };
  return {
    ...world,
    provider: {
      open,
      drop: (cause) => provider.drop(cause),
      destroyAll: () => provider.destroyAll(),
    },
  };
}
