/** What the keys of one server's section, `mqtt` or `mqtt1`, demand of one another. */

import { checkString } from "./check-value.js";
import { shown } from "./mask.js";
import type { ProblemCode } from "./problem.js";
import type { Report } from "./report.js";
import type { ServerSection } from "./schema.js";
import type { ServerAddress } from "./server-address.js";
import { parseServerAddress } from "./server-address.js";
import { SERVER_KEYS } from "./server-keys.js";

type ServerKey = keyof ServerSection;

/** Reports what is wrong with `section`, which is called `name`, as a whole. */
export function checkServer(section: ServerSection, name: string, report: Report): void {
  new ServerCheck(section, name, report).run();
}

class ServerCheck {
  private readonly section: ServerSection;
  private readonly name: string;
  private readonly report: Report;

  constructor(section: ServerSection, name: string, report: Report) {
    this.section = section;
    this.name = name;
    this.report = report;
  }

  run(): void {
    const address = this.checkAddress();
    this.checkReconnect();
    this.checkCredentials(address);
    this.checkWill();
    this.checkPairs();
    if (address?.scheme !== undefined) this.checkScheme(address.scheme, address);
    if (this.section.enable) this.checkSupport(address);
  }

  private checkAddress(): ServerAddress | undefined {
    const { enable, server } = this.section;
    if (!this.isClean("enable", "server")) return undefined;
    if (server === "") {
      if (enable) this.add("missing", "server", `${SERVER_KEYS.server.expected}, as enable is true`);
      return undefined;
    }
    const address = parseServerAddress(server);
    if ("expected" in address) {
      this.add("malformed", "server", address.expected);
      return undefined;
    }
    for (const part of [address.userName, address.password]) {
      const fault = part === undefined ? undefined : checkString({}, part);
      if (fault !== undefined) this.add(fault.code, "server", `in user and password ${fault.expected}`);
    }
    return address;
  }

  private checkReconnect(): void {
    const { reconnect_timeout_min: minimum, reconnect_timeout_max: maximum } = this.section;
    if (minimum <= maximum || !this.isClean("reconnect_timeout_min", "reconnect_timeout_max")) return;
    this.add("contradiction", "reconnect_timeout_min", `at most reconnect_timeout_max, which is ${maximum}`);
  }

  private checkCredentials(address: ServerAddress | undefined): void {
    const { user, pass } = this.section;
    if (!this.isClean("server", "user", "pass")) return;
    if (pass !== "" && user === "" && address?.userName === undefined) {
      this.add("contradiction", "pass", '"" without a user [MQTT-3.1.2-22]');
    }
    if (address?.password !== undefined && user === "" && address.userName === undefined) {
      this.add("contradiction", "server", "no password without a user [MQTT-3.1.2-22]");
    }
    if (user !== "" && address?.userName !== undefined && user !== address.userName) {
      this.add("contradiction", "user", '"" or the same user as in server');
    }
    if (pass !== "" && address?.password !== undefined && pass !== address.password) {
      this.add("contradiction", "pass", '"" or the same password as in server');
    }
  }

  private checkWill(): void {
    const { will_topic, will_message, will_qos, max_qos } = this.section;
    if (will_topic === "" && will_message !== "" && this.isClean("will_topic", "will_message")) {
      this.add("contradiction", "will_message", '"" without will_topic');
    }
    if (will_qos > max_qos && this.isClean("will_qos", "max_qos")) {
      this.add("contradiction", "will_qos", `at most max_qos, which is ${max_qos}`);
    }
  }

  private checkPairs(): void {
    this.checkPair("ssl_cert", "ssl_key");
    this.checkPair("ssl_psk_identity", "ssl_psk_key");
  }

  private checkPair(one: ServerKey, other: ServerKey): void {
    if (!this.isClean(one, other)) return;
    if (this.isSet(one) && !this.isSet(other)) this.add("missing", other, `a value, as ${one} is set`);
    if (this.isSet(other) && !this.isSet(one)) this.add("missing", one, `a value, as ${other} is set`);
  }

  private checkScheme(scheme: string, { path }: ServerAddress): void {
    const { ws_enable, ws_path } = this.section;
    const isWebSocket = scheme === "ws" || scheme === "wss";
    if (scheme === "mqtt" || scheme === "ws") {
      for (const key of ["ssl_ca_cert", "ssl_cert", "ssl_key", "ssl_psk_identity", "ssl_psk_key"] as const) {
        if (!this.isSet(key) || !this.isClean(key)) continue;
        this.add("contradiction", key, `"" with a server of ${scheme}://, which is without TLS`);
      }
    }
    if (ws_enable && !isWebSocket && this.isClean("ws_enable")) {
      this.add("contradiction", "ws_enable", `false with a server of ${scheme}://`);
    }
    const isGiven = ws_path !== SERVER_KEYS.ws_path.default && this.isClean("ws_path");
    if (isGiven && path !== undefined && ws_path !== path) {
      this.add("contradiction", "ws_path", "the same path as in server, or none there");
    }
  }

  /** Never a silent plaintext connection: what asks for more than this build has is refused. */
  private checkSupport(address: ServerAddress | undefined): void {
    for (const [name, key] of Object.entries(SERVER_KEYS)) {
      if (key.unsupported === undefined || !this.isSet(name as ServerKey)) continue;
      this.add("unsupported", name as ServerKey, JSON.stringify(key.default), key.unsupported);
    }
    const scheme = address?.scheme;
    if (scheme === undefined || scheme === "mqtt") return;
    const feature = { mqtts: "TLS", ws: "WebSocket", wss: "WebSocket over TLS" }[scheme];
    this.add("unsupported", "server", "host, host:port or an mqtt:// URI", feature);
  }

  private isSet(name: ServerKey): boolean {
    return this.section[name] !== SERVER_KEYS[name].default;
  }

  private isClean(...names: readonly ServerKey[]): boolean {
    return this.report.isClean(this.name, ...names.map((name) => this.path(name)));
  }

  private add(code: ProblemCode, name: ServerKey, expected: string, feature?: string): void {
    this.report.add({
      code,
      path: this.path(name),
      expected,
      value: shown(SERVER_KEYS[name], this.section[name]),
      ...(feature === undefined ? {} : { feature }),
    });
  }

  private path(name: ServerKey): string {
    return `${this.name}.${name}`;
  }
}
