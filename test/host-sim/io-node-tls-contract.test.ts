/** TLS by Node keeps the common contract of transports, also when there are many. */

import { afterAll, expect, test } from "vitest";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import { makeAuthority } from "../support/authority.js";
import { RecordingHandler } from "../support/recording-handler.js";
import { createTlsWorld, presenting, startTlsServer, TlsProvider } from "../support/tls-world.js";
import { describeTransport } from "../support/transport-contract.js";

const authority = makeAuthority();
const { good } = authority;
afterAll(() => authority.dispose());

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  describeTransport(`${version} by Node`, () => createTlsWorld(good, version));
}

test("a hundred streams open and close side by side, and leave nothing behind", async () => {
  let sockets = 0;
  const port = await startTlsServer(presenting(good), (socket) => {
    sockets += 1;
    socket.pipe(socket);
    socket.on("close", () => {
      sockets -= 1;
    });
  });
  const below = new NodeTransportProvider();
  const provider = new TlsProvider(below);
  const handlers = Array.from({ length: 100 }, () => new RecordingHandler());
  for (const [index, handler] of handlers.entries()) {
    const transport = provider.open(
      { host: "127.0.0.1", port, tls: { caCertificates: good.caFile } },
      handler,
    );
    handler.transport = transport;
    handler.onRoom = () => {
      handler.onRoom = undefined;
      transport.write(new Uint8Array(5_000).fill(index));
    };
    handler.onBytes = () => {
      if (handler.receivedByteLength === 5_000) transport.close();
    };
  }
  await expect.poll(() => below.streamCount, { timeout: 10_000 }).toBe(0);
  await expect.poll(() => sockets, { timeout: 10_000 }).toBe(0);
  for (const [index, { received, ended }] of handlers.entries()) {
    expect([received.byteLength, received.every((byte) => byte === index), ended]).toEqual([
      5_000,
      true,
      false,
    ]);
  }
});
