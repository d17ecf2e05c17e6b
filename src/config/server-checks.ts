/** What the keys of one server's section, `mqtt` or `mqtt1`, demand of one another. */

import { checkString } from "./check-value.js";
import type { Report } from "./report.js";
import type { ServerSection } from "./schema.js";
import { SectionReport } from "./section-report.js";
import type { ServerAddress } from "./server-address.js";
import { parseProxyAddress, parseServerAddress } from "./server-address.js";
import { TLS_KEYS } from "./server-endpoint.js";
import { SERVER_KEYS } from "./server-keys.js";
import { checkTls } from "./tls-checks.js";

/** Reports what is wrong with `section`, which is called `name`, as a whole. */
export function checkServer(section: ServerSection, name: string, report: Report): void {
  new ServerCheck(section, new SectionReport(section, name, report)).run();
}

class ServerCheck {
  private readonly section: ServerSection;
  private readonly report: SectionReport;

  constructor(section: ServerSection, report: SectionReport) {
    this.section = section;
    this.report = report;
  }

  run(): void {
    const address = this.checkAddress();
    this.checkReconnect();
    this.checkCredentials(address);
    this.checkWill();
    if (address?.scheme !== undefined) this.checkScheme(address.scheme, address);
    this.checkProxy();
    checkTls(this.section, address, this.report);
  }

  private checkAddress(): ServerAddress | undefined {
    const { enable, server } = this.section;
    if (!this.report.isClean("enable", "server")) return undefined;
    if (server === "") {
      if (enable) this.report.add("missing", "server", `${SERVER_KEYS.server.expected}, as enable is true`);
      return undefined;
    }
    const address = parseServerAddress(server);
    if ("expected" in address) {
      this.report.add("malformed", "server", address.expected);
      return undefined;
    }
    for (const part of [address.userName, address.password]) {
      const fault = part === undefined ? undefined : checkString({}, part);
      if (fault !== undefined)
        this.report.add(fault.code, "server", `in user and password ${fault.expected}`);
    }
    return address;
  }

  private checkReconnect(): void {
    const { reconnect_timeout_min: minimum, reconnect_timeout_max: maximum } = this.section;
    if (minimum <= maximum || !this.report.isClean("reconnect_timeout_min", "reconnect_timeout_max")) return;
    this.report.add(
      "contradiction",
      "reconnect_timeout_min",
      `at most reconnect_timeout_max, which is ${maximum}`,
    );
  }

  private checkCredentials(address: ServerAddress | undefined): void {
    const { user, pass } = this.section;
    if (!this.report.isClean("server", "user", "pass")) return;
    if (pass !== "" && user === "" && address?.userName === undefined) {
      this.report.add("contradiction", "pass", '"" without a user [MQTT-3.1.2-22]');
    }
    if (address?.password !== undefined && user === "" && address.userName === undefined) {
      this.report.add("contradiction", "server", "no password without a user [MQTT-3.1.2-22]");
    }
    if (user !== "" && address?.userName !== undefined && user !== address.userName) {
      this.report.add("contradiction", "user", '"" or the same user as in server');
    }
    if (pass !== "" && address?.password !== undefined && pass !== address.password) {
      this.report.add("contradiction", "pass", '"" or the same password as in server');
    }
  }

  private checkWill(): void {
    const { will_topic, will_message, will_qos, max_qos } = this.section;
    if (will_topic === "" && will_message !== "" && this.report.isClean("will_topic", "will_message")) {
      this.report.add("contradiction", "will_message", '"" without will_topic');
    }
    if (will_qos > max_qos && this.report.isClean("will_qos", "max_qos")) {
      this.report.add("contradiction", "will_qos", `at most max_qos, which is ${max_qos}`);
    }
  }

  private checkProxy(): void {
    const { proxy } = this.section;
    if (proxy === "" || !this.report.isClean("proxy")) return;
    const address = parseProxyAddress(proxy);
    if ("expected" in address) this.report.add("malformed", "proxy", address.expected);
  }

  private checkScheme(scheme: string, { path }: ServerAddress): void {
    const { ws_enable, ws_path } = this.section;
    const isWebSocket = scheme === "ws" || scheme === "wss";
    if (scheme === "mqtt" || scheme === "ws") {
      for (const key of TLS_KEYS) {
        if (!this.report.isSet(key) || !this.report.isClean(key)) continue;
        this.report.add("contradiction", key, `"" with a server of ${scheme}://, which is without TLS`);
      }
    }
    if (ws_enable && !isWebSocket && this.report.isClean("ws_enable")) {
      this.report.add("contradiction", "ws_enable", `false with a server of ${scheme}://`);
    }
    const isGiven = ws_path !== SERVER_KEYS.ws_path.default && this.report.isClean("ws_path");
    if (isGiven && path !== undefined && ws_path !== path) {
      this.report.add("contradiction", "ws_path", "the same path as in server, or none there");
    }
  }
}
