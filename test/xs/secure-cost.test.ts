/** What secure connections cost on XS: computing beside the primitives of cryptography, and memory while they are idle. */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { createServer as createPlainServer } from "node:net";
import type { TlsOptions } from "node:tls";
import { createServer } from "node:tls";
import { afterAll, expect, onTestFinished, test } from "vitest";
import type { HeapFigures } from "../../host-sim/xs/heap-snapshot.js";
import { heapBytes, heapGrowth } from "../../host-sim/xs/heap-snapshot.js";
import { makeAuthority } from "../support/authority.js";
import { startMosquitto } from "../support/mosquitto.js";
import type { Settings } from "./support/client-message.js";
import { ClientOnXs } from "./support/client-on-xs.js";
import { describeOnXs } from "./support/engine-there.js";
import type { HandshakeCost } from "./support/handshake.js";
import { handshakeCost } from "./support/handshake.js";

const PSK = "0123456789abcdef0123456789abcdef";

/** Sends back what it gets; its port. */
async function startEcho(options?: TlsOptions): Promise<number> {
  const server: Server =
    options === undefined
      ? createPlainServer((socket) => socket.pipe(socket))
      : createServer({ ...options, maxVersion: "TLSv1.2" }, (socket) => socket.pipe(socket));
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
  const costWith = async (settings: Settings, options?: TlsOptions): Promise<HandshakeCost> => {
    const scheme = options === undefined ? "mqtt" : "mqtts";
    return await handshakeCost({ server: `${scheme}://localhost:${await startEcho(options)}`, ...settings });
  };

  test("without any layer next to nothing is computed: what is measured is the rest", async () => {
    const cost = await costWith({});
    console.log("plain", cost);
  });

  test("a handshake with a pre-shared key", async () => {
    const pskCallback = () => Buffer.from(PSK, "hex");
    const settings = { ssl_psk_identity: "door", ssl_psk_key: PSK };
    const cost = await costWith(settings, { pskCallback, ciphers: "PSK" });
    console.log("psk", cost);
  });

  test.each(["EC, with an intermediate", "RSA, with an intermediate"])(
    "a handshake with certificates: %s",
    async (name) => {
      const { caFile, ...served } = chainOf(name);
      const host = { server: "" };
      const cost = await costWith({ ssl_ca_cert: caFile }, served);
      console.log(name, cost, host);
    },
  );

  test("idle", async () => {
    const good = authority.good;
    const tls = [`certfile ${good.certFile}`, `keyfile ${good.keyFile}`];
    const weighWith = async (
      scheme: string,
      lines: readonly string[],
      settings: Settings,
      files = {},
    ): Promise<HeapFigures> => {
      const { port } = await startMosquitto({ config: lines, files });
      const client = await ClientOnXs.connect({ server: `${scheme}://localhost:${port}`, ...settings });
      client.publish("a", "b", 1);
      await client.settles({ outcomes: ["acknowledged"] });
      return await client.weigh();
    };
    const plain = await weighWith("mqtt", [], {});
    const rows = {
      psk: await weighWith(
        "mqtts",
        ["psk_file $DIR/psk", "psk_hint reed"],
        { ssl_psk_identity: "door", ssl_psk_key: PSK },
        { psk: `door:${PSK}\n` },
      ),
      tls: await weighWith("mqtts", tls, { ssl_ca_cert: good.caFile }),
      ws: await weighWith("ws", ["protocol websockets"], {}),
      wss: await weighWith("wss", ["protocol websockets", ...tls], { ssl_ca_cert: good.caFile }),
    };
    console.log("plain", plain, heapBytes(plain));
    for (const [name, row] of Object.entries(rows))
      console.log(name, heapGrowth(plain, row), heapBytes(heapGrowth(plain, row)));
  });
});
