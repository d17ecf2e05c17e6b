/** The typed errors, by whose fault it is; messages are for people, `code` and `statement` are for programs. */

import type { OpeningStage } from "./ports.js";

/** The caller did something it may not; thrown at the call, before any state changes. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** Stable, kebab-case. */
  readonly code: UsageCode;

  constructor(code: UsageCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type UsageCode =
  | "invalid-string"
  | "invalid-topic-name"
  | "invalid-topic-filter"
  | "invalid-qos"
  | "invalid-option"
  | "invalid-packet";

/** Nobody's fault: there is no room. */
export class LimitError extends Error {
  override readonly name = "LimitError";
  readonly code: LimitCode;

  constructor(code: LimitCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type LimitCode = "packet-too-large" | "queue-full" | "identifiers-exhausted";

/** The server broke the specification; never thrown at the application but reported with the disconnection. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  /** The statement of MQTT 3.1.1 that was violated, such as "MQTT-2.2.2-2". */
  readonly statement: string;

  constructor(statement: string, message: string) {
    super(`${message} [${statement}]`);
    this.statement = statement;
  }
}

/** A stream could not be opened, or its peer broke the rules of a layer: whoever is at fault, the config may mend it. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  /** The layer that gave up. */
  readonly stage: OpeningStage;
  /** Stable, kebab-case, such as "certificate-expired". */
  readonly code: string;
  /** The key to look at, within the server's section, such as "ssl_ca_cert"; absent when no key can help. */
  readonly key: string | undefined;

  /** @param message for people; no secrets */
  constructor(stage: OpeningStage, code: string, message: string, key?: string) {
    super(message);
    this.stage = stage;
    this.code = code;
    this.key = key;
  }
}
