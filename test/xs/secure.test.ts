/** Secure connections on XS against a real mosquitto: TLS, mutual TLS, pre-shared keys and WebSocket, done in the worker. */

import { afterAll, expect, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import { TransportError } from "../../src/mqtt/errors.js";
import { makeAuthority } from "../support/authority.js";
import { Cli } from "../support/cli.js";
import type { Mosquitto, MosquittoOptions } from "../support/mosquitto.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub, mosquittoSub } from "../support/mosquitto-clients.js";
import type { Settings } from "./support/client-message.js";
import { ClientOnXs } from "./support/client-on-xs.js";
import { describeOnXs } from "./support/engine-there.js";

const PSK = "0123456789abcdef0123456789abcdef";

/** A broker with `lines` on its first port, and a plain port for everybody else. */
async function startBroker(
  lines: readonly string[],
  more: MosquittoOptions = {},
): Promise<{ broker: Mosquitto; plainPort: number }> {
  const plainPort = await freePort();
  const config = [...lines, `listener ${plainPort} 127.0.0.1`];
  return { broker: await startMosquitto({ ...more, config }), plainPort };
}

await describeOnXs("a secure connection on XS", () => {
  const authority = makeAuthority();
  afterAll(() => authority.dispose());
  const { good } = authority;
  const rsa = authority.cases.find(({ name }) => name === "RSA, with an intermediate") as typeof good;
  const clientOf = (type: "rsa" | "ec") =>
    authority.clients.find((one) => one.type === type && !one.encrypted) as (typeof authority.clients)[0];

  const tls = ({ certFile, keyFile }: typeof good): string[] => [
    `certfile ${certFile}`,
    `keyfile ${keyFile}`,
  ];
  const mutual = [...tls(good), `cafile ${authority.clientCaFile}`, "require_certificate true"];
  const credentials = (type: "rsa" | "ec"): Settings => {
    const { certFile, keyFile } = clientOf(type);
    return { ssl_ca_cert: good.caFile, ssl_cert: certFile, ssl_key: keyFile };
  };
  const psk = ["use_identity_as_username true", "psk_file $DIR/psk", "psk_hint reed"];
  const pskFiles = { files: { psk: `door:${PSK}\n` } };
  const identity = { ssl_psk_identity: "door", ssl_psk_key: PSK };

  interface Way {
    readonly name: string;
    readonly lines: readonly string[];
    readonly more?: MosquittoOptions;
    readonly scheme: string;
    readonly settings: Settings;
  }
  const ways: readonly Way[] = [
    {
      name: "TLS with an EC certificate",
      lines: tls(good),
      scheme: "mqtts",
      settings: { ssl_ca_cert: good.caFile },
    },
    {
      name: "TLS with an RSA certificate",
      lines: tls(rsa),
      scheme: "mqtts",
      settings: { ssl_ca_cert: rsa.caFile },
    },
    { name: "mutual TLS with an EC key", lines: mutual, scheme: "mqtts", settings: credentials("ec") },
    { name: "mutual TLS with an RSA key", lines: mutual, scheme: "mqtts", settings: credentials("rsa") },
    { name: "TLS with a pre-shared key", lines: psk, more: pskFiles, scheme: "mqtts", settings: identity },
    {
      name: "TLS with a pre-shared key and AES-128-CBC",
      lines: [...psk, "ciphers PSK-AES128-CBC-SHA256"],
      more: pskFiles,
      scheme: "mqtts",
      settings: identity,
    },
    { name: "WebSocket", lines: ["protocol websockets"], scheme: "ws", settings: {} },
    {
      name: "WebSocket over TLS",
      lines: ["protocol websockets", ...tls(good)],
      scheme: "wss",
      settings: { ssl_ca_cert: good.caFile },
    },
  ];

  const named = ways.map((way) => [way.name, way] as const);
  test.each(named)("%s carries messages both ways, over a restart too", async (_name, way) => {
    const { lines, more, scheme, settings } = way;
    const { broker, plainPort: port } = await startBroker(lines, more);
    const sub = await mosquittoSub({ port, topics: "out", qos: 1 });
    const server = `${scheme}://localhost:${broker.port}`;
    const client = await ClientOnXs.connect({ ...settings, server });
    client.subscribe("in", 1);
    await client.reaches(1, "subscribed");
    client.publish("out", "ü😀", 1);
    await sub.take(1);
    const long = "x".repeat(3072);
    for (const message of ["short", long, "last"]) await mosquittoPub({ port, topic: "in", message, qos: 1 });
    await client.settles({ received: ["in: 1: short", `in: 1: ${long}`, "in: 1: last"] });
    for (let i = 0; i < 5; i += 1) client.publish("out", `${i}${"y".repeat(2000)}`, 1);
    await sub.take(6);
    expect(sub.texts[0]).toBe("ü😀");
    expect(sub.texts.slice(1)).toEqual([0, 1, 2, 3, 4].map((i) => `${i}${"y".repeat(2000)}`));
    await broker.restart();
    await client.reaches(2, "connected");
    await client.settles({ outcomes: Array(6).fill("acknowledged") });
  });

  test("a server that is not to be trusted hears nothing, and the cause says which key to look at", async () => {
    const other = authority.cases.find(({ expected }) => expected === "certificate-unknown-authority");
    const { broker } = await startBroker(tls(good));
    const server = `mqtts://localhost:${broker.port}`;
    const client = await ClientOnXs.start({ server, ssl_ca_cert: other?.caFile as string });
    await client.reaches(1, "disconnected");
    const event = client.events.find(({ type }) => type === "disconnected");
    expect(event).toMatchObject({
      reason: "network",
      cause: { stage: "tls", code: "certificate-unknown-authority", key: "ssl_ca_cert" },
    });
    expect((event as { cause?: unknown }).cause).toBeInstanceOf(TransportError);
    expect(broker.log).not.toContain("CONNECT");
  });

  test("a wrong pre-shared key is told", async () => {
    const { broker } = await startBroker(psk, pskFiles);
    const server = `mqtts://localhost:${broker.port}`;
    const client = await ClientOnXs.start({ ...identity, server, ssl_psk_key: PSK.replace("0", "1") });
    await client.reaches(1, "disconnected");
    const event = client.events.find(({ type }) => type === "disconnected");
    expect(event).toMatchObject({ cause: { stage: "tls", key: "ssl_psk_key" } });
  });

  test("reed-sim run --engine xs: a door sensor over mutual TLS says hello and goodbye", async () => {
    const { broker, plainPort: port } = await startBroker(mutual);
    const sub = await mosquittoSub({ port, topics: "front/status", qos: 1 });
    const config = { server: `mqtts://localhost:${broker.port}`, ...credentials("ec") };
    const settings = Object.entries(config).flatMap(([key, value]) => ["--set", `mqtt.${key}=${value}`]);
    const list = ["--do", "1500ms exit", "--engine", "xs"];
    const run = new Cli(["run", "--app", "door-sensor", "--set", "device.id=front", ...settings, ...list]);
    const { status, stdout } = await run.result();
    expect(stdout).toMatch(/tcp .*tls .*connack/);
    expect(status).toBe(0);
    await sub.take(2);
    expect(sub.texts).toEqual(["online", "offline"]);
  });
});
