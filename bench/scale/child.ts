/** A process of its own for each fleet, so that its memory is no other fleet's: prints what it has measured. */

import { Caches } from "./caches.js";
import { measureSocketFleet } from "./socket-fleet.js";
import { measureVirtualFleet } from "./virtual-fleet.js";

const [kind, devices, detail = ""] = process.argv.slice(2);
console.log(JSON.stringify(await measured(Number(devices))));
// Devices do not stop by themselves.
process.exit();

async function measured(count: number): Promise<unknown> {
  switch (kind) {
    case "sockets":
      return await measureSocketFleet(count, detail);
    case "virtual":
      return measureVirtualFleet(count);
    case "cold":
      return measureVirtualFleet(count, new Caches());
    default:
      throw new Error(`no fleet is ${kind}`);
  }
}
