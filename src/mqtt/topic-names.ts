/**
 * Topic names as they stand in packets. A device publishes on a few topics again and again, and on XS a name costs more
 * to check and to encode than all the rest of a message: the ones used last are remembered.
 */

import { writeString } from "./string.js";
import { checkTopicName } from "./topic.js";

/** How many are remembered. */
const MAXIMUM_COUNT = 4;
/** Bytes of the longest one that is. */
const LONGEST = 128;

export class TopicNames {
  recent: Map<string, Uint8Array> | undefined = undefined;

  /**
   * The name as UTF-8 with its length before it. Not to be changed.
   * @throws UsageError `invalid-topic-name` or `invalid-string`
   */
  encoded(topicName: string): Uint8Array {
    return this.recent?.get(topicName) ?? this.encode(topicName);
  }

  private encode(topicName: string): Uint8Array {
    const byteLength = checkTopicName(topicName);
    const bytes = new Uint8Array(2 + byteLength);
    writeString(topicName, bytes, 0);
    if (byteLength <= LONGEST) {
      if (this.recent === undefined || this.recent.size === MAXIMUM_COUNT) this.recent = new Map();
      this.recent.set(topicName, bytes);
    }
    return bytes;
  }
}
