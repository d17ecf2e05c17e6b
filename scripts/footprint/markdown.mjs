/** docs/footprint.md from what was measured. */

/** @typedef {import("../../host-sim/xs/heap-snapshot.js").HeapFigures} HeapFigures */

const SLOT = 16;
const BUDGET = 24 * 1024;
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** @param {import("../../host-sim/xs/footprint/measure.js").Footprint} footprint */
export function renderFootprint(footprint) {
  const { clientConnected, clientIdle, code, config, deviceConnected, deviceIdle, deviceSubscribed } =
    footprint;
  const { engine, messageArriving, messageHandled, queuedMessage, subscription } = footprint;
  const total = bytes(deviceSubscribed);
  const left = BUDGET - total;
  const verdict =
    left >= 0 ? `${number.format(left)} bytes are left` : `it is missed by ${number.format(-left)} bytes`;
  return `# Memory footprint

What the firmware takes of a device's RAM, measured on the XS engine from npm (\`@agoric/xsnap\` 0.15.0, XS 13) with
exactly the code that runs on the device. \`npm run footprint\` measures again and writes this page.

**Budget:** a connected door sensor with two subscriptions stays within ${number.format(BUDGET)} bytes (24 KB) of heap. It
takes **${number.format(total)} bytes**; ${verdict}.

## On the heap

Above an engine that has the code loaded. A slot is 16 bytes; chunks are strings, buffers and arrays.

${table([
  ["config (the whole effective config, frozen)", config],
  ["bare client, idle", clientIdle],
  ["bare client, connected", clientConnected],
  ["each further subscription", subscription],
  ["each further queued message (QoS 1, topic of 27 bytes, payload of 42)", queuedMessage],
  ["door sensor, idle (config included)", deviceIdle],
  ["door sensor, connected", deviceConnected],
  ["**door sensor, connected, two subscriptions**", deviceSubscribed],
  ["the same, all but the last byte of a 3 KB message received", messageArriving],
  ["the same, that message in its handler: the peak", messageHandled],
])}

So a 3 KB message takes ${number.format(Math.max(bytes(messageArriving), bytes(messageHandled)) - total)} bytes while it is there: it is held once, and the handler is given a view of it.

## In flash

${table([
  ["XS with its built-ins, before any code of ours", engine],
  ["all device modules, and the ports that are relayed to the host", code],
])}

Besides, the modules have ${number.format(code.codeBytes)} bytes of byte code. On a device all this lies in flash: the built-ins are part
of the firmware image, and our modules are preloaded, which links them into it. Without preload they would need
${number.format(bytes(code) + code.codeBytes)} bytes of RAM, which is why every module must be fit for it.

## How it is measured

- XS collects its garbage and writes a snapshot of its heap, which holds each live slot and each live chunk. The
  slots are counted, and the chunks added up (\`host-sim/xs/heap-snapshot.ts\`).
- The engine here has pointers of 64 bits. Figures are for 32 bits, as on the ESP32: a slot of 16 bytes instead of 32,
  a chunk's header of 8 instead of 16, and chunks that hold slots or pointers at half their size. Sizes of chunks are
  rounded up to 8 bytes, on the ESP32 to 4: the figures are slightly too high.
- A string constant that an object refers to is counted as a chunk, since code that is evaluated from source copies it;
  preloaded code refers to flash. Here too the figures are too high.
- Byte code of functions made at run time is left out for the same reason: on a device it stays in flash.
- The ports are relayed: their objects (streams, timers, pins) live in the measured heap, as those of the platform
  layer do on a device. The buffers of sockets and of TLS do not, neither here nor there: they are the system's.
- The world stands still: a server in memory that answers at once, one fixed time. So the figures are the same on every
  machine.
- What is alive at once is counted, not what is allocated. Between two collections garbage comes on top, and short-lived
  values inside a call are not seen: a device's heap needs room beyond these figures. So do the stack and the
  keys of XS, which have their own places in \`creation\`.

The tests compare with \`scripts/footprint-budget.json\`, and fail when a figure is more than 5 % above it, or over the
budget. A growth that is worth it is recorded by \`npm run footprint -- --record\`.
`;
}

/** @param {HeapFigures} figures */
function bytes({ slots, chunkBytes }) {
  return slots * SLOT + chunkBytes;
}

/** @param {[name: string, figures: HeapFigures][]} rows */
function table(rows) {
  const lines = rows.map(([name, figures]) => {
    const { chunkBytes, slots } = figures;
    const cells = [slots, slots * SLOT, chunkBytes, bytes(figures)].map((value) => number.format(value));
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  return [
    "| state | slots | slot bytes | chunk bytes | bytes in all |",
    "|---|---:|---:|---:|---:|",
    ...lines,
  ].join("\n");
}
