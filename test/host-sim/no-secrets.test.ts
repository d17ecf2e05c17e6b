/** Whatever happens on the way to a server, no secret of the config is printed or published. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../host-sim/process/free-port.js";
import { makeAuthority } from "../support/authority.js";
import { Cli, reedSim } from "../support/cli.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mutualTlsListener, pskListener, tlsListener } from "../support/mosquitto-tls.js";
import { HEX_KEY, overheard, PASSWORD, takeLeaks } from "../support/no-secrets.js";

const authority = makeAuthority();
afterAll(() => authority.dispose());

const KEY = readFileSync(authority.good.keyFile, "utf8");

/** A config file with these keys in `mqtt`, full of secrets. */
function configFile(mqtt: object): string {
  const folder = mkdtempSync(join(tmpdir(), "reed-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "device.json");
  writeFileSync(
    file,
    JSON.stringify({
      device: { id: "front" },
      app: "door-sensor",
      mqtt: { enable: true, reconnect_timeout_min: 0.2, reconnect_timeout_max: 0.2, ...mqtt },
      wifi: { sta: { ssid: "home", pass: `${PASSWORD}-wifi` } },
    }),
  );
  return file;
}

/** All that a device says with this config: as lines, as JSON, and from `config check`. */
async function sayings(mqtt: object): Promise<string> {
  const file = configFile(mqtt);
  const act = ["--do", "100ms open, 700ms exit"];
  const runs = await Promise.all([
    reedSim(["run", "--config", file, ...act]),
    reedSim(["run", "--config", file, ...act, "--json"]),
    reedSim(["config", "check", file]),
  ]);
  return runs.map(({ stdout, stderr }) => stdout + stderr).join("\n");
}

describe("secrets are not printed", () => {
  test("when user and password are accepted, nor published", async () => {
    const { port } = await startMosquitto({ users: { ann: PASSWORD } });
    const login = ["-h", "127.0.0.1", "-p", String(port), "-u", "ann", "-P", PASSWORD];
    const sub = new Cli(["sub", ...login, "-t", "#", "-v", "-d"]);
    const output = await sayings({ server: `mqtt://ann:${PASSWORD}@127.0.0.1:${port}` });
    expect(output).toContain("ready");
    await sub.prints("front/status/connection");
    sub.signal("SIGTERM");
    expect((await sub.result()).stdout).toContain("ready");
  });

  test("when user and password are refused", async () => {
    const { port } = await startMosquitto({ users: { ann: "another" } });
    const output = await sayings({ server: `127.0.0.1:${port}`, user: "ann", pass: PASSWORD });
    expect(output).toContain("check mqtt.user");
  });

  test("when a pre-shared key is accepted, wrong or unknown", async () => {
    const { port } = await startMosquitto(pskListener({ front: HEX_KEY, other: "00ff" }));
    const server = `127.0.0.1:${port}`;
    const good = await sayings({ server, ssl_psk_identity: "front", ssl_psk_key: HEX_KEY });
    expect(good).toContain("ready");
    for (const identity of ["other", "nobody"]) {
      const output = await sayings({ server, ssl_psk_identity: identity, ssl_psk_key: HEX_KEY });
      expect(output).toMatch(/check mqtt\.ssl_psk_/);
    }
  });

  test("when a private key in the config itself is good, and when it is not the certificate's", async () => {
    const [client] = authority.clients;
    if (client === undefined) throw new Error("there are no client certificates");
    const { port } = await startMosquitto(mutualTlsListener(authority.good, authority.clientCaFile));
    const mqtt = {
      server: `127.0.0.1:${port}`,
      ssl_ca_cert: authority.good.caFile,
      ssl_cert: client.certFile,
    };
    const output = await sayings({ ...mqtt, ssl_key: KEY });
    expect(output).toContain("check mqtt.ssl_key");
    await sayings({ ...mqtt, ssl_key: readFileSync(client.keyFile).toString("latin1") });
  });

  test("when the server is not to be trusted", async () => {
    const { port } = await startMosquitto(tlsListener(authority.good));
    const output = await sayings({
      server: `mqtts://ann:${PASSWORD}@127.0.0.1:${port}`,
      ssl_ca_cert: authority.clientCaFile,
    });
    expect(output).toContain("check mqtt.ssl_ca_cert");
  });

  test("when a proxy cannot be reached", async () => {
    const port = await freePort();
    const output = await sayings({
      server: "broker.example.com",
      proxy: `socks5://ann:${PASSWORD}@127.0.0.1:${port}`,
    });
    expect(output).toContain("cannot reach mqtt");
  });

  test("when a WebSocket with a token in its URI is refused", async () => {
    const http = createServer((_request, response) => response.writeHead(403).end(PASSWORD));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void http.close());
    const { port } = http.address() as AddressInfo;
    const output = await sayings({ server: `ws://127.0.0.1:${port}/mqtt?token=${PASSWORD}` });
    expect(output).toContain("cannot reach mqtt");
  });
});

test("the ear hears: what is printed with a secret in it is found", () => {
  overheard(`password is ${PASSWORD}`);
  expect(takeLeaks()).toEqual([`${PASSWORD} in: password is ${PASSWORD}`]);
});
