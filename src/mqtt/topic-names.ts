/**
 * Topic names as they stand in packets. A device publishes on a few topics again and again, and on XS a name costs more
 * to check and to encode than all the rest of a message: the ones used last are remembered.
 */

import type { TextPort } from "./ports.js";
import type { Slabs } from "./shared-memory.js";
import { writeUint16 } from "./string.js";
import { checkTopicName } from "./topic.js";
import { encodeText } from "./utf8.js";

/** How many are remembered. */
const MAXIMUM_COUNT = 4;
/** Bytes of the longest one that is. */
const LONGEST = 128;

/** No name is that, whatever is given for one. */
const NO_NAME: unknown = Object.freeze({});

export class TopicNames {
  /** The one used last, if it is remembered, and what `encoded` returned for it. Changed here only. */
  last: unknown = NO_NAME;
  lastEncoded: Uint8Array | undefined = undefined;
  /** All that are remembered, once there is more than one. */
  declare private recent?: Map<string, Uint8Array>;

  /**
   * The name as UTF-8 with its length before it. Not to be changed.
   * @param text absent: UTF-8 is our own code's work
   * @param slabs where it is kept; absent: in a buffer of its own
   * @throws UsageError `invalid-topic-name` or `invalid-string`
   */
  encoded(topicName: string, text?: TextPort, slabs?: Slabs): Uint8Array {
    if (topicName === this.last) return this.lastEncoded as Uint8Array;
    const known = this.recent?.get(topicName);
    const bytes = known ?? encode(topicName, text, slabs);
    if (bytes.length > 2 + LONGEST) return bytes;
    if (known === undefined) this.remember(topicName, bytes);
    this.last = topicName;
    this.lastEncoded = bytes;
    return bytes;
  }

  private remember(topicName: string, bytes: Uint8Array): void {
    const { last, lastEncoded } = this;
    if (typeof last !== "string" || lastEncoded === undefined) return;
    if (this.recent === undefined || this.recent.size === MAXIMUM_COUNT)
      this.recent = new Map([[last, lastEncoded]]);
    this.recent.set(topicName, bytes);
  }
}

function encode(topicName: string, text: TextPort | undefined, slabs: Slabs | undefined): Uint8Array {
  const byteLength = checkTopicName(topicName);
  // A copy: what a port gives may be its own, or a part of something large, and a name is kept for long.
  // Only what is remembered.
  const slab = byteLength > LONGEST ? undefined : slabs;
  const bytes = slab?.allocate(2 + byteLength) ?? new Uint8Array(2 + byteLength);
  writeUint16(byteLength, bytes, 0);
  // A port is right where there is a byte for each element: in ASCII.
  bytes.set(encodeText(topicName, byteLength === topicName.length ? text : undefined), 2);
  return bytes;
}
