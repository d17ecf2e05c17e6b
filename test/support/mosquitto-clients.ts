/** `mosquitto_pub` and `mosquitto_sub` as the other side of a test: MQTT clients that are not ours. */

import { onTestFinished } from "vitest";
import { findProgram } from "../../host-sim/process/find-program.js";
import { Child, requireProgram } from "./child.js";

/** What both take. */
export interface MosquittoClientOptions {
  readonly port: number;
  /** Default: "127.0.0.1". */
  readonly host?: string;
  /** Default: 0. */
  readonly qos?: 0 | 1 | 2;
  readonly clientIdentifier?: string;
  /** More arguments, such as `["-u", "user", "-P", "password"]`. */
  readonly args?: readonly string[];
}

export interface MosquittoPubOptions extends MosquittoClientOptions {
  readonly topic: string;
  /** Default: none, of zero length. */
  readonly message?: string | Uint8Array;
  /** Default: false. */
  readonly retain?: boolean;
}

/** Publishes one message; resolves when it is acknowledged, and rejects with what the program says when it fails. */
export async function mosquittoPub(options: MosquittoPubOptions): Promise<void> {
  const args = [...clientArgs(options), "-t", options.topic];
  if (options.retain === true) {
    args.push("-r");
  }
  const message = options.message ?? "";
  // Standard input carries any bytes, but not none.
  const child = new Child("mosquitto_pub", [...args, message.length === 0 ? "-n" : "-s"]);
  child.end(message);
  await child.exited();
  if (child.exitCode !== 0) {
    throw new Error(`mosquitto_pub failed (exit code ${child.exitCode}): ${child.output.trim()}`);
  }
}

export interface MosquittoSubOptions extends MosquittoClientOptions {
  readonly topics: string | readonly string[];
  /** Keeps its session (`-c`); needs a client identifier. Default: false. */
  readonly persistent?: boolean;
}

/** A message as `mosquitto_sub` got it. */
export interface SubscribedMessage {
  readonly topicName: string;
  readonly payload: Uint8Array;
  /** The payload as UTF-8. */
  readonly text: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** Subscribes; resolves when the subscription is acknowledged. Within a test it ends with the test, else by `stop`. */
export async function mosquittoSub(options: MosquittoSubOptions): Promise<MosquittoSubscriber> {
  const topics = typeof options.topics === "string" ? [options.topics] : options.topics;
  const args = [...clientArgs(options), "-d", "-F", "> %r %q %x %t"];
  if (options.persistent === true) {
    args.push("-c");
  }
  args.push(...topics.flatMap((topic) => ["-t", topic]));
  // Into a pipe it writes only with the first message, unless stdbuf makes it write line by line.
  const child =
    findProgram("stdbuf") === undefined
      ? new Child("mosquitto_sub", args)
      : new Child("stdbuf", ["-oL", requireProgram("mosquitto_sub"), ...args]);
  const subscriber = new MosquittoSubscriber(child);
  try {
    onTestFinished(() => subscriber.stop());
  } catch {
    // Not inside a test.
  }
  await child.until(() => child.output.includes("Subscribed (mid:"));
  return subscriber;
}

export class MosquittoSubscriber {
  readonly #child: Child;

  constructor(child: Child) {
    this.#child = child;
  }

  /** What the program itself tells, for failures. */
  get output(): string {
    return this.#child.output;
  }

  /** Everything received so far, in order. */
  get messages(): readonly SubscribedMessage[] {
    return [...this.#child.output.matchAll(/^> ([01]) ([012]) ([0-9a-fA-F]*) (.*)\n/gm)].map(
      ([, retain, qos, payload, topicName]) => {
        const bytes = Buffer.from(payload ?? "", "hex");
        return {
          topicName: topicName ?? "",
          payload: new Uint8Array(bytes),
          text: bytes.toString("utf8"),
          qos: Number(qos),
          retain: retain === "1",
        };
      },
    );
  }

  get texts(): readonly string[] {
    return this.messages.map(({ text }) => text);
  }

  /** Resolves with all messages once there are `count`; rejects after `limit` ms. */
  async take(count: number, limit = 10_000): Promise<readonly SubscribedMessage[]> {
    await this.#child.until(() => this.messages.length >= count, limit);
    return this.messages;
  }

  /** Disconnects it in an orderly way. */
  async stop(): Promise<void> {
    await this.#child.stop("SIGINT");
  }
}

function clientArgs(options: MosquittoClientOptions): string[] {
  const args = [
    "-h",
    options.host ?? "127.0.0.1",
    "-p",
    String(options.port),
    "-q",
    String(options.qos ?? 0),
  ];
  if (options.clientIdentifier !== undefined) {
    args.push("-i", options.clientIdentifier);
  }
  return [...args, ...(options.args ?? [])];
}
