/**
 * Finds the topic filters with wildcards that match a topic name, without looking at those that do not.
 *
 * The shape of a filter says where its wildcards are, not what is between them: "a/+/#" and "b/+/#" have one shape. Of
 * each shape one filter at most matches a name: the name itself with the wildcards put in. It is built and looked
 * up, so a message costs one look-up a shape, however many filters there are. Applications have few shapes: a tree of
 * levels was measured too, and took three times the memory of a filter (docs/decisions.md).
 */

const DOLLAR = 0x24;

export class FilterShapes {
  /** In the order in which they came. */
  readonly all: FilterShape[] = [];

  /** A filter with wildcards has come. */
  add(topicFilter: string): void {
    const made = new FilterShape(topicFilter);
    const known = this.all.find((shape) => shape.equals(made));
    if (known === undefined) this.all.push(made);
    else known.filters += 1;
  }

  /** A filter that was added is gone. */
  remove(topicFilter: string): void {
    const made = new FilterShape(topicFilter);
    const index = this.all.findIndex((shape) => shape.equals(made));
    const known = this.all[index];
    if (known === undefined) return;
    known.filters -= 1;
    if (known.filters === 0) this.all.splice(index, 1);
  }
}

export class FilterShape {
  /** How many filters have it. */
  filters = 1;
  /** Levels before "#", or all. */
  private readonly levels: number;
  private readonly hasHash: boolean;
  /** Which levels are "+". */
  private readonly pluses: readonly number[];

  constructor(topicFilter: string) {
    const levels = topicFilter.split("/");
    this.hasHash = levels[levels.length - 1] === "#";
    this.levels = this.hasHash ? levels.length - 1 : levels.length;
    const pluses: number[] = [];
    for (let i = 0; i < levels.length; i += 1) if (levels[i] === "+") pluses.push(i);
    this.pluses = pluses;
  }

  equals(other: FilterShape): boolean {
    return (
      this.levels === other.levels &&
      this.hasHash === other.hasHash &&
      this.pluses.length === other.pluses.length &&
      this.pluses.every((level, i) => level === other.pluses[i])
    );
  }

  /** The only filter of this shape that matches the topic name, be it subscribed or not; `undefined` when none can. */
  filterFor(topicName: string): string | undefined {
    const levels = this.levels;
    const hasHash = this.hasHash;
    const pluses = this.pluses;
    // One more than is needed, never all: who sent the name has decided how many there are.
    const parts = topicName.split("/", levels + 1);
    // "a/#" matches "a" too (4.7.1.2).
    if (parts.length !== levels && (!hasHash || parts.length < levels)) return undefined;
    // A filter that starts with a wildcard never matches a name that starts with $ [MQTT-4.7.2-1].
    if ((pluses[0] === 0 || levels === 0) && topicName.charCodeAt(0) === DOLLAR) return undefined;
    for (let i = 0; i < pluses.length; i += 1) parts[pluses[i] as number] = "+";
    if (hasHash) parts[levels] = "#";
    return parts.join("/");
  }
}
