/** What the keys for TLS demand of one another: never a server that nobody vouches for without saying so. */

import { CIPHER_SUITES, cipherSuiteNames } from "./cipher-suites.js";
import type { ServerSection } from "./schema.js";
import type { SectionReport } from "./section-report.js";
import type { ServerAddress } from "./server-address.js";
import { ANY_SERVER, TLS_KEYS, usesTls } from "./server-endpoint.js";

/** @param address undefined when there is none, or none that can be read */
export function checkTls(
  section: ServerSection,
  address: ServerAddress | undefined,
  report: SectionReport,
): void {
  checkPair("ssl_cert", "ssl_key", report);
  checkPair("ssl_psk_identity", "ssl_psk_key", report);
  checkPskAlone(report);
  checkCipherSuites(section, report);
  if (address === undefined || !report.isClean(...TLS_KEYS)) return;
  if (usesTls(section, address)) {
    if (section.enable) checkAuthority(report);
    if (section.ssl_ca_cert === ANY_SERVER) checkNothingToGiveAway(section, address, report);
  } else {
    for (const key of ["ssl_cipher_suites", "ssl_alpn"] as const) {
      if (report.isSet(key) && report.isClean(key)) report.add("contradiction", key, '"" without TLS');
    }
  }
}

type PairedKey = "ssl_cert" | "ssl_key" | "ssl_psk_identity" | "ssl_psk_key";

function checkPair(one: PairedKey, other: PairedKey, report: SectionReport): void {
  if (!report.isClean(one, other)) return;
  if (report.isSet(one) && !report.isSet(other)) report.add("missing", other, `a value, as ${one} is set`);
  if (report.isSet(other) && !report.isSet(one)) report.add("missing", one, `a value, as ${other} is set`);
}

function checkPskAlone(report: SectionReport): void {
  if (!report.isSet("ssl_psk_identity")) return;
  for (const key of ["ssl_ca_cert", "ssl_cert"] as const) {
    if (!report.isSet(key) || !report.isClean(key, "ssl_psk_identity")) continue;
    report.add(
      "contradiction",
      key,
      '"" with ssl_psk_identity: a pre-shared key takes the place of certificates',
    );
  }
}

function checkAuthority(report: SectionReport): void {
  if (report.isSet("ssl_ca_cert") || report.isSet("ssl_psk_identity")) return;
  report.add(
    "missing",
    "ssl_ca_cert",
    "the certificates of the authorities that vouch for the server, or a pre-shared key, as TLS is asked for",
  );
}

/** The credentials guard: what identifies the device is not for a server that nobody vouched for. */
function checkNothingToGiveAway(
  section: ServerSection,
  { userName, password }: ServerAddress,
  report: SectionReport,
): void {
  const why = 'with ssl_ca_cert "*": it is never sent to a server that nobody vouched for';
  for (const key of ["user", "pass", "client_id", "ssl_cert"] as const) {
    if (report.isSet(key) && report.isClean(key)) report.add("contradiction", key, `"" ${why}`);
  }
  if ((userName !== undefined || password !== undefined) && report.isClean("server")) {
    report.add("contradiction", "server", `no user and password ${why}`);
  }
  if (!section.clean_session && report.isClean("clean_session")) {
    const expected = 'true with ssl_ca_cert "*": no client identifier is sent [MQTT-3.1.3-7]';
    report.add("contradiction", "clean_session", expected);
  }
}

function checkCipherSuites(section: ServerSection, report: SectionReport): void {
  if (!report.isSet("ssl_cipher_suites") || !report.isClean("ssl_cipher_suites")) return;
  const kind = report.isSet("ssl_psk_identity") ? "psk" : "certificate";
  const fitting = Object.keys(CIPHER_SUITES).filter((name) => CIPHER_SUITES[name] === kind);
  const names = cipherSuiteNames(section.ssl_cipher_suites);
  if (names.length > 0 && names.every((name) => fitting.includes(name))) return;
  const peer = kind === "psk" ? "a pre-shared key" : "certificates";
  report.add("malformed", "ssl_cipher_suites", `with ${peer} only of ${fitting.join(", ")}`);
}
