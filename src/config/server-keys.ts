/**
 * The keys of the sections `mqtt` and `mqtt1`: all of Mongoose's, in its order, then Reed's own.
 *
 * A file of data, over the usual length because the schema of a server belongs in one place.
 */

import { booleanKey, choiceKey, integerKey, numberKey, stringKey } from "./key.js";

/** A topic name, or nothing: wildcards are for filters [MQTT-4.7.1-1]. */
export const TOPIC_NAME_PATTERN = "^[^+#]*$";
export const TOPIC_NAME_EXPECTED = "a topic name, without the wildcards + and # [MQTT-4.7.1-1]";

/** A day, in seconds: longer waits are mistakes, most often of milliseconds for seconds. */
const DAY = 86_400;

export const SERVER_KEYS = Object.freeze({
  enable: booleanKey({
    default: false,
    origin: "mongoose",
    doc: "Use this server. `mqtt1` is the backup of `mqtt` and cannot be used without it.",
  }),
  server: stringKey({
    default: "",
    origin: "mongoose",
    secret: "in-uri",
    expected: "host, host:port, [ipv6]:port, or a URI such as mqtt://user:pass@host:port",
    doc: "Where the server is: `host`, `host:port`, `[ipv6]:port`, or a URI `mqtt://user:pass@host:port` (also `mqtts://`, `ws://`, `wss://`; percent-encode special characters in user and password). The port is 1883 by default, 8883 with TLS, 80 for WebSocket and 443 for WebSocket over TLS. Required when `enable` is true; there is no default server.",
  }),
  client_id: stringKey({
    default: "",
    origin: "mongoose",
    doc: "Client identifier; when empty, the device id. No two clients of a server may share one. Servers need not accept more than 23 letters and digits [MQTT-3.1.3-5], though most do.",
  }),
  user: stringKey({ default: "", origin: "mongoose", doc: "User name; when empty, none is sent." }),
  pass: stringKey({
    default: "",
    origin: "mongoose",
    secret: "always",
    doc: "Password; only with a user name [MQTT-3.1.2-22]. When empty, none is sent.",
  }),
  reconnect_timeout_min: numberKey({
    default: 2,
    minimum: 0.01,
    maximum: DAY,
    unit: "seconds",
    origin: "mongoose",
    doc: "The first wait before a new attempt to connect; it doubles with each failure, and each wait varies by up to 10 % either way. Fractions are allowed.",
  }),
  reconnect_timeout_max: numberKey({
    default: 60,
    minimum: 0.01,
    maximum: DAY,
    unit: "seconds",
    origin: "mongoose",
    doc: "The longest wait. When the attempt after it fails too, the other server is tried if it is enabled. Fractions are allowed.",
  }),
  ssl_cert: stringKey({
    default: "",
    origin: "mongoose",
    doc: "Client certificate, for mutual TLS, and what leads from it to its authority; together with `ssl_key`. The name of a file, in PEM or DER, or the PEM text itself.",
  }),
  ssl_key: stringKey({
    default: "",
    origin: "mongoose",
    secret: "unless-file-name",
    doc: "Private key that belongs to `ssl_cert`: RSA or EC (P-256), not encrypted, in PKCS#1, PKCS#8 or SEC1. The name of a file, in PEM or DER, or the PEM text itself.",
  }),
  ssl_ca_cert: stringKey({
    default: "",
    origin: "mongoose",
    doc: "Certificates of the authorities that may vouch for the server; setting it turns TLS on. The name of a file, PEM with one or several or DER, or the PEM text itself. There are no built-in authorities. `*` accepts ANY server and is for tests: nobody knows then who listens, so user, password and client identifier must be empty and are never sent.",
  }),
  ssl_cipher_suites: stringKey({
    default: "",
    origin: "mongoose",
    doc: "Cipher suites to offer to the server, divided by commas or colons; when empty, all there are: `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256` and `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` with certificates, `TLS_PSK_WITH_AES_128_GCM_SHA256`, `TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256` and `TLS_PSK_WITH_AES_128_CBC_SHA256` with a pre-shared key, of which only the second has forward secrecy. Setting it keeps to TLS 1.2.",
  }),
  ssl_psk_identity: stringKey({
    default: "",
    maximumBytes: 128,
    origin: "mongoose",
    doc: "Identity for TLS with a pre-shared key, in place of certificates; together with `ssl_psk_key`. Setting it turns TLS on.",
  }),
  ssl_psk_key: stringKey({
    default: "",
    maximumBytes: 128,
    pattern: "^([0-9A-Fa-f][0-9A-Fa-f])*$",
    expected: "an even number of hexadecimal digits, at most 128",
    origin: "mongoose",
    secret: "always",
    doc: "The pre-shared key in hexadecimal, at most 64 bytes (128 digits); 16 random bytes or more are wise.",
  }),
  clean_session: booleanKey({
    default: true,
    origin: "mongoose",
    doc: "Ask the server to forget the session of the last connection. With false it keeps subscriptions and unacknowledged messages of this client identifier.",
  }),
  keep_alive: integerKey({
    default: 60,
    minimum: 0,
    maximum: 65_535,
    unit: "seconds",
    origin: "mongoose",
    doc: "After this long without traffic PINGREQ is sent. 0 turns it off, and with it the detection of a half-open link.",
  }),
  will_topic: stringKey({
    default: "",
    pattern: TOPIC_NAME_PATTERN,
    expected: TOPIC_NAME_EXPECTED,
    origin: "mongoose",
    doc: "Topic of the message that the server publishes for the device when the link breaks. When empty, the app's own: `offline`, retained, on its status topic.",
  }),
  will_message: stringKey({
    default: "",
    origin: "mongoose",
    doc: "Payload of the will; only with `will_topic`.",
  }),
  will_retain: booleanKey({
    default: false,
    origin: "mongoose",
    doc: "The server retains the will given by `will_topic`.",
  }),
  max_qos: choiceKey({
    default: 2,
    choices: [0, 1, 2],
    origin: "mongoose",
    doc: "Outgoing messages are lowered to this Quality of Service, for servers that offer less than 2.",
  }),
  recv_mbuf_limit: integerKey({
    default: 3072,
    minimum: 64,
    maximum: 268_435_455,
    unit: "bytes",
    origin: "mongoose",
    doc: "Longest payload that is received whole. A longer one goes in parts to handlers that ask for it and is refused, with an event, to the others.",
  }),
  require_time: booleanKey({
    default: false,
    origin: "mongoose",
    doc: "Connect only once the device knows the time, see `sntp.server`. Set in either section that is enabled it holds for both: the first attempt waits.",
  }),
  cloud_events: booleanKey({
    default: true,
    origin: "mongoose",
    inert: true,
    doc: "In Mongoose, raises its cloud events. Reed's client reports all its events to its observer in any case.",
  }),
  max_queue_length: integerKey({
    default: 64,
    minimum: 0,
    maximum: 65_535,
    unit: "messages",
    origin: "mongoose",
    doc: "Messages that may wait while there is no connection; 0 turns the queue off. Mongoose's default is 5, which a door that opens and closes three times overflows. 64 hold as many changes, and `max_queue_bytes` bounds the memory.",
  }),
  ws_enable: booleanKey({
    default: false,
    origin: "mongoose",
    doc: "MQTT inside WebSocket, as with a `ws://` URI.",
  }),
  ws_path: stringKey({
    default: "/mqtt",
    pattern: "^/[!-~]*$",
    expected: "a path that starts with / and has no spaces or characters beyond ASCII",
    origin: "mongoose",
    doc: "Path of the WebSocket handshake. Not used without WebSocket.",
  }),
  ssl_alpn: stringKey({
    default: "",
    maximumBytes: 255,
    origin: "reed",
    doc: "Application protocol to be agreed on in the TLS handshake (ALPN), for servers that have several on one port: AWS IoT Core wants `x-amzn-mqtt-ca` on port 443. The server has to agree.",
  }),
  proxy: stringKey({
    default: "",
    origin: "reed",
    secret: "in-uri",
    expected: "a URI such as socks5://host:1080 or socks5://user:pass@host:1080",
    doc: "SOCKS5 proxy to go through, `socks5://host:port` or `socks5://user:pass@host:port` (percent-encode special characters); port 1080 by default. The proxy resolves the server's name. TLS and WebSocket go through it as they are.",
  }),
  debug_use_log_level: booleanKey({
    default: false,
    origin: "mongoose",
    inert: true,
    doc: "In Mongoose, chooses a number in the log lines it publishes. Reed publishes no log lines.",
  }),
  will_qos: choiceKey({
    default: 0,
    choices: [0, 1, 2],
    origin: "reed",
    doc: "Quality of Service of the will given by `will_topic`; at most `max_qos`.",
  }),
  max_inflight: integerKey({
    default: 20,
    minimum: 1,
    maximum: 65_535,
    unit: "messages",
    origin: "reed",
    doc: "Messages of QoS 1 and 2 sent and not yet completed. Mosquitto takes 20 at a time unless told otherwise (its `max_inflight_messages`); more would gain nothing there.",
  }),
  max_queue_bytes: integerKey({
    default: 16_384,
    minimum: 512,
    maximum: 16_777_216,
    unit: "bytes",
    origin: "reed",
    doc: "Memory for outgoing messages, waiting and in flight together, as encoded packets; also the longest message that can be published.",
  }),
  queue_qos0: booleanKey({
    default: false,
    origin: "reed",
    doc: "Messages of QoS 0 wait too while there is no connection, instead of being refused.",
  }),
  early_publish: booleanKey({
    default: false,
    origin: "reed",
    doc: "Messages of QoS 1 and 2 that wait are sent together with CONNECT, without waiting for the server's answer, so that they are there a round trip earlier: for devices that wake up to say something. When the server refuses the connection it has not looked at them, and they wait on. With `clean_session` false, messages that are unfinished from an earlier connection, and those behind them, wait for the answer; messages of QoS 0 always do. MQTT allows it (section 3.1.4); a server or gateway that does not expect it will end the connection.",
  }),
  reconnect_stable: numberKey({
    default: 30,
    minimum: 0,
    maximum: DAY,
    unit: "seconds",
    origin: "reed",
    doc: "A connection must last this long before the wait starts again at `reconnect_timeout_min`. So a server that accepts and drops is left for the backup in the end. 0: every connection counts, as in Mongoose.",
  }),
  failback_after: numberKey({
    default: 0,
    minimum: 0,
    maximum: DAY,
    unit: "seconds",
    origin: "reed",
    doc: "Of `mqtt`: while `mqtt1` is in use, the primary is tried now and then under the client identifier with `-probe` at its end, and when it has been good for this long the client goes back to it, at a moment when no message is under way. 0: it stays where it is, as in Mongoose. No effect in `mqtt1`.",
  }),
  connect_timeout: numberKey({
    default: 15,
    minimum: 0.1,
    maximum: 3600,
    unit: "seconds",
    origin: "reed",
    doc: "From the start of an attempt, name resolution included, to CONNACK.",
  }),
  response_timeout: numberKey({
    default: 10,
    minimum: 0.1,
    maximum: 3600,
    unit: "seconds",
    origin: "reed",
    doc: "From PINGREQ to PINGRESP; then the link is given up as half open. Also the longest wait for DISCONNECT to leave.",
  }),
});
