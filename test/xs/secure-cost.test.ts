/** What secure connections cost on XS: computing beside the primitives of cryptography, and memory while they are idle. */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createPlainServer } from "node:net";
import type { TlsOptions } from "node:tls";
import { createServer } from "node:tls";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import type { HeapFigures } from "../../host-sim/xs/heap-snapshot.js";
import { heapBytes, heapGrowth } from "../../host-sim/xs/heap-snapshot.js";
import type { ClientCredentials } from "../support/authority.js";
import { makeAuthority } from "../support/authority.js";
import { startMosquitto } from "../support/mosquitto.js";
import type { Settings } from "./support/client-message.js";
import { ClientOnXs } from "./support/client-on-xs.js";
import { describeOnXs } from "./support/engine-there.js";
import type { HandshakeCost } from "./support/handshake.js";
import { handshakeCost } from "./support/handshake.js";

const PSK = "0123456789abcdef0123456789abcdef";
const IDENTITY = { ssl_psk_identity: "door", ssl_psk_key: PSK };

function echo(socket: Socket): void {
  // The worker's end is cut off.
  socket.on("error", () => {});
  socket.pipe(socket);
}

/** Sends back what it gets; its port. */
async function startEcho(options?: TlsOptions): Promise<number> {
  const server: Server =
    options === undefined
      ? createPlainServer(echo)
      : createServer({ ...options, maxVersion: "TLSv1.2" }, echo);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

await describeOnXs("the cost of a secure connection on XS", () => {
  const authority = makeAuthority();
  afterAll(() => authority.dispose());
  const chainOf = (wanted: string) => {
    const { caFile, certFile, keyFile } =
      authority.cases.find(({ name }) => name === wanted) ?? authority.good;
    return { caFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  };
  const costWith = async (
    settings: Settings,
    options?: TlsOptions,
    by?: "host" | "worker",
  ): Promise<HandshakeCost> => {
    const scheme = options === undefined ? "mqtt" : "mqtts";
    const server = `${scheme}://localhost:${await startEcho(options)}`;
    return await handshakeCost({ server, ...settings }, by);
  };

  test("without any layer, next to nothing is computed: what is measured is the rest", async () => {
    const { calls, echo, opening } = await costWith({});
    expect(calls).toEqual({});
    expect(opening).toBeLessThan(3_000);
    expect(echo).toBeLessThan(3_000);
  });

  test("a handshake with a pre-shared key", async () => {
    const pskCallback = () => Buffer.from(PSK, "hex");
    const { calls, echo, opening } = await costWith(IDENTITY, { pskCallback, ciphers: "PSK" });
    expect(calls["verify ec"]).toBeUndefined();
    expect(opening).toBeLessThan(80_000);
    expect(echo).toBeLessThan(10_000);
  });

  test.each([
    ["ec", "EC, with an intermediate", 310_000],
    ["rsa", "RSA, with an intermediate", 430_000],
  ] as const)("a handshake with %s certificates: %s", async (type, name, limit) => {
    const { caFile, ...served } = chainOf(name);
    const { calls, echo, opening } = await costWith({ ssl_ca_cert: caFile }, served);
    // Two certificates, and the parameters of the key exchange.
    expect(calls[`verify ${type}`]).toBe(3);
    expect(opening).toBeLessThan(limit);
    expect(echo).toBeLessThan(10_000);
  });

  test.each(["EC, with an intermediate", "RSA, with an intermediate"])(
    "a handshake in which signatures and key agreement are computed in the worker too: %s",
    async (name) => {
      const { caFile, ...served } = chainOf(name);
      const options = {
        ...served,
        requestCert: true,
        rejectUnauthorized: true,
        ca: readFileSync(authority.clientCaFile),
      };
      for (const type of ["ec", "rsa"] as const) {
        const { certFile, keyFile } = authority.clients.find((one) => one.type === type) as ClientCredentials;
        const settings = { ssl_ca_cert: caFile, ssl_cert: certFile, ssl_key: keyFile };
        const { calls } = await costWith(settings, options, "worker");
        expect(calls[`sign ${type}`]).toBeGreaterThan(0);
      }
    },
  );

  const { caFile, certFile, keyFile } = authority.good;
  const tls = [`certfile ${certFile}`, `keyfile ${keyFile}`];
  const psk = ["psk_file $DIR/psk", "psk_hint reed"];

  /** A client that is connected through the first listener of a broker with `lines`, and has nothing to do. */
  const idleClient = async (scheme: string, lines: readonly string[], settings: Settings) => {
    // Mosquitto does not start with a listener for WebSocket alone.
    const config = [...lines, `listener ${await freePort()} 127.0.0.1`];
    const broker = await startMosquitto({ config, files: { psk: `door:${PSK}\n` } });
    const client = await ClientOnXs.connect({ server: `${scheme}://localhost:${broker.port}`, ...settings });
    client.publish("a", "b", 1);
    await client.settles({ outcomes: ["acknowledged"] });
    return { broker, client };
  };
  const weigh = async (...way: Parameters<typeof idleClient>): Promise<HeapFigures> =>
    await (await idleClient(...way)).client.weigh();

  test.each([
    ["TLS with a pre-shared key", 6_000, "mqtts", psk, IDENTITY],
    ["TLS with certificates", 9_500, "mqtts", tls, { ssl_ca_cert: caFile }],
    ["WebSocket", 7_000, "ws", ["protocol websockets"], {}],
    ["WebSocket over TLS", 16_000, "wss", ["protocol websockets", ...tls], { ssl_ca_cert: caFile }],
  ] as const)(
    "an idle connection over %s takes less than %i bytes more than one over TCP",
    async (_way, limit, scheme, lines, settings) => {
      const more = heapGrowth(await weigh("mqtt", [], {}), await weigh(scheme, lines, settings));
      expect(heapBytes(more), `${more.slots} slots, ${more.chunkBytes} bytes`).toBeLessThan(limit);
    },
  );

  test("connecting again leaves nothing behind", async () => {
    const { broker, client } = await idleClient("mqtts", tls, { ssl_ca_cert: caFile });
    await broker.restart();
    await client.reaches(2, "connected");
    const before = await client.weigh();
    for (const count of [3, 4, 5]) {
      await broker.restart();
      await client.reaches(count, "connected");
    }
    const more = heapGrowth(before, await client.weigh());
    expect(heapBytes(more), `${more.slots} slots, ${more.chunkBytes} bytes`).toBeLessThan(200);
  });
});
