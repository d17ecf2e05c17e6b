/** A simulated device as the command line handles it, whichever engine runs its firmware; and the one on Node. */

import type { Log } from "../../firmware/apps/io.js";
import type { Config } from "../../src/config/schema.js";
import type { Flash } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import type { DeviceListener } from "../device/simulated-device.js";
import { SimulatedDevice } from "../device/simulated-device.js";

/** What a run took of XS. */
export interface Meter {
  readonly engine: "xs";
  /** Units of XS's own meter, the same for the same work on every machine; most of them go into relaying the ports. */
  readonly compute: number;
  /** In use when the device was told to end, above the loaded code, garbage collected; a device has 16 bytes each. */
  readonly slots: number;
  /** Likewise: strings, buffers and arrays, in bytes as on a 32-bit device. */
  readonly chunkBytes: number;
  /** Both together, in bytes. */
  readonly heapBytes: number;
}

/** Called once the device has ended. */
export type OnEnded = (undelivered: number, meter?: Meter) => void;

export interface RunningDevice {
  readonly id: string;
  /** Connects, and stays connected. */
  start(): void;
  /** Says `offline`, disconnects and ends. */
  stop(onEnded: OnEnded): void;
  /** Cuts its power: no DISCONNECT. */
  crash(onEnded: OnEnded): void;
  /** Opens or closes the door that the reed switch is on. */
  setDoor(state: "open" | "closed"): void;
  /** Presses a key of the alarm's own panel; returns false when the device is no alarm. */
  pressPanel(command: "arm" | "disarm"): boolean;
}

/** Throws as `Device` does. */
export function runOnNode(
  config: Config,
  log: Log,
  listener: DeviceListener,
  files: FileStore,
  flash?: Flash,
): RunningDevice {
  const simulated = new SimulatedDevice(config, log, listener, files, flash);
  const { device } = simulated;
  return {
    id: device.id,
    start: () => device.start(),
    stop: (onEnded) => device.stop(() => onEnded(device.client.pending)),
    crash(onEnded) {
      simulated.crash();
      onEnded(device.client.pending);
    },
    setDoor: (state) => simulated.setDoor(state),
    pressPanel: (command) => simulated.pressPanel(command),
  };
}
