/** How the TCP transport opens: names, their addresses, and the stages that it tells of. */

import type { LookupFunction } from "node:net";
import { connect, isIP } from "node:net";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import type { NodeTransportOptions } from "../../host-sim/io/node-transport.js";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import type { OpeningStage } from "../../src/mqtt/ports.js";
import { Child } from "../support/child.js";
import { RecordingHandler } from "../support/recording-handler.js";
import type { TcpWorld } from "../support/tcp-world.js";
import { createTcpWorld } from "../support/tcp-world.js";

/** Writes down the stages too. */
class StageRecorder extends RecordingHandler {
  onStage(stage: OpeningStage): void {
    this.calls.push(`stage ${stage}`);
  }
}

function resolvingTo(...addresses: readonly string[]): LookupFunction {
  return (_, __, callback) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    process.nextTick(callback, null, found);
  };
}

/** Makes `address` one that does not answer at `port`: a server whose queue is full, and that is stopped. */
async function digBlackHole(address: string, port: number): Promise<void> {
  const script = `
    const server = require("node:net").createServer();
    server.listen({ host: "${address}", port: ${port}, backlog: 1 }, () => {
      console.log("listening");
      process.kill(process.pid, "SIGSTOP");
    });
  `;
  const child = new Child("node", ["-e", script]);
  onTestFinished(() => child.stop("SIGKILL"));
  await child.until(() => child.output.includes("listening"));
  const connections = Array.from({ length: 4 }, () => connect(port, address));
  for (const socket of connections) socket.on("error", () => {});
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
  });
  await expect.poll(() => connections.filter(({ connecting }) => !connecting).length).toBe(2);
}

describe("opening a TCP stream", () => {
  let world: TcpWorld | undefined;
  afterEach(() => world?.dispose());

  /** A name with `addresses`; 127.0.0.9 does not answer there, and nothing listens at any other but 127.0.0.1. */
  async function openBesideBlackHole(addressTimeout: number, addresses: readonly string[]) {
    const opened = await open("nowhere.invalid");
    await opened.world.until(() => opened.handler.ended);
    const { port } = opened.endpoint;
    await digBlackHole("127.0.0.9", port);
    const provider = new NodeTransportProvider({ addressTimeout, lookup: resolvingTo(...addresses) });
    const handler = new RecordingHandler();
    handler.transport = provider.open({ host: "broker.example", port }, handler);
    return { ...opened, handler };
  }

  async function open(host?: string, options: NodeTransportOptions = {}) {
    world = await createTcpWorld(options);
    const handler = new StageRecorder();
    const endpoint = { host: host ?? world.endpoint.host, port: world.endpoint.port };
    const transport = world.provider.open(endpoint, handler);
    handler.transport = transport;
    return { world, handler, transport, endpoint };
  }

  test("resolves a name anew at every attempt, so a server that has moved is found", async () => {
    const names: string[] = [];
    const lookup: LookupFunction = (name, _, callback) => {
      names.push(name);
      process.nextTick(callback, null, [{ address: "127.0.0.1", family: 4 }]);
    };
    const { world, handler, endpoint } = await open("broker.example", { lookup });
    await world.until(() => handler.opened);
    const second = new RecordingHandler();
    world.provider.open(endpoint, second);
    await world.until(() => second.opened);
    expect(names).toEqual(["broker.example", "broker.example"]);
  });

  test("tries the next address of a name when one refuses", async () => {
    const lookup: LookupFunction = (_, __, callback) => {
      const addresses = [
        { address: "127.0.0.2", family: 4 },
        { address: "::1", family: 6 },
        { address: "127.0.0.1", family: 4 },
      ];
      process.nextTick(callback, null, addresses);
    };
    const { world, handler } = await open("broker.example", { lookup });
    await world.until(() => handler.opened || handler.ended);
    expect(handler.opened).toBe(true);
  });

  test("tries the next address of a name when one does not answer", async () => {
    const { world, handler } = await openBesideBlackHole(300, ["127.0.0.9", "127.0.0.1"]);
    await world.until(() => handler.opened || handler.ended);
    expect(handler.opened).toBe(true);
  });

  test("says for each address of a name why it could not be reached", async () => {
    const { world, handler, endpoint } = await openBesideBlackHole(300, ["127.0.0.9", "127.0.0.2"]);
    await world.until(() => handler.ended);
    const { port } = endpoint;
    expect(handler.cause).toMatchObject({
      name: "TransportError",
      stage: "tcp",
      code: "unreachable",
      key: "server",
      message: `127.0.0.9:${port} did not answer (ETIMEDOUT); 127.0.0.2:${port} refused the connection, nothing listens there (ECONNREFUSED)`,
    });
  });

  test("says of several addresses that refuse that the connection was refused", async () => {
    const { world, handler, endpoint } = await open("broker.example", {
      lookup: resolvingTo("127.0.0.2", "::1"),
    });
    await world.until(() => handler.ended);
    const { port } = endpoint;
    expect(handler.cause).toMatchObject({ stage: "tcp", code: "connection-refused", key: "server" });
    expect((handler.cause as Error).message).toContain(`127.0.0.2:${port} refused the connection`);
    expect((handler.cause as Error).message).toContain(`[::1]:${port} `);
  });

  test.each([
    ["ENOTFOUND", "name-not-found"],
    ["EAI_AGAIN", "name-server-unreachable"],
    ["EAI_FAIL", "lookup-failed"],
  ])("says that the name could not be resolved (%s)", async (systemCode, code) => {
    const lookup: LookupFunction = (name, _, callback) => {
      const error = new Error(`getaddrinfo ${systemCode} ${name}`);
      process.nextTick(callback, Object.assign(error, { code: systemCode }), []);
    };
    const { world, handler } = await open("broker.example", { lookup });
    await world.until(() => handler.ended);
    expect(handler.cause).toMatchObject({ name: "TransportError", stage: "dns", code, key: "server" });
    expect((handler.cause as Error).message).toMatch(
      new RegExp(`broker.example.*${systemCode}|${systemCode}.*broker.example`),
    );
  });

  test("tells of the stages dns and tcp, in this order, before the stream is open", async () => {
    const { world, handler } = await open("broker.example", { lookup: resolvingTo("127.0.0.1") });
    expect(handler.calls).toEqual([]);
    await world.until(() => handler.opened);
    expect(handler.calls).toEqual(["stage dns", "stage tcp", `writable ${handler.room}`]);
  });

  test("tells of no stage dns for an address", async () => {
    const { world, handler } = await open();
    expect(handler.calls).toEqual([]);
    await world.until(() => handler.opened);
    expect(handler.calls).toEqual(["stage tcp", `writable ${handler.room}`]);
  });

  test("tells of no stage tcp when the name has no address, nor of any after close", async () => {
    const unknown = await open("nowhere.invalid");
    await unknown.world.until(() => unknown.handler.ended);
    expect(unknown.handler.calls).toEqual(["stage dns", "error"]);
    await unknown.world.dispose();
    const { world, handler, transport } = await open("broker.example");
    transport.close();
    await world.settle();
    expect(handler.calls).toEqual([]);
  });
});
