/**
 * The topic filters of a client, each with its entry, in the order in which they came. Most clients have a few, for which a
 * list does: a map takes more than all else that a subscription does.
 */

import type { SubscriptionEntry } from "./subscription-entry.js";

/** So many are looked through one by one. */
const FEW = 4;

const NO_ENTRIES: readonly SubscriptionEntry[] = Object.freeze([]);

export class FilterTable {
  /** Replaced, never changed, so that entries can go while they are visited; empty once there are more. */
  private few = NO_ENTRIES;
  declare private many?: Map<string, SubscriptionEntry>;

  get length(): number {
    return this.many === undefined ? this.few.length : this.many.size;
  }

  /** All of them; those that come or go meanwhile may be among them or not. */
  get entries(): Iterable<SubscriptionEntry> {
    return this.many === undefined ? this.few : this.many.values();
  }

  get(topicFilter: string): SubscriptionEntry | undefined {
    if (this.many !== undefined) return this.many.get(topicFilter);
    const few = this.few;
    for (let i = 0; i < few.length; i += 1) {
      if (few[i]?.topicFilter === topicFilter) return few[i];
    }
    return undefined;
  }

  /** Of a filter that is not there yet. */
  add(entry: SubscriptionEntry): void {
    if (this.many === undefined && this.few.length < FEW) {
      // Not spread into a new one, which would have room for seventeen on Node.
      this.few = this.few.concat(entry);
      return;
    }
    this.many ??= new Map(this.few.map((one) => [one.topicFilter, one]));
    this.few = NO_ENTRIES;
    this.many.set(entry.topicFilter, entry);
  }

  /** Returns whether it was there. */
  delete(entry: SubscriptionEntry): boolean {
    if (this.many !== undefined) return this.many.delete(entry.topicFilter);
    const { length } = this.few;
    this.few = this.few.filter((one) => one !== entry);
    return this.few.length < length;
  }
}
