/** A subscription of the client under test that takes long payloads part by part and keeps only their digests. */

import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import type {
  PayloadSink,
  ReceivedMessage,
  StreamedMessage,
  SubscriptionHandler,
} from "../../../src/mqtt/subscriptions.js";

/** What is known of one payload. */
export interface Download {
  readonly topicName: string;
  readonly qos: number;
  readonly announcedLength: number;
  byteLength: number;
  longestChunk: number;
  /** SHA-256 of the bytes in the order they came; empty until the end. */
  digest: string;
  isAborted: boolean;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export class Downloads implements SubscriptionHandler {
  readonly all: Download[] = [];
  readonly #changed: () => void;

  /** `changed` is called when one has begun, ended or been aborted, and at each chunk. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get complete(): Download[] {
    return this.all.filter(({ digest }) => digest !== "");
  }

  onMessage({ topicName, payload, qos }: ReceivedMessage): void {
    const sink = this.#begin(topicName, qos, payload.length);
    sink.onChunk(payload);
    sink.onEnd();
  }

  onStream({ topicName, qos, payloadLength }: StreamedMessage): PayloadSink {
    return this.#begin(topicName, qos, payloadLength);
  }

  #begin(topicName: string, qos: number, announcedLength: number): PayloadSink {
    const download = {
      topicName,
      qos,
      announcedLength,
      byteLength: 0,
      longestChunk: 0,
      digest: "",
      isAborted: false,
    };
    this.all.push(download);
    this.#changed();
    return new DownloadSink(download, this.#changed);
  }
}

class DownloadSink implements PayloadSink {
  readonly #download: Download;
  readonly #changed: () => void;
  readonly #hash: Hash = createHash("sha256");

  constructor(download: Download, changed: () => void) {
    this.#download = download;
    this.#changed = changed;
  }

  onChunk(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#download.byteLength += bytes.length;
    this.#download.longestChunk = Math.max(this.#download.longestChunk, bytes.length);
    this.#changed();
  }

  onEnd(): void {
    this.#download.digest = this.#hash.digest("hex");
    this.#changed();
  }

  onAborted(): void {
    this.#download.isAborted = true;
    this.#changed();
  }
}
