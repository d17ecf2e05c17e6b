/** What opening a connection costs on XS, beside the network and what is computed for cryptography. */

import { join } from "node:path";
import { expect } from "vitest";
import { FileFolder } from "../../../host-sim/io/file-folder.js";
import { NodeTimers } from "../../../host-sim/io/node-timers.js";
import { NodeTransportProvider } from "../../../host-sim/io/node-transport.js";
import { StillServer, stillPorts } from "../../../host-sim/xs/footprint/still-world.js";
import { LoadedProgram, XsHost } from "../../../host-sim/xs/xs-host.js";
import type { Settings } from "./client-message.js";
import type { HandshakeCommand, HandshakeState } from "./handshake-main.js";

export interface HandshakeCost {
  /** Units of XS's meter, from `open` to the stream that is open. */
  readonly opening: number;
  /** Likewise, for sending a message of 71 bytes and receiving it again. */
  readonly echo: number;
  /** How often each primitive was called, the echo included. */
  readonly calls: Readonly<Record<string, number>>;
}

/**
 * @param settings of a server that sends back what it gets, byte for byte
 * @param by who computes signatures and key agreements: the host, or src/transport/crypto in the worker
 */
export async function handshakeCost(
  settings: Settings,
  by: "host" | "worker" = "host",
): Promise<HandshakeCost> {
  const program = await LoadedProgram.load(join(import.meta.dirname, "handshake-main.ts"));
  const transport = new NodeTransportProvider();
  const timers = new NodeTimers();
  const ports = {
    ...stillPorts(new StillServer(), () => {}),
    transport,
    timers,
    files: new FileFolder("."),
    wallClock: { now: () => Date.now() },
  };
  let onFailed: (error: Error) => void = () => {};
  const host = new XsHost<HandshakeCommand>(program, ports, (error) => onFailed(error));
  const tell = (type: Exclude<HandshakeCommand["type"], "connect">): Promise<HandshakeState> =>
    new Promise((resolve, reject) => {
      onFailed = reject;
      host.post({ type }, (state) => resolve(state as HandshakeState));
    });
  const computeOf = async (type: "play-opening" | "play-echo" | "rewind"): Promise<number> => {
    const before = host.compute;
    await tell(type);
    return host.compute - before;
  };
  const reaches = (expected: Partial<HandshakeState>) =>
    expect.poll(() => tell("state"), { timeout: 10_000 }).toMatchObject(expected);
  try {
    host.post({ type: "connect", settings, by });
    await reaches({ isOpen: true });
    await tell("send");
    await reaches({ received: 71 });
    const { calls } = await tell("state");
    await tell("rewind");
    const opening = await computeOf("play-opening");
    const echo = await computeOf("play-echo");
    expect(await tell("state")).toMatchObject({ isOpen: true, received: 71 });
    return { opening, echo, calls };
  } finally {
    timers.powerOff();
    transport.destroyAll();
    host.end();
  }
}
