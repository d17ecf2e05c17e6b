/** Messages as any receiver of a test got them, in one form, and what can be said of many of them. */

export interface Received {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: number;
  readonly retain: boolean;
}

/** A copy that outlives the callback. */
export function received(topicName: string, payload: Uint8Array, qos: number, retain: boolean): Received {
  return { topicName, payload: Uint8Array.from(payload), qos, retain };
}

export function text(payload: Uint8Array): string {
  return Buffer.from(payload).toString("utf8");
}

export function texts(messages: readonly Received[]): string[] {
  return messages.map(({ payload }) => text(payload));
}

/** Each value once, where it came first: what a receiver of QoS 1 makes of repetitions. */
export function withoutRepetitions<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** `count` texts, all different. */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}`);
}
