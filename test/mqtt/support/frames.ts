/** What a framer makes of a stream, as lines of text that do not depend on where the stream was cut. */

import { ProtocolError } from "../../../src/mqtt/errors.js";
import { CHUNK, END, Framer, HEAD, HEAD_WITHOUT_TOPIC, NONE, PACKET } from "../../../src/mqtt/framer.js";
import { ReceiveBuffer } from "../../../src/mqtt/receive-buffer.js";
import { hexFromBytes } from "./hex.js";

/** A stream put through a framer, in reads of any length. */
export class FrameReader {
  readonly framer: Framer;
  /** `packet 40 02 …`, `head 7 30 …` (the length of the payload to come), `chunk …`, `end`, `violation MQTT-…`. */
  readonly lines: string[] = [];
  /** Longest buffer held, in bytes. */
  longestBuffer = 0;
  #broken = false;

  constructor(limit: number, bufferLength: number) {
    this.framer = new Framer(limit, new ReceiveBuffer(new Uint8Array(bufferLength), false));
    this.#take();
  }

  /** Gives the framer `bytes`, in as many reads as it wants. */
  feed(bytes: Uint8Array): this {
    let offset = 0;
    while (offset < bytes.length && !this.#broken) {
      const target = this.framer.space(bytes.length - offset);
      if (target.length === 0) throw new Error("no space, though more is wanted");
      target.set(bytes.subarray(offset, offset + target.length));
      this.framer.commit(target.length);
      this.longestBuffer = Math.max(this.longestBuffer, this.framer.buffer.length);
      offset += target.length;
      this.#take();
    }
    return this;
  }

  /** Takes frames until more is wanted. */
  #take(): void {
    try {
      while (this.#takeOne()) {
        // All is done in the condition.
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.lines.push(`violation ${error.statement}`);
      this.#broken = true;
    }
  }

  #takeOne(): boolean {
    const { framer, lines } = this;
    const frame = framer.next();
    const { start, body, end, first, buffer } = framer;
    switch (frame) {
      case NONE:
        return false;
      case PACKET:
        lines.push(`packet ${hexFromBytes(buffer.subarray(start, end))}`);
        return true;
      case HEAD:
        lines.push(
          `head ${framer.payloadLength} ${hexFromBytes(Uint8Array.of(first, ...buffer.subarray(body, end)))}`,
        );
        return true;
      case HEAD_WITHOUT_TOPIC:
        lines.push(
          `head-without-topic ${framer.payloadLength} ${hexFromBytes(Uint8Array.of(first, ...buffer.subarray(body, end)))}`,
        );
        return true;
      case CHUNK:
        this.#addChunk(hexFromBytes(buffer.subarray(start, end)));
        return true;
      case END:
        lines.push("end");
        return true;
    }
  }

  /** Chunks that follow each other count as one. */
  #addChunk(hex: string): void {
    if (hex === "") throw new Error("an empty chunk");
    const last = this.lines.length - 1;
    const before = this.lines[last];
    if (before?.startsWith("chunk ")) this.lines[last] = `${before} ${hex}`;
    else this.lines.push(`chunk ${hex}`);
  }
}

/** The lines that `parts` give, each part being one or more reads. */
export function framesOf(
  limit: number,
  bufferLength: number,
  parts: readonly Uint8Array[],
): readonly string[] {
  const reader = new FrameReader(limit, bufferLength);
  for (const part of parts) reader.feed(part);
  return reader.lines;
}
