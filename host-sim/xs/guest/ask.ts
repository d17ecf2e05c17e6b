/** How code in the worker asks its host. */

import type { Answer, Call, Packed } from "../message.js";
import { pack, unpack } from "../message.js";
import "./globals.js";

/**
 * What the host answers `call` with; `bytes` go with it.
 * @throws Error with what the host's side has thrown
 */
export function askInFull(call: Call, bytes?: Uint8Array): Packed<Answer> {
  const question = pack(call, bytes);
  const answer = unpack<Answer>(new Uint8Array(xs.issueCommand(question.buffer as ArrayBuffer)));
  if (answer.message.failure !== undefined) throw new Error(answer.message.failure);
  return answer;
}

/** The bytes of the answer, as a copy: they are a view of the whole of it. */
export function askForBytes(call: Call, bytes?: Uint8Array): Uint8Array {
  return askInFull(call, bytes).bytes.slice();
}

/** Likewise; undefined when the answer says that there are none. */
export function askForBytesOrNone(call: Call, bytes?: Uint8Array): Uint8Array | undefined {
  const answer = askInFull(call, bytes);
  return answer.message.value === true ? answer.bytes.slice() : undefined;
}

/** The value of the answer; undefined when it has none. */
export function ask(call: Call, bytes?: Uint8Array): unknown {
  return askInFull(call, bytes).message.value;
}
