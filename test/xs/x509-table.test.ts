/** The table of certificate chains on XS, with signatures computed by the host and in the worker itself. */

import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { StillServer, stillPorts } from "../../host-sim/xs/footprint/still-world.js";
import { LoadedProgram, XsHost } from "../../host-sim/xs/xs-host.js";
import { makeAuthority } from "../support/authority.js";
import { describeOnXs } from "./support/engine-there.js";
import type { ChainCommand } from "./support/x509-main.js";

const WHO = [
  { by: "host", text: "the host's signatures" },
  { by: "worker", text: "signatures of src/transport/crypto" },
] as const;

await describeOnXs("the certificate table on XS", async () => {
  const authority = makeAuthority();
  afterAll(() => authority.dispose());
  const { earliest, now } = authority;
  const program = await LoadedProgram.load(join(import.meta.dirname, "support/x509-main.ts"));
  let onFailed: (error: Error) => void = () => {};
  const ports = stillPorts(new StillServer(), () => {});
  const host = new XsHost<ChainCommand>(program, ports, (error) => onFailed(error));
  afterAll(() => host.end());

  const verdictOf = (command: ChainCommand): Promise<unknown> =>
    new Promise((resolve, reject) => {
      onFailed = reject;
      host.post(command, resolve);
    });

  const cases = authority.cases.map((one) => [one.name, one.expected, one] as const);
  for (const { by, text } of WHO) {
    test.each(cases)(`with ${text}: %s: %s`, async (_name, expected, served) => {
      const chain = served.chain.map(base64);
      const authorities = served.authorities.map(base64);
      const verdict = await verdictOf({ by, chain, authorities, host: served.host, now, earliest });
      expect(String(verdict).split(":")[0], String(verdict)).toBe(expected);
    });
  }
});

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
