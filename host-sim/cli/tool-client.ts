/** What `pub` and `sub` share: their common options, and a client made from them. */

import type { Command } from "commander";
import { describeEvent } from "../../firmware/apps/log-text.js";
import { loadConfig } from "../../src/config/load.js";
import { ConfigError } from "../../src/config/problem.js";
import { serverOptions } from "../../src/config/server-options.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent, ClientObserver } from "../../src/mqtt/event.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { nodePorts } from "../io/node-ports.js";
import { BAD_USAGE, CommandError } from "./exit.js";

/** The options that both tools have, in the manner of `mosquitto_pub` and `mosquitto_sub`. */
export interface ToolOptions {
  readonly host: string;
  readonly port?: string;
  readonly qos: string;
  readonly id?: string;
  readonly username?: string;
  readonly pw?: string;
  readonly keepalive: string;
  readonly cafile?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly psk?: string;
  readonly pskIdentity?: string;
  readonly ws?: true;
  readonly wsPath?: string;
  readonly proxy?: string;
  readonly debug?: true;
}

/** A tool holds whole messages however long they are, up to this many bytes. */
const TOOL_RECEIVE_LIMIT = 16 * 1024 * 1024;

export function addToolOptions(command: Command): Command {
  return command
    .helpOption("--help", "show this help")
    .option("-h, --host <host>", "server to connect to", "localhost")
    .option("-p, --port <port>", "port to connect to (default: 1883, 8883 with TLS, 80 or 443 with --ws)")
    .option("-q, --qos <qos>", "Quality of Service: 0, 1 or 2", "0")
    .option("-i, --id <id>", "client identifier (default: made up)")
    .option("-u, --username <name>", "user name")
    .option("-P, --pw <password>", "password")
    .option("-k, --keepalive <seconds>", "keep alive", "60")
    .option("--cafile <file>", "TLS: certificates of the authorities that may vouch for the server")
    .option("--cert <file>", "TLS: client certificate, with --key")
    .option("--key <file>", "TLS: private key of --cert")
    .option("--psk <hex>", "TLS with a pre-shared key, with --psk-identity")
    .option("--psk-identity <name>", "identity of the pre-shared key")
    .option("--ws", "MQTT inside WebSocket")
    .option("--ws-path <path>", "path of the WebSocket", "/mqtt")
    .option("--proxy <uri>", "SOCKS5 proxy: socks5://host:port or socks5://user:pass@host:port")
    .option("-d, --debug", "tell on standard error what happens");
}

/** 0, 1 or 2, or a complaint. */
export function parseQos(text: string): QoS {
  if (text !== "0" && text !== "1" && text !== "2") {
    throw new CommandError(`--qos is ${text}, but must be 0, 1 or 2`, BAD_USAGE);
  }
  return Number(text) as QoS;
}

/** A whole number of at least `minimum`, or a complaint. */
export function parseCount(text: string, what: string, minimum: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < minimum) {
    throw new CommandError(`${what} is ${text}, but must be a whole number from ${minimum}`, BAD_USAGE);
  }
  return value;
}

/** The options of a connection, checked by the rules of the device config. */
export function toolServerOptions(options: ToolOptions, cleanSession: boolean): ServerOptions {
  const { host, port } = options;
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  try {
    const config = loadConfig([
      {
        name: "options",
        values: {
          mqtt: {
            enable: true,
            server: port === undefined ? bracketed : `${bracketed}:${port}`,
            user: options.username ?? "",
            pass: options.pw ?? "",
            keep_alive: parseCount(options.keepalive, "--keepalive", 0),
            ssl_ca_cert: options.cafile ?? "",
            ssl_cert: options.cert ?? "",
            ssl_key: options.key ?? "",
            ssl_psk_identity: options.pskIdentity ?? "",
            ssl_psk_key: options.psk ?? "",
            ws_enable: options.ws === true,
            ws_path: options.wsPath ?? "/mqtt",
            proxy: options.proxy ?? "",
            clean_session: cleanSession,
            client_id: options.id ?? `reed-sim-${process.pid}-${Date.now().toString(36)}`,
          },
        },
      },
    ]);
    const made = serverOptions(config, "mqtt", "");
    if (made === undefined) throw new Error("unreachable: enabled above");
    return {
      ...made,
      receiveLimit: TOOL_RECEIVE_LIMIT,
      maximumQueueBytes: Number.MAX_SAFE_INTEGER,
      queueQos0: true,
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message, BAD_USAGE);
    throw error;
  }
}

/** Where the connection goes, for messages. */
export function addressText({ endpoint: { host, port } }: ServerOptions): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A client that tells what happens on standard error if asked to. */
export function makeToolClient(options: ServerOptions, debug: boolean, observer: ClientObserver): MqttClient {
  const onEvent = (event: ClientEvent): void => {
    if (debug) process.stderr.write(`${describeEvent(event)}\n`);
    observer.onEvent(event);
  };
  return new MqttClient(nodePorts({ onEvent }), options);
}
