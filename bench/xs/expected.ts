/** Whether a work was done: what is not done is cheap. */

import type { Done, Work } from "./work.js";
import { TOPIC } from "./work.js";

/** @throws Error that says what differs */
export function checkDone(work: Work, done: Done): void {
  if (done.pending !== 0) throw new Error(`${done.pending} messages were not completed`);
  if (done.unread !== 0) throw new Error(`${done.unread} bytes were not read`);
  const least = done.messages * bytesPerMessage(work);
  // CONNECT and SUBSCRIBE come on top.
  const isRight =
    work.type === "connect"
      ? done.messages === work.messages && done.written > least
      : done.written === least;
  if (done.messages === 0 || !isRight) {
    throw new Error(
      `${done.messages} messages and ${done.written} bytes written, where ${least} belong to them`,
    );
  }
}

const ACKNOWLEDGEMENT = 4;

/** What a client has to write for one of the work's messages. */
function bytesPerMessage(work: Work): number {
  if (work.type === "receive") return work.isUnanswered ? 0 : work.qos * ACKNOWLEDGEMENT;
  const qos = work.type === "send" ? work.qos : 1;
  const remaining = 2 + TOPIC.length + (qos === 0 ? 0 : 2) + work.payloadLength;
  const lengthDigits = remaining < 128 ? 1 : remaining < 16_384 ? 2 : 3;
  return 1 + lengthDigits + remaining + (qos === 2 ? ACKNOWLEDGEMENT : 0);
}
