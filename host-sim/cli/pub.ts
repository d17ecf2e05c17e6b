/** `reed-sim pub`: publishes one message and ends when the server has it. */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Outcome } from "../../src/mqtt/event.js";
import { BAD_USAGE, CommandError } from "./exit.js";
import { failureText } from "./failure-text.js";
import { onStopSignal } from "./stop-signals.js";
import type { ToolOptions } from "./tool-client.js";
import { addressText, addToolOptions, makeToolClient, parseQos, toolServerOptions } from "./tool-client.js";

interface PubOptions extends ToolOptions {
  readonly topic: string;
  readonly message?: string;
  readonly file?: string;
  readonly stdin?: true;
  readonly nullMessage?: true;
  readonly retain?: true;
  readonly early?: true;
}

const EXAMPLES = `
Examples:
  reed-sim pub -t front/door/state -m open -q 1 -r
  reed-sim pub -h broker.lan -p 1884 -t firmware -f image.bin -q 2
  reed-sim pub -t front/door/state -n -r     (deletes the retained message)

Exit status: 0 the server has the message, 1 it has not, 2 bad usage.
`;

export function addPub(program: Command): void {
  addToolOptions(program.command("pub"))
    .description("publish one message, as mosquitto_pub does")
    .requiredOption("-t, --topic <topic>", "topic name")
    .option("-m, --message <text>", "the message")
    .option("-f, --file <file>", "the contents of a file are the message")
    .option("-s, --stdin", "standard input is the message")
    .option("-n, --null-message", "an empty message")
    .option("-r, --retain", "the server keeps the message for new subscribers")
    .option("--early", "send it together with CONNECT, without waiting for the answer; with QoS 1 or 2")
    .addHelpText("after", EXAMPLES)
    .action(async (options: PubOptions) => {
      await publish(options);
    });
}

async function publish(options: PubOptions): Promise<void> {
  const qos = parseQos(options.qos);
  const payload = readPayload(options);
  const server = { ...toolServerOptions(options, true), earlyPublish: options.early === true };
  const message = { topicName: options.topic, payload, qos, retain: options.retain === true };
  await new Promise<void>((resolve, reject) => {
    let outcome: Outcome | undefined;
    const client = makeToolClient(server, options.debug === true, {
      onEvent(event) {
        if (event.type !== "disconnected") return;
        removeHandlers();
        client.stop();
        if (outcome === "sent" || outcome === "acknowledged") resolve();
        else reject(new CommandError(`${addressText(server)}: ${failureText(event)}`));
      },
    });
    const removeHandlers = onStopSignal(() => client.stop());
    // Before anything is connected, so that a bad topic name is refused at once.
    client.publish(message, {
      onOutcome(delivery) {
        outcome = delivery.outcome;
        client.stop();
      },
    });
    client.start();
  });
}

function readPayload({ message, file, stdin, nullMessage }: PubOptions): Uint8Array | string {
  const given = [message, file, stdin, nullMessage].filter((option) => option !== undefined);
  if (given.length !== 1) {
    throw new CommandError("one of --message, --file, --stdin and --null-message is needed", BAD_USAGE);
  }
  if (message !== undefined) return message;
  if (nullMessage) return "";
  try {
    return readFileSync(file ?? 0);
  } catch (error) {
    throw new CommandError((error as Error).message, BAD_USAGE);
  }
}
