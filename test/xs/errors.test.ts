/** What goes wrong with a stream of the host, told in the worker, and what the client there tells of it, told outside. */

import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StillServer, stillPorts } from "../../host-sim/xs/footprint/still-world.js";
import { LoadedProgram, XsHost } from "../../host-sim/xs/xs-host.js";
import { TransportError } from "../../src/mqtt/errors.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { OpeningStage, TransportHandler } from "../../src/mqtt/ports.js";
import type { ClientCommand } from "./support/client-message.js";
import { describeOnXs } from "./support/engine-there.js";

type Disconnected = Extract<ClientEvent, { type: "disconnected" }>;

/** What a client in the worker tells when its stream goes through `stages` and ends with `cause`. */
async function endOf(stages: readonly OpeningStage[], cause: unknown): Promise<Disconnected> {
  const program = await LoadedProgram.load(join(import.meta.dirname, "support/client-main.ts"));
  return await new Promise((resolve, reject) => {
    const open = (_endpoint: unknown, handler: TransportHandler) => {
      setImmediate(() => {
        for (const stage of stages) handler.onStage?.(stage);
        handler.onError(cause);
      });
      return new StillServer();
    };
    const onEvent = (event: ClientEvent): void => {
      if (event.type === "disconnected") resolve(event);
    };
    const host = new XsHost<ClientCommand>(
      program,
      { ...stillPorts(new StillServer(), onEvent), transport: { open } },
      reject,
    );
    onTestFinished(() => host.end());
    host.post({ type: "connect", settings: { server: "broker" } });
  });
}

await describeOnXs("an error of a stream on XS", () => {
  test("is a TransportError again on either side, with all that it says; so are the stages before it", async () => {
    const { cause, reason, stages } = await endOf(
      ["dns", "tcp"],
      new TransportError("tcp", "refused", "nobody listens at 127.0.0.1:1", "server"),
    );
    expect(reason).toBe("network");
    expect(cause).toBeInstanceOf(TransportError);
    expect(cause).toMatchObject({
      name: "TransportError",
      stage: "tcp",
      code: "refused",
      message: "nobody listens at 127.0.0.1:1",
      key: "server",
    });
    expect(stages?.map(({ stage }) => stage)).toEqual(["dns", "tcp"]);
  });

  test("has no key when there was none", async () => {
    const { cause } = await endOf(["dns"], new TransportError("dns", "unknown-host", "no such host"));
    expect(cause).toMatchObject({ stage: "dns", code: "unknown-host", key: undefined });
  });

  test("is a plain error with its message if it was one", async () => {
    const { cause } = await endOf([], new RangeError("port out of range"));
    expect(cause).toBeInstanceOf(Error);
    expect(cause).not.toBeInstanceOf(TransportError);
    expect((cause as Error).message).toBe("port out of range");
  });

  test("is none when the peer has ended it", async () => {
    const event = await endOf(["tcp"], undefined);
    expect("cause" in event).toBe(false);
  });
});
