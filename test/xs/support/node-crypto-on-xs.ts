/** Stands for `host-sim/io/node-crypto` in test files that are bundled for XS: the same, relayed to the host. */

import { GuestCrypto } from "../../../host-sim/xs/guest/crypto.js";

export class NodeCrypto extends GuestCrypto {}
