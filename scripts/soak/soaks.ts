/** The two soaks with the brokers they are checked against: the tests' own in virtual time, and mosquitto. */

import { runRealSoak } from "../../host-sim/soak/real-soak.js";
import type { SoakReport } from "../../host-sim/soak/report.js";
import { runVirtualSoak } from "../../host-sim/soak/virtual-soak.js";
import { MemoryFlash } from "../../test/support/memory-flash.js";
import { MiniBroker } from "../../test/support/mini-broker.js";
import { startMosquitto } from "../../test/support/mosquitto.js";
import { MosquittoWitness } from "./mosquitto-witness.js";

/** As an ESP32 has. */
const BLOCK_LENGTH = 4096;
const BLOCK_COUNT = 16;

export function virtualSoak(hours: number, events: number, seed: number): SoakReport {
  return runVirtualSoak({
    hours,
    events,
    seed,
    createBroker: (network) => new MiniBroker(network),
    flash: new MemoryFlash(BLOCK_LENGTH, BLOCK_COUNT),
  });
}

export async function realSoak(minutes: number, seed: number): Promise<SoakReport> {
  // All that waits for the alarm fits into the window: with less, mosquitto 2.0.11 is not exact when it is restarted.
  const config = ["max_queued_messages 0", "max_inflight_messages 1000"];
  const server = await startMosquitto({ persistence: true, config });
  try {
    return await runRealSoak({
      duration: minutes * 60_000,
      seed,
      server,
      witness: new MosquittoWitness(server),
    });
  } finally {
    await server.dispose();
  }
}
