/** `reed-sim sub`: prints the messages that arrive on one or more topic filters. */

import type { Command } from "commander";
import { UsageError } from "../../src/mqtt/errors.js";
import type { ReceivedMessage, SubscriptionHandler } from "../../src/mqtt/subscriptions.js";
import { CommandError } from "./exit.js";
import { failureText } from "./failure-text.js";
import { onStopSignal } from "./stop-signals.js";
import type { ToolOptions } from "./tool-client.js";
import {
  addressText,
  addToolOptions,
  makeToolClient,
  parseCount,
  parseQos,
  toolServerOptions,
} from "./tool-client.js";

interface SubOptions extends ToolOptions {
  readonly topic: string[];
  readonly count?: string;
  readonly verbose?: true;
  readonly disableCleanSession?: true;
  readonly newline: boolean;
  readonly timeout?: string;
}

const EXAMPLES = `
Examples:
  reed-sim sub -t '#' -v                      (everything, with topic names)
  reed-sim sub -t front/door/state -C 1       (one message, then end)
  reed-sim sub -t a/+ -t b/# -q 2 -v

It reconnects by itself once it has been connected. Exit status: 0 done, 1 no connection, refused, or
fewer messages than --count within --timeout, 2 bad usage.
`;

export function addSub(program: Command): void {
  addToolOptions(program.command("sub"))
    .description("subscribe and print messages, as mosquitto_sub does")
    .requiredOption(
      "-t, --topic <filter>",
      "topic filter; may be given several times",
      (filter: string, before: string[] | undefined) => [...(before ?? []), filter],
    )
    .option("-C, --count <count>", "end after so many messages")
    .option("-v, --verbose", "print the topic name before each message")
    .option("-c, --disable-clean-session", "keep the session on the server; needs --id")
    .option("-N, --no-newline", "no new line after each message")
    .option("-W, --timeout <seconds>", "end after so many seconds")
    .addHelpText("after", EXAMPLES)
    .action(async (options: SubOptions) => {
      await subscribe(options);
    });
}

async function subscribe(options: SubOptions): Promise<void> {
  const qos = parseQos(options.qos);
  const wanted = options.count === undefined ? undefined : parseCount(options.count, "--count", 1);
  const timeout = options.timeout === undefined ? undefined : parseCount(options.timeout, "--timeout", 1);
  const server = toolServerOptions(options, options.disableCleanSession !== true);
  let received = 0;
  let everConnected = false;
  let refused = 0;
  let failure: string | undefined;

  await new Promise<void>((resolve, reject) => {
    const client = makeToolClient(server, options.debug === true, {
      onEvent(event) {
        if (event.type === "connected") everConnected = true;
        if (event.type !== "disconnected") return;
        if (event.reason !== "requested" && everConnected) return;
        client.stop();
        removeHandlers();
        clearTimeout(timer);
        if (event.reason !== "requested") failure = `${addressText(server)}: ${failureText(event)}`;
        if (failure === undefined) resolve();
        else reject(new CommandError(failure));
      },
    });
    const stop = (why?: string): void => {
      failure ??= why;
      client.stop();
    };
    const handler: SubscriptionHandler = {
      onMessage(message) {
        // More may be in the same burst as the last one wanted.
        if (wanted !== undefined && received >= wanted) return;
        received += 1;
        print(message, options);
        if (received === wanted) stop();
      },
      onRefused(topicFilter) {
        refused += 1;
        process.stderr.write(`reed-sim: the server refused the subscription to ${topicFilter}\n`);
        if (refused === options.topic.length) stop("every subscription was refused");
      },
    };
    for (const topicFilter of options.topic) client.subscribe(topicFilter, handler, qos);
    const removeHandlers = onStopSignal(() => stop());
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            const short =
              wanted === undefined ? undefined : `${received} of ${wanted} messages in ${timeout} s`;
            stop(short);
          }, timeout * 1000);
    client.start();
  }).catch((error: unknown) => {
    throw error instanceof UsageError ? new CommandError(error.message, 2) : error;
  });
}

function print({ topicName, payload }: ReceivedMessage, { verbose, newline }: SubOptions): void {
  const parts = [payload];
  if (verbose) parts.unshift(Buffer.from(`${topicName} `));
  if (newline) parts.push(Buffer.from("\n"));
  process.stdout.write(Buffer.concat(parts));
}
