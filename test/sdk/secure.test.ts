/**
 * The firmware on the SDK's own engine, over Reed's own TLS with the SDK's primitives, against mosquitto with OpenSSL:
 * certificates from the device's file store and from the resources in its flash.
 */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PartialConfig } from "../../src/config/schema.js";
import type { Authority } from "../support/authority.js";
import { makeAuthority } from "../support/authority.js";
import type { Mosquitto } from "../support/mosquitto.js";
import { startMosquitto } from "../support/mosquitto.js";
import {
  BUILD_TIMEOUT,
  buildForLinux,
  MODDABLE,
  manifestWith,
  needsSdk,
  ownWarnings,
  temporaryFolder,
} from "./support/sdk.js";
import type { Simulator } from "./support/simulator.js";
import { startSimulator } from "./support/simulator.js";

const LIMIT = { timeout: 30_000 };
/** Longer than what the store takes. */
const CLIENT_CERTIFICATE = "client-certificate.pem";

function expectLog(simulator: Simulator, line: string | RegExp) {
  const expected = typeof line === "string" ? line : expect.stringMatching(line);
  return expect.poll(() => simulator.log, LIMIT).toContainEqual(expected);
}

describe.skipIf(MODDABLE === undefined)(needsSdk("secure connections in the Linux simulator"), () => {
  let authority: Authority;

  beforeAll(() => {
    authority = makeAuthority();
  });

  afterAll(() => authority?.dispose());

  function config({ port }: Mosquitto, keys: PartialConfig["mqtt"]): string {
    return JSON.stringify({
      device: { id: "front" },
      app: "door-sensor",
      sntp: { server: "" },
      mqtt: { enable: true, server: `127.0.0.1:${port}`, ...keys },
    });
  }

  test(
    "certificates are found in the store first, then in the resources, or missed in the log",
    async () => {
      const { clients, clientCaFile, good } = authority;
      const client = clients.find(({ type, encrypted }) => type === "rsa" && !encrypted);
      const broker = await startMosquitto({
        config: [
          `certfile ${good.certFile}`,
          `keyfile ${good.keyFile}`,
          `cafile ${clientCaFile}`,
          "require_certificate true",
        ],
      });
      const folder = temporaryFolder();
      const manifest = manifestWith(folder, {
        // In the store there is the right one.
        "ca.pem": clientCaFile,
        [CLIENT_CERTIFICATE]: client?.certFile ?? "",
        "key.pem": client?.keyFile ?? "",
      });
      const start = async (keys: PartialConfig["mqtt"], files: Readonly<Record<string, string>>) => {
        const device = config(broker, keys);
        const settings = [`folder=${folder}`, `device=${device}`, `files=${JSON.stringify(files)}`];
        const build = buildForLinux(folder, settings, manifest);
        expect(ownWarnings(build)).toEqual([]);
        return startSimulator(build.app, folder);
      };
      const keys = { ssl_ca_cert: "ca.pem", ssl_cert: CLIENT_CERTIFICATE, ssl_key: "key.pem" };
      const first = await start(keys, { "ca.pem": readFileSync(good.caFile, "utf8") });
      await expectLog(first, "connected to mqtt");
      expect(first.log[0]).toBe("files: those of this build were stored");
      expect(broker.log).toMatch(/New client connected from \S+ as front/);
      await first.kill();

      const second = await start({ ...keys, ssl_ca_cert: "absent.pem" }, {});
      await expectLog(second, /there is no file .*absent\.pem.* for ssl_ca_cert/);
      await second.kill();
    },
    2 * BUILD_TIMEOUT,
  );

  test(
    "a server of another authority hears nothing, and one with the same pre-shared key is trusted",
    async () => {
      const { clientCaFile, good } = authority;
      const stranger = await startMosquitto({
        config: [`certfile ${good.certFile}`, `keyfile ${good.keyFile}`],
      });
      const folder = temporaryFolder();
      const start = async (broker: Mosquitto, keys: PartialConfig["mqtt"]) => {
        const build = buildForLinux(folder, [`folder=${folder}`, `device=${config(broker, keys)}`]);
        return startSimulator(build.app, folder);
      };
      const first = await start(stranger, { ssl_ca_cert: readFileSync(clientCaFile, "utf8") });
      await expectLog(first, /cannot reach mqtt|mqtt: .*ssl_ca_cert/);
      expect(first.log).not.toContain("connected to mqtt");
      expect(stranger.log).not.toContain("New client connected");
      await first.kill();

      const pskKey = "00112233445566778899aabbccddeeff";
      const friend = await startMosquitto({
        config: ["psk_hint reed", "psk_file $DIR/psk"],
        files: { psk: `front:${pskKey}\n` },
      });
      const second = await start(friend, { ssl_psk_identity: "front", ssl_psk_key: pskKey });
      await expectLog(second, "connected to mqtt");
    },
    2 * BUILD_TIMEOUT,
  );
});
