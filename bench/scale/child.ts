/** A process of its own for each fleet, so that its memory is no other fleet's: prints what it has measured. */

import { measureSocketFleet } from "./socket-fleet.js";
import { measureVirtualFleet } from "./virtual-fleet.js";

const [devices, server] = process.argv.slice(2);
const measured =
  server === undefined
    ? measureVirtualFleet(Number(devices))
    : await measureSocketFleet(Number(devices), server);
console.log(JSON.stringify(measured));
// Devices do not stop by themselves.
process.exit();
