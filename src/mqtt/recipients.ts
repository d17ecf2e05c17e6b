/**
 * Who gets a message: one handler as it is, or a list of several.
 *
 * Most topic filters have one handler. A list for it would take as much memory as all the rest of a subscription.
 * Lists are replaced, never changed, so that they can be iterated while handlers come and go.
 */

import type { SubscriptionHandler } from "./subscriptions.js";

export type Recipients = SubscriptionHandler | readonly SubscriptionHandler[];

export const NOBODY: readonly SubscriptionHandler[] = Object.freeze([]);

/** Tells the two forms apart. A handler that is an array itself is always in a list. */
export function isList(recipients: Recipients): recipients is readonly SubscriptionHandler[] {
  return Array.isArray(recipients);
}

/** The same as a list, where time does not matter. */
export function listOf(recipients: Recipients): readonly SubscriptionHandler[] {
  return isList(recipients) ? recipients : [recipients];
}

/** All of the first, then all of the second. */
export function joined(first: Recipients, second: Recipients): Recipients {
  if (first === NOBODY) return second;
  if (second === NOBODY) return first;
  return [...listOf(first), ...listOf(second)];
}

export function withHandler(recipients: Recipients, handler: SubscriptionHandler): Recipients {
  return shortened([...listOf(recipients), handler]);
}

/** As often as it was there, it is there no more. */
export function withoutHandler(recipients: Recipients, handler: SubscriptionHandler): Recipients {
  return shortened(listOf(recipients).filter((other) => other !== handler));
}

function shortened(list: readonly SubscriptionHandler[]): Recipients {
  const first = list[0];
  if (first === undefined) return NOBODY;
  return list.length > 1 || Array.isArray(first) ? list : first;
}
