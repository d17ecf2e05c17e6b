/** TLS by Node keeps the common contract of transports. */

import { afterAll } from "vitest";
import { makeAuthority } from "../support/authority.js";
import { createTlsWorld } from "../support/tls-world.js";
import { describeTransport } from "../support/transport-contract.js";

const authority = makeAuthority();
afterAll(() => authority.dispose());

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  describeTransport(`${version} by Node`, () => createTlsWorld(authority.good, version));
}
