/** The program of a device's config store in the worker, over the storage of its host. */

import type { GuestProgram } from "../../../host-sim/xs/guest/world.js";
import { GuestWorld, runProgram } from "../../../host-sim/xs/guest/world.js";
import { ConfigStore } from "../../../src/config/config-store.js";

/** `text`: a config to be stored; without it, what is stored is asked for. */
export interface StoreCommand {
  readonly type: "replace" | "load" | "clear";
  readonly text?: string;
}

class StoreProgram implements GuestProgram<StoreCommand> {
  readonly #world: GuestWorld;

  constructor(world: GuestWorld) {
    this.#world = world;
  }

  /** Where the config comes from, and the device's name in it. */
  handle({ text, type }: StoreCommand): string {
    const { store } = this.#world;
    if (type === "clear") for (const key of store.keys()) store.delete(key);
    if (type === "replace") new ConfigStore(store).replace(text ?? "");
    const { config, origin } = new ConfigStore(store).load();
    return `${origin}: ${config.device.id}`;
  }
}

const world = new GuestWorld();
runProgram(world, new StoreProgram(world));
