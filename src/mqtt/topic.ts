/** Topic names and topic filters: what is valid, and which filter matches which name (section 4.7). */

import { UsageError } from "./errors.js";
import { stringLength } from "./string.js";

const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;
const DOLLAR = 0x24;

/**
 * Refuses what may not stand in a PUBLISH.
 * @returns its length in bytes
 * @throws UsageError `invalid-topic-name` or `invalid-string`
 */
export function checkTopicName(topicName: string): number {
  // As JavaScript lets through.
  if (typeof topicName !== "string") {
    throw new UsageError("invalid-topic-name", `topic name is ${typeof topicName}, but must be a string`);
  }
  if (topicName === "") throw new UsageError("invalid-topic-name", "topic name is empty [MQTT-4.7.3-1]");
  if (hasWildcard(topicName)) {
    throw new UsageError(
      "invalid-topic-name",
      `topic name "${topicName}" contains a wildcard [MQTT-3.3.2-2]; only topic filters may`,
    );
  }
  return stringLength(topicName, "topic name");
}

/**
 * Refuses what may not stand in a SUBSCRIBE.
 * @returns its length in bytes
 * @throws UsageError `invalid-topic-filter` or `invalid-string`
 */
export function checkTopicFilter(topicFilter: string): number {
  if (topicFilter === "") {
    throw new UsageError("invalid-topic-filter", "topic filter is empty [MQTT-4.7.3-1]");
  }
  const last = topicFilter.length - 1;
  for (let i = topicFilter.indexOf("#"); i !== -1; i = topicFilter.indexOf("#", i + 1)) {
    if (i !== last || !startsLevel(topicFilter, i)) {
      throw new UsageError(
        "invalid-topic-filter",
        `topic filter "${topicFilter}": # must be the last character and a level of its own [MQTT-4.7.1-2]`,
      );
    }
  }
  for (let i = topicFilter.indexOf("+"); i !== -1; i = topicFilter.indexOf("+", i + 1)) {
    if (!startsLevel(topicFilter, i) || (i !== last && topicFilter.charCodeAt(i + 1) !== SLASH)) {
      throw new UsageError(
        "invalid-topic-filter",
        `topic filter "${topicFilter}": + must fill a whole level [MQTT-4.7.1-3]`,
      );
    }
  }
  return stringLength(topicFilter, "topic filter");
}

export function hasWildcard(topic: string): boolean {
  return topic.includes("+") || topic.includes("#");
}

/**
 * Whether a message on `topicName` goes to a subscription on `topicFilter`; both must be valid. A filter that starts
 * with a wildcard never matches a name that starts with $ [MQTT-4.7.2-1], and "a/#" matches "a" too (4.7.1.2).
 */
export function topicMatches(topicFilter: string, topicName: string): boolean {
  if (topicFilter === topicName) return true;
  const filterLength = topicFilter.length;
  const nameLength = topicName.length;
  const first = topicFilter.charCodeAt(0);
  if ((first === PLUS || first === HASH) && topicName.charCodeAt(0) === DOLLAR) return false;
  let f = 0;
  let n = 0;
  while (f < filterLength) {
    const code = topicFilter.charCodeAt(f);
    if (code === HASH) return true;
    if (code === PLUS) {
      while (n < nameLength && topicName.charCodeAt(n) !== SLASH) n += 1;
      f += 1;
    } else if (n < nameLength && code === topicName.charCodeAt(n)) {
      f += 1;
      n += 1;
    } else {
      // "a/#" against "a": the name ends where "/#" follows.
      return (
        n === nameLength && code === SLASH && f + 2 === filterLength && topicFilter.charCodeAt(f + 1) === HASH
      );
    }
  }
  return n === nameLength;
}

function startsLevel(topicFilter: string, index: number): boolean {
  return index === 0 || topicFilter.charCodeAt(index - 1) === SLASH;
}
